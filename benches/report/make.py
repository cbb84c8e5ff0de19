"""Makes a calendar whose year has many posts and many readings, from a seed: `make.py FOLDER POSTS READINGS`."""

import datetime
import pathlib
import random
import sys

ACCOUNTS = ["mastodon", "bluesky", "instagram", "linkedin", "x"]
METRICS = ["impressions", "likes", "replies", "reposts", "saves", "clicks"]
AGES_HOURS = [1, 24, 72, 168, 720]
HEAD = "read,subject,metric,name,value,unit,from,until,definition\n"
POSTS_HEAD = "id,published,due,url,title,form,characters,tags,link,department,campaign,goal,picture,fate,why\n"
FORMS = ["text", "link", "picture", "film", "thread", "poll"]


def moment(at):
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def calendar(root):
    files = {
        "kalends.toml": 'name = "Museum"\nzone = "Europe/Lisbon"\n',
        "departments/shows.toml": 'name = "Shows"\n',
        "departments/school.toml": 'name = "School"\n',
    }
    for account in ACCOUNTS:
        server = f'server = "https://{account}.example"\n' if account in ("mastodon", "bluesky") else ""
        files[f"accounts/{account}.toml"] = f'platform = "{account}"\n{server}handle = "harbour.example"\nby_hand = true\n'
    for path, text in files.items():
        path = root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def main(root, posts, readings):
    root = pathlib.Path(root)
    chance = random.Random(1)
    calendar(root)
    numbers, works = {}, {}
    year = datetime.datetime(2026, 1, 1)
    each = readings // posts
    for number in range(posts):
        account = ACCOUNTS[number % len(ACCOUNTS)]
        published = year + datetime.timedelta(seconds=chance.randrange(364 * 86400))
        seen = chance.lognormvariate(6, 1.2)
        folder = f"readings/{published:%Y/%m}"
        works.setdefault(f"{folder}/{account}.posts.csv", []).append(
            f"{number},{moment(published)},{moment(published)},https://{account}.example/{number},"
            f"Post number {number} of the year,{chance.choice(FORMS)},{chance.randrange(40, 400)},harbour sea,,"
            f"{chance.choice(['shows', 'school'])},,,,,\n"
        )
        for turn in range(each):
            age, metric = AGES_HOURS[turn // len(METRICS) % len(AGES_HOURS)], METRICS[turn % len(METRICS)]
            read = published + datetime.timedelta(hours=age, minutes=7)
            value = int(seen * (0.3 + 0.1 * (turn // len(METRICS))) * (1 if metric == "impressions" else 0.03))
            numbers.setdefault(f"readings/{read:%Y/%m/%d}/{account}.csv", []).append(
                f"{moment(read)},post/{account}/{number},{metric},{metric}_count,{value},,,,{account} api\n"
            )
    for files, head in ((works, POSTS_HEAD), (numbers, HEAD)):
        for path, rows in files.items():
            path = root / path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(head + "".join(rows))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
