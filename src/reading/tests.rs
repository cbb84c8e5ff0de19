use super::*;

fn text(rows: &[&str]) -> String {
    std::iter::once(HEAD).chain(rows.iter().copied()).map(|row| format!("{row}\n")).collect()
}

#[test]
fn what_is_written_is_read_back() {
    let read = "2027-01-19T09:00:00Z".parse().unwrap();
    let subjects = [
        "account/mastodon",
        "slot/2027-01-18-open-day/once/mastodon",
        "slot/2027-01-18-open-day/2027-01-25/mastodon/2",
        "post/bluesky/at:%2F%2Fdid:plc:1%2Fapp.bsky.feed.post%2F3k",
        "goal/visits",
        "campaign/open-day",
        "link/mastodon/social/open%20day%2C%22/",
        "inbox/mastodon/1",
    ];
    let figures: Vec<Figure> = subjects
        .iter()
        .map(|subject| Figure {
            read,
            subject: subject.parse().unwrap(),
            metric: Metric::Likes,
            name: "favourites_count".to_owned(),
            value: "1.5".parse().unwrap(),
            unit: String::new(),
            window: Some((read, read + chrono::TimeDelta::days(1))),
            definition: "a \"like\", or two\nlines".to_owned(),
        })
        .collect();
    let file = write(&figures);
    let readings = Readings::read([("readings/2027/01/19/a.csv", file.as_str())]);
    assert_eq!(readings.flaws, []);
    let mut shown: Vec<String> = readings.subjects.iter().map(ToString::to_string).collect();
    let mut expected = subjects.map(str::to_owned).to_vec();
    shown.sort();
    expected.sort();
    assert_eq!(shown, expected);
    assert_eq!(readings.natives.len(), 1);
    assert_eq!(readings.natives[0].definition, "a \"like\", or two lines");
    assert_eq!(readings.rows.len(), subjects.len());
    assert_eq!(readings.window(&readings.rows[0]), Some(&(read..read + chrono::TimeDelta::days(1))));
}

#[test]
fn a_fact_counts_once_and_the_latest_holds() {
    let one = text(&[
        "2027-01-19T09:00:00Z,account/a,followers,followers_count,10,,,,",
        "2027-01-20T09:00:00Z,account/a,followers,followers_count,12,,,,",
    ]);
    let two = text(&[
        "2027-01-20T09:00:00Z,account/a,followers,followers_count,12,,,,",
        "2027-01-18T09:00:00Z,account/a,followers,followers_count,9,,,,",
    ]);
    let readings = Readings::read([("readings/1.csv", one.as_str()), ("readings/2.csv", two.as_str())]);
    let account: Subject = "account/a".parse().unwrap();
    assert_eq!((readings.rows.len(), readings.repeats), (3, 1));
    let at = |day: &str| {
        let until = format!("2027-01-{day}T10:00:00Z").parse().unwrap();
        readings.latest(&account, Metric::Followers, until).map(|row| row.value.to_string())
    };
    assert_eq!(
        [at("17"), at("18"), at("19"), at("25")].map(|v| v.unwrap_or_default()),
        ["", "9", "10", "12"]
    );
    assert_eq!(readings.of(&account, Metric::Likes), []);
    let last = readings.latest(&account, Metric::Followers, DateTime::<Utc>::MAX_UTC).unwrap();
    assert_eq!(readings.origin(last), "readings/1.csv:3");
}

#[test]
fn what_is_wrong_counts_for_nothing_and_is_told() {
    let file = text(&[
        "yesterday,account/a,followers,f,10,,,,",
        "2027-01-19T09:00:00Z,nobody,followers,f,10,,,,",
        "2027-01-19T09:00:00Z,account/a,fame,f,10,,,,",
        "2027-01-19T09:00:00Z,account/a,followers,f,many,,,,",
        "2027-01-19T09:00:00Z,account/a,followers,f,,,,,",
        "2027-01-19T09:00:00Z,account/a,followers,f,1",
        "2027-01-19T09:00:00Z,account/a,followers,\"f,1,,,,",
        "2027-01-19T09:00:00Z,account/a,follows,f,1,,2027-01-02T00:00:00Z,2027-01-01T00:00:00Z,",
        "2027-01-19T09:00:00Z,post/a/%zz,likes,f,1,,,,",
        "",
        "2027-01-19T09:00:00Z,account/a,followers,f,10,,,,",
    ]);
    let readings = Readings::read([("readings/a.csv", file.as_str()), ("readings/b.csv", "a,b\n1,2\n")]);
    assert_eq!(readings.rows.len(), 1);
    let told: Vec<String> =
        readings.flaws.iter().map(|flaw| format!("{}:{} {}", flaw.file, flaw.line, flaw.what)).collect();
    insta::assert_snapshot!(told.join("\n"), @r#"
    readings/a.csv:2 `yesterday` is no moment such as 2027-01-19T09:00:00Z
    readings/a.csv:3 `nobody` is nothing that is counted
    readings/a.csv:4 `fame` is no metric
    readings/a.csv:5 `many`: it is no number
    readings/a.csv:6 ``: it is no number
    readings/a.csv:7 it has 5 cells, not 9
    readings/a.csv:8 a quotation mark is never closed
    readings/a.csv:9 it is counted over no time
    readings/a.csv:10 `%zz` has a `%` that stands for nothing
    readings/b.csv:1 its first line is not `read,subject,metric,name,value,unit,from,until,definition`
    "#);
}

#[test]
fn posts_are_written_as_they_are_read() {
    let row = "18012,2026-11-02T09:00:00Z,2026-11-02T08:55:00Z,https://a.example/18012,\"Rope, wet\",picture,120,\
               rope sea,https://m.example/a,collections,open-day,visits,media/2026/rope.png,,\n\
               18013,2026-11-03T09:00:00Z,,,,,,,,,,,,,\n";
    let file = format!("{POSTS_HEAD}\n{row}");
    let mut flaws = Vec::new();
    let unkept = ",,2026-11-04T09:00:00Z,,Fog,,,,,collections,,,,skipped,the museum was closed\n";
    let entries = read_posts("readings/2026/11/instagram.posts.csv", &(file.clone() + unkept), &mut flaws);
    assert_eq!((entries.len(), flaws.len()), (3, 0), "{flaws:?}");
    assert!(matches!(&entries[2], Entry::Unkept(unkept) if unkept.is_skipped));
    let works: Vec<Work> = entries
        .into_iter()
        .filter_map(|entry| if let Entry::Kept(work) = entry { Some(*work) } else { None })
        .collect();
    assert_eq!(write_posts(&works), file);
    assert_eq!(content_of("readings/2026/11/instagram.posts.csv"), Some(Content::Posts));
    assert_eq!(content_of("readings/2026/11/02/instagram.2.csv"), Some(Content::Numbers));
    assert_eq!(content_of("posts/2026/a.csv"), None);
    let broken = format!("{POSTS_HEAD}\n1,today,,,,,,,,,,,,,\n2,2026-11-03T09:00:00Z,,,,song,,,,,,,,,\n3\n");
    assert!(read_posts("readings/instagram.posts.csv", &broken, &mut flaws).is_empty());
    assert_eq!(flaws.iter().map(|flaw| flaw.line).collect::<Vec<_>>(), [2, 3, 4]);
}
