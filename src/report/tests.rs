use std::collections::BTreeMap as Map;

use proptest::prelude::*;

use super::*;
use crate::calendar::{self, Calendar};
use crate::evidence::{Meant, gather};
use crate::finding::{Content, File};
use crate::ledger::Ledger;
use crate::number::Ratio;
use crate::reading::{HEAD, POSTS_HEAD, Readings, read_posts};

fn calendar(more: &[(&str, &str)]) -> Calendar {
    let mut files: Vec<File> = [
        ("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n"),
        ("accounts/talk.toml", "platform = \"mastodon\"\nserver = \"https://a.example\"\nhandle = \"m\"\n"),
        ("accounts/link.toml", "platform = \"linkedin\"\nhandle = \"m\"\n"),
        ("accounts/head.toml", "platform = \"linkedin\"\nhandle = \"h\"\nvoice = \"ada\"\n"),
        ("people/ada.toml", "name = \"Ada Lima\"\n"),
        ("departments/shows.toml", "name = \"Shows\"\n"),
        ("campaigns/open.toml", "name = \"Open\"\nfrom = 2027-03-01\nuntil = 2027-03-31\n"),
        (
            "goals/visits.toml",
            "name = \"Visits\"\nmetric = \"visits\"\nbaseline = 100\ntarget = 200\nby = 2027-06-30\n",
        ),
    ]
    .iter()
    .chain(more)
    .map(|(path, text)| File { path: (*path).to_owned(), content: Content::Text((*text).to_owned()) })
    .collect();
    files.sort_by(|a, b| a.path.cmp(&b.path));
    calendar::read(&files).0
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

/// Readings that all are read of one file, and posts of files of posts.
fn evidence<'a>(calendar: &'a Calendar, rows: &[&str], posts: &[(&str, &[&str])]) -> Evidence<'a> {
    let text: String =
        std::iter::once(HEAD).chain(rows.iter().copied()).map(|row| format!("{row}\n")).collect();
    let readings = Readings::read([("readings/all.csv", text.as_str())]);
    let (mut entries, mut flaws) = (Vec::new(), Vec::new());
    for (account, rows) in posts {
        let text: String =
            std::iter::once(POSTS_HEAD).chain(rows.iter().copied()).map(|row| format!("{row}\n")).collect();
        entries.extend(read_posts(&format!("readings/{account}.posts.csv"), &text, &mut flaws));
    }
    assert_eq!(flaws, []);
    let (ledger, by_hand) = (Ledger::default(), BTreeSet::new());
    let meant = Meant { drafts: &[], by_hand: &by_hand, ledger: &ledger };
    gather(calendar, meant, (entries, flaws), readings, at("2027-05-01T00:00:00Z"))
}

fn march() -> Range<NaiveDate> {
    days("2027-03-01".parse().unwrap(), false).unwrap()
}

fn measured(evidence: &Evidence<'_>) -> Report {
    let cutoff = latest(evidence).unwrap_or_else(|| at("2027-05-01T00:00:00Z"));
    report(evidence, &march(), cutoff, Vec::new()).unwrap()
}

fn shown(report: &Report, id: &str) -> String {
    report.numbers.get(id).map_or("absent".to_owned(), Number::shown)
}

fn missing(report: &Report) -> String {
    let note = |note: &Note| {
        std::iter::once(&note.what).chain(&note.places).cloned().collect::<Vec<_>>().join("\n  ")
    };
    report.missing.iter().map(note).collect::<Vec<_>>().join("\n")
}

/// A row of a post, with its id and the moment it went out and was promised for.
fn post(id: &str, published: &str, due: &str) -> String {
    format!("{id},{published},{due},,Post {id},text,10,,,shows,open,visits,,,")
}

/// Two posts on one account and one of the leader, with everything that the formulas ask for.
const ROWS: [&str; 22] = [
    "2027-04-05T00:00:00Z,post/link/1,impressions,imp,1000,,,,",
    "2027-04-05T00:00:00Z,post/link/1,reach,uniq,400,,,,",
    "2027-04-05T00:00:00Z,post/link/1,likes,like,20,,,,",
    "2027-04-05T00:00:00Z,post/link/1,replies,comment,4,,,,",
    "2027-04-05T00:00:00Z,post/link/1,reposts,share,6,,,,",
    "2027-04-05T00:00:00Z,post/link/1,clicks,click,10,,,,",
    "2027-04-05T00:00:00Z,post/link/2,impressions,imp,500,,,,",
    "2027-04-05T00:00:00Z,post/link/2,engagements,eng,9,,,,",
    "2027-02-27T08:00:00Z,account/link,followers,f,980,,,,",
    "2027-03-10T08:00:00Z,account/link,followers,f,1000,,,,",
    "2027-03-31T08:00:00Z,account/link,followers,f,1029,,,,",
    "2027-04-05T00:00:00Z,post/head/9,likes,like,5,,,,",
    "2027-04-01T06:00:00Z,link/link/social/open/,sessions,visits,80,,2027-03-01T00:00:00Z,2027-03-31T23:00:00Z,",
    "2027-04-01T06:00:00Z,link/link/social/open/,conversions,tickets,4,,2027-03-01T00:00:00Z,2027-03-31T23:00:00Z,",
    "2027-04-01T06:00:00Z,link/head/social//,sessions,visits,7,,2027-03-01T00:00:00Z,2027-03-31T23:00:00Z,",
    "2027-04-01T06:00:00Z,account/link,mentions,m,30,,2027-03-01T00:00:00Z,2027-03-31T23:00:00Z,",
    "2027-04-01T06:00:00Z,account/link,field-mentions,m,120,,2027-03-01T00:00:00Z,2027-03-31T23:00:00Z,",
    "2027-04-01T06:00:00Z,campaign/open,spend,cost,50,EUR,2027-03-01T00:00:00Z,2027-03-31T23:00:00Z,",
    "2027-04-01T06:00:00Z,campaign/open,clicks,clicks,40,,2027-03-01T00:00:00Z,2027-03-31T23:00:00Z,",
    "2027-04-01T06:00:00Z,campaign/open,impressions,impr,8000,,2027-03-01T00:00:00Z,2027-03-31T23:00:00Z,",
    "2027-02-28T06:00:00Z,goal/visits,count,visits,120,,,,",
    "2027-03-30T06:00:00Z,goal/visits,count,visits,150,,,,",
];

fn tiny<'a>(calendar: &'a Calendar, more: &[&str]) -> Evidence<'a> {
    let link = [
        post("1", "2027-03-05T10:00:00Z", "2027-03-05T10:00:00Z"),
        post("2", "2027-03-15T12:00:00Z", "2027-03-15T10:00:00Z"),
        ",,2027-03-20T10:00:00Z,,Fog,,,,,shows,,,,skipped,the museum was closed".to_owned(),
        ",,2027-03-21T10:00:00Z,,Rain,,,,,shows,,,,missed,the network was down".to_owned(),
    ];
    let link: Vec<&str> = link.iter().map(String::as_str).collect();
    let head = post("9", "2027-03-31T22:30:00Z", "");
    let rows: Vec<&str> = ROWS.iter().copied().chain(more.iter().copied()).collect();
    evidence(calendar, &rows, &[("link", &link), ("head", &[&head])])
}

#[test]
fn each_formula_gives_what_a_hand_gives() {
    let calendar = calendar(&[]);
    let evidence = tiny(&calendar, &[]);
    let report = measured(&evidence);
    let expected = [
        ("outputs.posts.organisation", "2"),
        ("outputs.posts.person.ada", "1"),
        ("outputs.impressions.organisation", "1,500"),
        ("outputs.reach.organisation", "400"),
        ("outputs.planned.organisation", "4"),
        ("outputs.on-time.organisation", "1"),
        ("outputs.late.organisation", "1"),
        ("outputs.skipped.organisation", "1"),
        ("outputs.missed.organisation", "1"),
        ("outputs.kept.organisation", "50.00%"),
        // 20 + 4 + 6 + 10 of the first; the second has only its platform's own sum, 9.
        ("out-takes.engagements.organisation", "49"),
        ("out-takes.engagement-rate-by-reach.organisation", "10.00%"),
        ("out-takes.engagement-rate-by-impressions.organisation", "3.27%"),
        // 980 followers are too old for neither: 5 March has those of 27 February, 15 March those of the 10th.
        ("out-takes.engagement-rate-by-followers.organisation", "2.47%"),
        ("out-takes.applause.organisation", "20.0"),
        ("out-takes.amplification.organisation", "6.0"),
        ("out-takes.virality-by-impressions.organisation", "0.60%"),
        ("out-takes.virality-by-reach.organisation", "1.50%"),
        ("out-takes.followers.organisation", "1,029"),
        ("out-takes.follower-growth.organisation", "+49"),
        ("out-takes.follower-growth-rate.organisation", "5.00%"),
        ("out-takes.share-of-voice.organisation", "25.00%"),
        ("outcomes.clicks.organisation", "10"),
        ("outcomes.click-through-rate.organisation", "1.00%"),
        ("outcomes.sessions.organisation", "80"),
        ("outcomes.sessions.person.ada", "7"),
        ("outcomes.sessions.campaign.open", "80"),
        ("outcomes.conversion-rate.organisation", "5.00%"),
        ("impact.spend.eur.organisation", "EUR 50.00"),
        ("impact.cost-per-click.eur.organisation", "EUR 1.25"),
        ("impact.cost-per-mille.eur.campaign.open", "EUR 6.25"),
        ("impact.cost-per-conversion.eur.organisation", "absent"),
        ("impact.goals-reached.organisation", "0"),
        ("objectives.baseline.goal.visits", "100"),
        ("objectives.now.goal.visits", "150"),
        ("objectives.moved.goal.visits", "+30"),
        ("objectives.way.goal.visits", "50.00%"),
        ("out-takes.engagements.person.ada", "5"),
        ("outputs.impressions.person.ada", "absent"),
        ("outputs.impressions.organisation.before", "absent"),
    ];
    let found: Vec<(&str, String)> = expected.iter().map(|(id, _)| (*id, shown(&report, id))).collect();
    let expected: Vec<(&str, String)> =
        expected.iter().map(|(id, value)| (*id, (*value).to_owned())).collect();
    assert_eq!(found, expected);
    let partly = |id: &str| report.numbers[id].partly().unwrap_or_default();
    assert_eq!(partly("outputs.reach.organisation"), "of 2 posts, 1 has it");
    assert_eq!(partly("outputs.impressions.organisation"), "");
}

#[test]
fn a_month_ends_at_midnight_of_its_own_zone() {
    // 31 March, 22:30 in UTC, is 23:30 in Lisbon after the clocks went forward: the post is March's. An hour later is April's.
    let calendar = calendar(&[]);
    let posts = [
        post("1", "2027-03-31T22:59:59Z", ""),
        post("2", "2027-03-31T23:00:00Z", ""),
        post("3", "2027-02-28T23:59:59Z", ""),
        post("4", "2027-03-01T00:00:00Z", ""),
    ];
    let posts: Vec<&str> = posts.iter().map(String::as_str).collect();
    let report = measured(&evidence(&calendar, &[], &[("link", &posts)]));
    assert_eq!(shown(&report, "outputs.posts.organisation"), "2");
    assert_eq!(shown(&report, "outputs.posts.organisation.before"), "1");
    assert_eq!(report.zone, "Europe/Lisbon");
}

#[test]
fn a_month_is_compared_as_it_stood_equally_long_after() {
    let calendar = calendar(&[]);
    let posts = [post("1", "2027-03-05T10:00:00Z", ""), post("2", "2027-02-05T10:00:00Z", "")];
    let posts: Vec<&str> = posts.iter().map(String::as_str).collect();
    let rows = [
        "2027-04-02T23:00:00Z,post/link/1,likes,l,10,,,,",
        "2027-03-02T12:00:00Z,post/link/2,likes,l,7,,,,",
        "2027-03-20T12:00:00Z,post/link/2,likes,l,99,,,,",
    ];
    let report = measured(&evidence(&calendar, &rows, &[("link", &posts)]));
    assert_eq!(shown(&report, "out-takes.engagements.organisation.before"), "7");
    assert_eq!(report.numbers["out-takes.engagements.organisation.before"].later, 0);
    // Where none was made in time, the first later one stands, and is told.
    let evidence = evidence(&calendar, &[rows[0], rows[2]], &[("link", &posts)]);
    let report = measured(&evidence);
    assert_eq!(shown(&report, "out-takes.engagements.organisation.before"), "99");
    assert_eq!(report.numbers["out-takes.engagements.organisation.before"].later, 1);
    assert!(
        missing(&report).contains("comparison with February 2027 is with later readings"),
        "{}",
        missing(&report)
    );
    // What was known by an earlier day knows nothing of it.
    let early = super::report(&evidence, &march(), at("2027-03-10T00:00:00Z"), Vec::new()).unwrap();
    assert_eq!(shown(&early, "out-takes.engagements.organisation.before"), "absent");
    assert_eq!(shown(&early, "out-takes.engagements.organisation"), "absent");
    assert_eq!(shown(&early, "outputs.posts.organisation"), "1");
    assert!(missing(&early).contains("March 2027 was not over"));
}

#[test]
fn a_month_with_no_post_says_so_and_has_no_zeros_for_what_nobody_knows() {
    let calendar = calendar(&[]);
    let evidence = evidence(&calendar, &[], &[]);
    let report = measured(&evidence);
    assert!(
        report.summary[0].starts_with("Nothing is known to have gone out in March 2027"),
        "{:?}",
        report.summary
    );
    let known: Vec<&str> = report.numbers.keys().map(String::as_str).collect();
    insta::assert_snapshot!(known.join("\n"), @"
    impact.goals-reached.organisation
    impact.goals-reached.organisation.before
    impact.goals-reached.organisation.year-before
    objectives.baseline.goal.visits
    objectives.target.goal.visits
    outputs.posts.organisation
    outputs.posts.organisation.before
    outputs.posts.organisation.year-before
    outputs.posts.person.ada
    outputs.posts.person.ada.before
    outputs.posts.person.ada.year-before
    ");
}

#[test]
fn a_month_with_one_post_ranks_none() {
    let calendar = calendar(&[]);
    let one = post("1", "2027-03-05T10:00:00Z", "");
    let rows = [
        "2027-04-02T00:00:00Z,post/link/1,likes,l,10,,,,",
        "2027-04-02T00:00:00Z,post/link/1,reach,r,1000,,,,",
    ];
    let report = measured(&evidence(&calendar, &rows, &[("link", &[&one])]));
    assert_eq!(shown(&report, "out-takes.engagement-rate-by-reach.organisation"), "1.00%");
    assert_eq!((report.rankings[0].rate, report.rankings[0].best.len()), (None, 0));
    assert!(report.rankings[0].rule().starts_with("No rate can be told of two posts: of 1, 1 has"));
}

#[test]
fn what_is_odd_is_told_with_its_lines() {
    let calendar = calendar(&[]);
    let evidence = tiny(
        &calendar,
        &[
            "2027-03-06T00:00:00Z,post/link/1,likes,hearts,25,,,,",
            "2027-04-05T00:00:00Z,post/link/1,likes,like,21,,,,",
            "2027-04-05T00:00:00Z,post/link/1,saves,s,-3,,,,",
            "2027-04-05T00:00:00Z,post/link/1,saves,s,-3,,,,",
            "2027-04-05T00:00:00Z,post/head/9,gone,404,1,,,,",
            "2027-04-05T00:00:00Z,post/link/2,replies,r,3,,2027-03-20T00:00:00Z,2027-03-27T00:00:00Z,",
            "2027-04-01T06:00:00Z,account/link,mentions,m,9,,2027-03-10T00:00:00Z,2027-03-11T00:00:00Z,",
            "2027-04-01T06:00:00Z,account/link,mentions,m,9,,2026-03-10T00:00:00Z,2027-03-11T00:00:00Z,",
            "2027-03-31T06:00:00Z,account/old,followers,f,9,,,,",
            "2027-03-31T06:00:00Z,account/old,fame,f,9,,,,",
        ],
    );
    let report = measured(&evidence);
    // Of two that disagree the greater holds; what is below zero counts for nothing, and not as zero.
    assert_eq!(shown(&report, "out-takes.applause.organisation"), "21.0");
    assert_eq!(shown(&report, "out-takes.engagements.organisation"), "50");
    assert_eq!(shown(&report, "out-takes.conversation.organisation"), "4.0");
    assert_eq!(shown(&report, "out-takes.mentions.organisation"), "30");
    assert_eq!(
        shown(&report, "out-takes.engagements.person.ada"),
        "5",
        "the last number before it was gone is kept"
    );
    insta::assert_snapshot!(missing(&report), @r#"
    Nothing is known of posts in February 2027: there is nothing to compare with
    Nothing is known of posts in March 2026: there is nothing to compare with
    Posts that are gone from their platform; the last numbers before that are kept: 1
      readings/all.csv:28: post/head/9 gone 1
    head: LinkedIn can give impressions, reach, replies, reposts, clicks, and nobody brought it
    link has some numbers of some posts only
      reach: 1 of 2 posts
      likes: 1 of 2 posts
      replies: 1 of 2 posts
      reposts: 1 of 2 posts
      clicks: 1 of 2 posts
    1 reading is below zero and counts for nothing
      readings/all.csv:26: post/link/1 saves -3
    1 reading is lower than the one before it: likes are taken back, and platforms correct themselves. The last holds
      readings/all.csv:4: post/link/1 likes 20
    1 reading disagrees with another of the same moment: the greater counts
      readings/all.csv:4: post/link/1 likes 20
    1 reading of a post counts over a time that does not begin with the post, so that nobody can tell what is missing, and is left out
      readings/all.csv:29: post/link/2 replies 3
    1 row says what another had said already: each counts once
    1 reading is left out, overlapping others of the same thing: so much time is covered once, and no more
      readings/all.csv:30: account/link mentions 9
    1 reading is of a time that is in part outside of the period, and cannot be parted
      readings/all.csv:31: account/link mentions 9
    link has had several names for likes, which may not count the same: `hearts`, then `like`
      readings/all.csv:24: post/link/1 likes 25
      readings/all.csv:4: post/link/1 likes 20
    link has had several names for replies, which may not count the same: `comment`, then `r`
      readings/all.csv:5: post/link/1 replies 4
      readings/all.csv:29: post/link/2 replies 3
    Accounts with posts or readings that are not in the calendar: renamed, or closed. Their platform and voice are not known, and they count as the organisation's
      old
    Accounts whose followers, or their growth, are not known
      head: no reading in March 2027
      old: a single reading, so no growth
      talk: no reading in March 2027
    1 line of a file of readings could not be read, and counts for nothing
      readings/all.csv:33: `fame` is no metric
    Posts that only files of posts know, and the ledger does not, as people brought them: 3
    "#);
}

#[test]
fn a_metric_that_is_not_given_any_more_is_absent_and_told() {
    let calendar = calendar(&[]);
    let posts = [post("1", "2027-03-05T10:00:00Z", ""), post("2", "2027-02-05T10:00:00Z", "")];
    let posts: Vec<&str> = posts.iter().map(String::as_str).collect();
    let rows = [
        "2027-04-02T23:00:00Z,post/link/1,likes,l,10,,,,",
        "2027-03-02T12:00:00Z,post/link/2,likes,l,7,,,,",
        "2027-03-02T12:00:00Z,post/link/2,impressions,i,70,,,,",
    ];
    let report = measured(&evidence(&calendar, &rows, &[("link", &posts)]));
    assert_eq!(shown(&report, "outputs.impressions.organisation"), "absent");
    assert_eq!(shown(&report, "outputs.impressions.organisation.before"), "70");
    assert!(missing(&report).contains("link does not say impressions any more"), "{}", missing(&report));
}

#[test]
fn followers_rounded_to_three_figures_are_told() {
    let calendar = calendar(&[]);
    let rows: Vec<String> = (1..9)
        .map(|n| format!("2027-03-0{n}T06:00:00Z,account/link,followers,f,{},,,,", 12_000 + n * 100))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let report = measured(&evidence(&calendar, &rows, &[]));
    assert!(
        missing(&report).contains("The followers of link are rounded to three figures: growth below 100")
    );
    assert_eq!(shown(&report, "out-takes.follower-growth.organisation"), "+700");
}

#[test]
fn replies_are_quantiles_by_nearest_rank() {
    let calendar = calendar(&[]);
    let mut rows = Vec::new();
    for (number, secs) in [(1, 60), (2, 600), (3, 7200), (4, 200_000)] {
        rows.push(format!("2027-03-1{number}T06:00:00Z,inbox/link/{number},messages,m,1,,,,"));
        rows.push(format!("2027-03-2{number}T06:00:00Z,inbox/link/{number},first-reply,r,{secs},s,,,"));
    }
    rows.push("2027-03-15T06:00:00Z,inbox/link/5,messages,m,1,,,,".to_owned());
    rows.push("2027-03-31T20:00:00Z,inbox/link/6,messages,m,1,,,,".to_owned());
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let report = measured(&evidence(&calendar, &rows, &[]));
    assert_eq!(shown(&report, "out-takes.messages.organisation"), "6");
    assert_eq!(shown(&report, "out-takes.first-reply-median.organisation"), "10 min");
    assert_eq!(shown(&report, "out-takes.first-reply-90.organisation"), "2 d 7 h");
    // The last came less than a day before the last reading: nobody can say yet.
    assert_eq!(shown(&report, "out-takes.first-reply-within-a-day.organisation"), "60.00%");
}

#[test]
fn a_goal_has_a_verdict_only_where_one_can_be_given() {
    let verdict = |rows: &[String], now: &str| {
        let calendar = calendar(&[]);
        let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
        let evidence = evidence(&calendar, &rows, &[]);
        let report = report(&evidence, &march(), at(now), Vec::new()).unwrap();
        report.goals[0].verdict
    };
    let weekly = |from: f64, step: f64| -> Vec<String> {
        let first: NaiveDate = "2026-11-02".parse().unwrap();
        (0..21)
            .map(|week| {
                let day = first + chrono::Days::new(week * 7);
                // A small wave, so that the forecast has errors to learn from.
                let wave = if week % 2 == 0 { 0.5 } else { -0.5 };
                format!(
                    "{day}T06:00:00Z,goal/visits,count,v,{},,,,",
                    from + step * f64::from(u32::try_from(week).unwrap()) + wave
                )
            })
            .collect()
    };
    let end = "2027-04-01T00:00:00Z";
    assert_eq!(verdict(&[], end), Verdict::Unread);
    assert_eq!(verdict(&weekly(100.0, 0.5)[..3], end), Verdict::TooEarly);
    assert_eq!(verdict(&weekly(200.0, 2.0), end), Verdict::Reached);
    assert_eq!(verdict(&weekly(100.0, 0.2), end), Verdict::Behind);
    assert_eq!(verdict(&weekly(100.0, 4.9), end), Verdict::OnCourse);
}

#[test]
fn an_unknown_number_has_nearest_ones() {
    let calendar = calendar(&[]);
    let report = measured(&tiny(&calendar, &[]));
    assert_eq!(
        nearest_numbers(&report, "outputs.impresions.organisation")[0],
        "outputs.impressions.organisation"
    );
    assert_eq!(nearest_numbers(&report, "impressions")[0].split('.').nth(1), Some("impressions"));
}

/// Computes a number from the places of its lines: what stands in the file at that line, and nothing else.
fn from_file(lines: &[Line], rows: &[&str]) -> Option<i128> {
    lines
        .iter()
        .map(|line| {
            let Some(number) = line.place.strip_prefix("readings/all.csv:") else {
                return Some(line.value.millionths().into());
            };
            let row = rows.get(number.parse::<usize>().ok()?.checked_sub(2)?)?;
            let cells: Vec<&str> = row.split(',').collect();
            assert_eq!((cells[1], cells[2]), (line.subject.as_str(), line.metric.as_str()));
            if cells[2] == "messages" {
                return Some(1_000_000);
            }
            cells[4].parse::<crate::number::Amount>().ok().map(|amount| i128::from(amount.millionths()))
        })
        .sum()
}

#[test]
fn every_number_is_computed_again_from_the_lines_of_the_files() {
    let calendar = calendar(&[]);
    let more = [
        "2027-03-06T00:00:00Z,post/link/2,likes,hearts,25,,,,",
        "2027-04-05T00:00:00Z,post/head/9,reach,r,333,,,,",
    ];
    let rows: Vec<&str> = ROWS.iter().copied().chain(more).collect();
    let evidence = tiny(&calendar, &more);
    let report = measured(&evidence);
    let mut seen = Map::new();
    for number in report.numbers.values() {
        let explained = explain(&evidence, &march(), latest(&evidence).unwrap(), number).unwrap();
        assert_eq!(explained.again, Some(number.value), "{}", number.id);
        let (over, under) =
            (from_file(&explained.over, &rows).unwrap(), from_file(&explained.under, &rows).unwrap());
        let by_hand = match number.question.measure.definition().formula {
            Formula::GoalWay | Formula::ReplyQuantile(_) => continue,
            Formula::FollowersGained | Formula::GoalMoved => Ratio::new(over - under, 1_000_000),
            Formula::FollowersGrowth => Ratio::new(over - under, under),
            Formula::Cost(_, times) => Ratio::new(over * i128::from(times), under),
            _ if explained.under.is_empty() => Ratio::new(over, 1_000_000),
            _ => Ratio::new(over, under),
        };
        let exact = match number.value {
            Value::Amount(amount) => amount.over(crate::number::Amount::whole(1)),
            Value::Ratio(ratio) => Some(ratio),
        };
        assert_eq!(exact, by_hand, "{} = {}", number.id, explained.sum);
        assert!(explained.sum.ends_with(&number.shown()));
        *seen.entry(number.question.measure).or_insert(0) += 1;
    }
    assert!(seen.len() > 30, "{seen:?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Whatever is read, in whatever order: nothing panics, each number is made of its lines, and the same rows in another order
    /// are the same report.
    #[test]
    fn whatever_is_read_a_report_holds(
        rows in prop::collection::vec((0..6_u8, 0..10_u8, 1..60_i64, -3..500_i64, 0..4_u8), 0..60),
        turn in 0..60_usize,
    ) {
        let subjects = ["post/link/1", "post/link/2", "post/head/9", "account/link", "goal/visits", "link/link/s/open/"];
        let metrics = ["likes", "impressions", "reach", "clicks", "followers", "count", "sessions", "conversions", "mentions", "engagements"];
        let base = at("2027-02-20T00:00:00Z");
        let text: Vec<String> = rows.iter().map(|(subject, metric, day, value, window)| {
            let read = (base + chrono::TimeDelta::days(*day)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            let from = (base + chrono::TimeDelta::days(day / 2)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
            let window = if *window == 0 { format!("{from},{read}") } else { ",".to_owned() };
            let (subject, metric) = (subjects[usize::from(*subject)], metrics[usize::from(*metric)]);
            format!("{read},{subject},{metric},n,{value},,{window},")
        }).collect();
        let mut rows: Vec<&str> = text.iter().map(String::as_str).collect();
        let calendar = calendar(&[]);
        let posts = [post("1", "2027-03-05T10:00:00Z", ""), post("2", "2027-02-25T12:00:00Z", "")];
        let posts: Vec<&str> = posts.iter().map(String::as_str).collect();
        let head = post("9", "2027-03-30T22:30:00Z", "");
        let one = evidence(&calendar, &rows, &[("link", &posts), ("head", &[&head])]);
        let told = measured(&one);
        for number in told.numbers.values() {
            let explained = explain(&one, &march(), latest(&one).unwrap(), number).unwrap();
            prop_assert_eq!(explained.again, Some(number.value));
        }
        let count = rows.len().max(1);
        rows.rotate_left(turn % count);
        let other = measured(&evidence(&calendar, &rows, &[("link", &posts), ("head", &[&head])]));
        prop_assert_eq!(told.numbers, other.numbers);
        prop_assert_eq!(told.summary, other.summary);
    }
}
