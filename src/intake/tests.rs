use super::*;
use crate::calendar::{Mapping, read};
use crate::finding::{Code, Content, File};
use crate::reading::{HEAD, Readings, write};

const CALENDAR: &[(&str, &str)] = &[
    ("kalends.toml", "name = \"Museum\"\nzone = \"Europe/Lisbon\"\n"),
    ("accounts/instagram.toml", "platform = \"instagram\"\n"),
    ("accounts/x.toml", "platform = \"x\"\n"),
    ("accounts/tiktok.toml", "platform = \"tiktok\"\n"),
    ("accounts/youtube.toml", "platform = \"youtube\"\n"),
    ("accounts/linkedin.toml", "platform = \"linkedin\"\n"),
    ("campaigns/open-day.toml", "name = \"Open Day\"\n"),
    ("goals/visits.toml", "name = \"Visits\"\nmetric = \"visits\"\ntarget = 100\nby = 2027-12-31\n"),
    (
        "mappings/tiny.toml",
        "name = \"Tiny\"\nof = \"posts\"\n[columns]\nid = \"id\"\ntime = \"time\"\n\
         [[metric]]\nmetric = \"likes\"\ncolumn = [\"likes\", \"hearts\"]\n",
    ),
    (
        "mappings/days.toml",
        "name = \"Days\"\nof = \"account\"\n[columns]\ntime = \"day\"\n\
         [[metric]]\nmetric = \"followers\"\ncolumn = \"followers\"\noptional = true\n\
         [[metric]]\nmetric = \"follows\"\ncolumn = \"new\"\noptional = true\n",
    ),
    (
        "mappings/posted.toml",
        "name = \"Boosts\"\nof = \"ads\"\n[columns]\nid = \"post\"\ntime = \"day\"\ncurrency = \"currency\"\n\
         [[metric]]\nmetric = \"spend\"\ncolumn = \"cost\"\n",
    ),
];

fn calendar() -> Calendar {
    let file = |(path, text): &(&str, &str)| File {
        path: (*path).to_owned(),
        content: Content::Text((*text).to_owned()),
    };
    let (calendar, findings) = read(&CALENDAR.iter().map(file).collect::<Vec<_>>());
    assert_eq!(findings, []);
    calendar
}

/// What is asked for, as words.
#[derive(Default, Clone)]
struct Wish<'a> {
    account: &'a str,
    goal: bool,
    decimal: Option<Decimal>,
    days: Option<(&'a str, &'a str)>,
    currency: Option<&'a str>,
    zone: Option<&'a str>,
}

fn on(account: &str) -> Wish<'_> {
    Wish { account, ..Wish::default() }
}

fn run_bytes(
    name: &str,
    bytes: &[u8],
    mapping: Option<&str>,
    wish: &Wish<'_>,
    posts: &Posts,
) -> (String, Taken) {
    let calendar = calendar();
    let goal = GoalId::new("visits").unwrap();
    let said_zone = wish.zone.map(|zone| Zone::named(zone).unwrap());
    let asked = Asked {
        calendar: &calendar,
        account: AccountId::new(wish.account).and_then(|id| calendar.accounts.get(&id)),
        goal: wish.goal.then_some(&goal),
        as_of: "2027-02-01T09:00:00Z".parse().unwrap(),
        days: wish.days.map(|(from, until)| from.parse().unwrap()..until.parse::<NaiveDate>().unwrap()),
        zone: calendar.zone(),
        said_zone: said_zone.as_ref(),
        decimal: wish.decimal,
        currency: wish.currency,
    };
    let own: Vec<&Mapping> = calendar.mappings.values().chain(builtin::mappings()).collect();
    let export = match Export::open(name, bytes, None) {
        Ok(export) => export,
        Err(findings) => return (String::new(), Taken { findings, ..Taken::default() }),
    };
    let platform = asked.account.and_then(|account| account.platform.as_ref()).map(|platform| platform.value);
    let picked = match mapping {
        Some(id) => by(&export, own.iter().find(|mapping| mapping.id.as_str() == id).unwrap()),
        None => pick(&export, own.iter().copied(), platform).unwrap(),
    };
    let picked = picked.unwrap_or_else(|| panic!("nothing reads {name}"));
    let taken = take(&export, picked.mapping, &picked.head, &asked, posts);
    (picked.mapping.id.to_string(), taken)
}

fn run(name: &str, text: &str, mapping: Option<&str>, wish: &Wish<'_>) -> (String, Taken) {
    run_bytes(name, text.as_bytes(), mapping, wish, &Posts::default())
}

/// Returns facts in few words.
fn shown(taken: &Taken) -> Vec<String> {
    let one = |fact: &Fact| {
        let Figure { subject, metric, value, unit, window, read, .. } = &fact.figure;
        let time = |at: &DateTime<Utc>| at.format("%m-%dT%H:%M").to_string();
        let window = window
            .as_ref()
            .map_or(String::new(), |(from, until)| format!(" {}..{}", time(from), time(until)));
        format!("{subject} {metric} {value}{unit}{window} @{}", time(read))
    };
    taken.facts.iter().map(one).collect()
}

fn codes(taken: &Taken) -> Vec<&'static str> {
    taken.findings.iter().map(|finding| finding.code.name()).collect()
}

/// Imports a text by `tiny` and returns the likes, and what is wrong.
fn likes(text: &str, decimal: Option<Decimal>) -> (Vec<String>, Vec<&'static str>) {
    let wish = Wish { decimal, ..on("instagram") };
    let (_, taken) = run("t.csv", text, Some("tiny"), &wish);
    (taken.facts.iter().map(|fact| fact.figure.value.to_string()).collect(), codes(&taken))
}

#[test]
fn every_built_in_mapping_can_be_read_and_says_where_it_is_from() {
    for name in builtin::names() {
        let (item, findings) = crate::calendar::read_file(&builtin::file(name).unwrap());
        assert_eq!(findings, [], "{name}");
        let crate::calendar::What::Mapping(mapping) = item.what else { panic!("{name}") };
        // Nobody of us has compared any with an export of today.
        assert!(mapping.seen.is_none() && mapping.note.is_some(), "{name}");
        assert!(mapping.source.is_some() || ["inbox", "goal"].contains(&name), "{name}");
    }
    assert_eq!(builtin::mappings().len(), builtin::names().count());
}

#[test]
fn the_exports_of_platforms_are_known_by_their_columns() {
    let instagram = "Post ID,Account ID,Account username,Account name,Description,Duration (sec),Publish time,Permalink,Post type,Data comment,Date,Views,Reach,Likes,Shares,Follows,Comments,Saves\n\
        18012,1,harbour,Harbour,\"Low tide #Lisbon\n#sea\",0,01/18/2027 09:00,https://www.instagram.com/p/AbC/,IG carousel,,Lifetime,900,700,41,3,1,,5\n";
    let (name, taken) = run("ig.csv", instagram, None, &on("instagram"));
    assert_eq!((name.as_str(), codes(&taken)), ("instagram", vec![]));
    assert_eq!(
        shown(&taken),
        [
            "post/instagram/18012 reach 700 @02-01T09:00",
            "post/instagram/18012 views 900 @02-01T09:00",
            "post/instagram/18012 likes 41 @02-01T09:00",
            "post/instagram/18012 reposts 3 @02-01T09:00",
            "post/instagram/18012 saves 5 @02-01T09:00",
        ]
    );
    let work = &taken.works[0];
    assert_eq!(work.published.to_rfc3339(), "2027-01-18T09:00:00+00:00");
    assert_eq!(
        (work.form, work.characters, work.tags.join(" ").as_str()),
        (Some(crate::reading::Form::Picture), Some(21), "lisbon sea")
    );
    assert_eq!((taken.told.rows, taken.told.absent), (1, 1));
    assert!(taken.told.unread.contains(&"Follows".to_owned()));

    // The moment of X's posts stands in their ids; a spreadsheet that rounded them is found out.
    let id = ("2027-01-18T09:00:00Z".parse::<DateTime<Utc>>().unwrap().timestamp_millis()
        - 1_288_834_974_657)
        << 22;
    let x = format!(
        "Post id,Date,Post text,Post Link,Impressions,Likes\n{id},\"Mon, Jan 18, 2027\",\"Low tide\",https://x.com/harbour/status/{id},\"1,234\",2\n"
    );
    let (name, taken) = run("x.csv", &x, None, &on("x"));
    assert_eq!((name.as_str(), codes(&taken)), ("x", vec![]));
    assert_eq!(taken.works[0].published.to_rfc3339(), "2027-01-18T09:00:00+00:00");
    assert_eq!(taken.facts[0].figure.value.to_string(), "1234");
    let other = x.replace("Mon, Jan 18, 2027", "Thu, Jan 21, 2027");
    assert_eq!(codes(&run("x.csv", &other, None, &on("x")).1), ["bad-moment"]);

    let youtube = "Content,Video title,Video publish time,Duration,Likes,Views,Watch time (hours),Impressions\nTotal,,,,10,5052,42.5,\n2q4TS4z4Rpk,Low tide,\"Jan 6, 2027\",41,10,5052,42.5,100\n";
    let (name, taken) = run("Table data.csv", youtube, None, &on("youtube"));
    assert_eq!((name.as_str(), codes(&taken)), ("youtube", vec![]));
    assert!(shown(&taken).contains(&"post/youtube/2q4TS4z4Rpk watch-time 153000s @02-01T09:00".to_owned()));
    assert_eq!((taken.told.totals.clone(), taken.told.hourless, taken.works.len()), (vec![2], 1, 0));

    let tiktok = format!(
        "Time,Video title,Video link,Post time,Total likes,Total comments,Total shares,Total views\n1,Low tide,https://www.tiktok.com/@h/video/{},January 18,4,0,1,90\n",
        1_800_262_800_i64 << 32
    );
    let (name, taken) = run("Content.csv", &tiktok, None, &on("tiktok"));
    assert_eq!((name.as_str(), taken.works[0].published.timestamp()), ("tiktok", 1_800_262_800));
}

#[test]
fn the_days_of_an_account_are_heights_and_flows() {
    let (_, taken) = run(
        "d.csv",
        "day,followers,new\n2027-01-30,1200,4\n2027-01-31,1203,3\n2027-02-01,1204,1\n",
        Some("days"),
        &on("instagram"),
    );
    assert_eq!(
        shown(&taken),
        [
            "account/instagram followers 1200 @01-31T00:00",
            "account/instagram follows 4 01-30T00:00..01-31T00:00 @02-01T09:00",
            "account/instagram followers 1203 @02-01T00:00",
            "account/instagram follows 3 01-31T00:00..02-01T00:00 @02-01T09:00",
        ]
    );
    assert_eq!(taken.told.unfinished, [4], "today is not over");
    let zoned = Wish { zone: Some("America/Los_Angeles"), ..on("instagram") };
    let (_, taken) = run("d.csv", "day,followers\n2027-01-30,1200\n", Some("days"), &zoned);
    assert_eq!(shown(&taken), ["account/instagram followers 1200 @01-31T08:00"]);
}

#[test]
fn visits_are_known_by_their_marks_and_their_days() {
    let ga4 = "# ----------------------------------------\n# Traffic acquisition, \"quoted\n# Start date: 20270101\n# End date: 20270107\n# ----------------------------------------\n\n\
        Session source / medium,Session campaign,Sessions,Total users,Key events,Total revenue\n\
        instagram / social,open-day,120,100,3.5,0\n(direct) / (none),(not set),80,,1,0\n,,200,180,4.5,0,Grand total\n";
    let (name, taken) = run("ga.csv", ga4, None, &Wish::default());
    assert_eq!((name.as_str(), codes(&taken)), ("ga4", vec![]));
    assert_eq!(
        shown(&taken),
        [
            "link/instagram/social/open-day/ sessions 120 01-01T00:00..01-08T00:00 @02-01T09:00",
            "link/instagram/social/open-day/ visitors 100 01-01T00:00..01-08T00:00 @02-01T09:00",
            "link/instagram/social/open-day/ conversions 3.5 01-01T00:00..01-08T00:00 @02-01T09:00",
            "link/(direct)/// sessions 80 01-01T00:00..01-08T00:00 @02-01T09:00",
            "link/(direct)/// conversions 1 01-01T00:00..01-08T00:00 @02-01T09:00",
        ]
    );
    assert_eq!(taken.told.totals, [10]);
    let dated = "Date,Session source / medium,Sessions\n20270115,x / social,4\n";
    assert_eq!(
        shown(&run("ga.csv", dated, None, &Wish::default()).1),
        ["link/x/social// sessions 4 01-15T00:00..01-16T00:00 @02-01T09:00"]
    );

    let matomo = "label\tnb_uniq_visitors\tnb_visits\tnb_conversions\trevenue\nopen-day\t11\t12\t1\t25.5\n";
    let bytes: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(matomo.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let days = Wish { days: Some(("2027-01-01", "2027-02-01")), currency: Some("EUR"), ..Wish::default() };
    let (name, taken) = run_bytes("Campaigns.csv", &bytes, None, &days, &Posts::default());
    assert_eq!((name.as_str(), codes(&taken)), ("matomo", vec![]));
    assert!(
        shown(&taken)
            .contains(&"link///open-day/ revenue 25.5EUR 01-01T00:00..02-01T00:00 @02-01T09:00".to_owned())
    );
    let nobody = Wish { currency: None, ..days.clone() };
    assert_eq!(
        codes(&run_bytes("Campaigns.csv", &bytes, None, &nobody, &Posts::default()).1),
        ["missing-key"]
    );
    let undated = Wish { days: None, ..days.clone() };
    assert_eq!(
        codes(&run_bytes("Campaigns.csv", &bytes, None, &undated, &Posts::default()).1),
        ["missing-key"]
    );

    let plausible = "name,visitors,bounce_rate,visit_duration\nopen-day,40,20,33\n";
    let (name, taken) = run("utm_campaigns_20270101.csv", plausible, None, &days);
    assert_eq!((name.as_str(), shown(&taken).len()), ("plausible-campaigns", 1));
    let export = Export::open("stats.csv", plausible.as_bytes(), None).unwrap();
    assert!(
        pick(&export, builtin::mappings(), None).unwrap().is_none(),
        "its name tells what it is, and this one does not"
    );
}

#[test]
fn messages_goals_and_money() {
    let inbox = "id,received,replied\n7,2027-01-10T09:00:00Z,2027-01-10T10:30:00Z\n8,2027-01-11T09:00:00Z,\n9,2027-01-12T09:00:00Z,2027-01-12T09:00:00Z\n";
    let (name, taken) = run("inbox.csv", inbox, None, &on("instagram"));
    assert_eq!((name.as_str(), codes(&taken)), ("inbox", vec![]));
    assert_eq!(
        shown(&taken),
        [
            "inbox/instagram/7 messages 1 01-10T09:00..01-10T09:00 @02-01T09:00",
            "inbox/instagram/7 first-reply 5400s 01-10T09:00..01-10T10:30 @02-01T09:00",
            "inbox/instagram/8 messages 1 01-11T09:00..01-11T09:00 @02-01T09:00",
            "inbox/instagram/9 messages 1 01-12T09:00..01-12T09:00 @02-01T09:00",
            "inbox/instagram/9 first-reply 0s 01-12T09:00..01-12T09:00 @02-01T09:00",
        ]
    );
    let before = inbox.replace("2027-01-10T10:30:00Z", "2027-01-09T10:30:00Z");
    assert_eq!(codes(&run("inbox.csv", &before, None, &on("instagram")).1), ["bad-moment"]);

    let goal = Wish { goal: true, ..Wish::default() };
    assert_eq!(
        shown(&run("door.csv", "date,value\n2027-01-09,41.5\n", None, &goal).1),
        ["goal/visits count 41.5 @01-10T00:00"]
    );
    assert_eq!(
        codes(&run("door.csv", "date,value\n2027-01-09,41\n", None, &Wish::default()).1),
        ["missing-key"]
    );

    let ads = "Campaign name,Reporting starts,Reporting ends,Amount spent (EUR)\nopen day,2027-01-01,2027-01-07,12.34\nNobody's,2027-01-01,2027-01-07,5\n";
    let (name, taken) = run("ads.csv", ads, None, &Wish::default());
    assert_eq!(
        (name.as_str(), shown(&taken)),
        (
            "meta-ads",
            vec!["campaign/open-day spend 12.34EUR 01-01T00:00..01-08T00:00 @02-01T09:00".to_owned()]
        )
    );
    assert_eq!(taken.told.keyless, [3]);
    let boosts = "post,day,cost,currency\n18012,2027-01-05,5,EUR\n18012,2027-01-06,5,\n";
    let (_, taken) = run("b.csv", boosts, Some("posted"), &Wish { currency: Some("GBP"), ..on("instagram") });
    assert_eq!(
        shown(&taken),
        [
            "post/instagram/18012 spend 5EUR 01-05T00:00..01-06T00:00 @02-01T09:00",
            "post/instagram/18012 spend 5GBP 01-06T00:00..01-07T00:00 @02-01T09:00",
        ]
    );
}

#[test]
fn a_post_of_the_ledger_is_known_by_its_id_or_address() {
    let mut posts = Posts::default();
    let account = AccountId::new("instagram").unwrap();
    for name in names_of("https://www.instagram.com/p/DEADBEEF1/?igsh=1") {
        posts.slots.insert((account.clone(), name), "2027-01-18-open-day/once/instagram".parse().unwrap());
    }
    posts.others.insert("post/instagram/18013".parse().unwrap());
    let text = "Post ID,Permalink,Publish time,Likes\n18012,http://instagram.com/p/DEADBEEF1,01/18/2027 09:00,4\nDEADBEEF1,,01/18/2027 09:00,4\n18013,https://www.instagram.com/p/Z,01/19/2027 09:00,5\n,,01/20/2027 09:00,6\n";
    let (_, taken) = run_bytes("ig.csv", text.as_bytes(), None, &on("instagram"), &posts);
    assert_eq!(
        shown(&taken),
        [
            "slot/2027-01-18-open-day/once/instagram likes 4 @02-01T09:00",
            "slot/2027-01-18-open-day/once/instagram likes 4 @02-01T09:00",
            "post/instagram/18013 likes 5 @02-01T09:00",
        ]
    );
    assert_eq!((taken.works.len(), taken.told.own, taken.told.keyless), (0, 2, vec![5]));
    assert_eq!(
        names_of("https://www.youtube.com/watch?v=abcDEF12345&t=3"),
        ["youtube.com/watch?v=abcDEF12345", "abcDEF12345"]
    );
    assert_eq!(names_of("https://twitter.com/a/status/123?s=20"), ["x.com/a/status/123"]);
}

#[test]
fn the_marks_of_numbers_are_told_by_all_cells_of_a_column_and_never_guessed() {
    let table = |cells: &[&str]| {
        let rows = cells.iter().enumerate().map(|(n, cell)| format!("{n};2027-01-18T09:00;\"{cell}\"\n"));
        format!("id;time;likes\n{}", rows.collect::<String>())
    };
    let of = |cells: &[&str]| likes(&table(cells), None);
    let numbers = |cells: &[&str], values: &[&str]| {
        let (found, codes) = of(cells);
        assert_eq!((found, codes), (values.iter().map(|v| (*v).to_owned()).collect(), vec![]), "{cells:?}");
    };
    numbers(&["12", "1,234", "2,345,678"], &["12", "1234", "2345678"]);
    numbers(&["1.234", "2.345.678"], &["1234", "2345678"]);
    numbers(
        &["1 234", "2\u{a0}345", "3\u{202f}456\u{202f}789", "4'567", "5’678"],
        &["1234", "2345", "3456789", "4567", "5678"],
    );
    numbers(&["12,34,567"], &["1234567"]);
    numbers(&["12K", "3.4M", "1.5k"], &["12000", "3400000", "1500"]);
    numbers(&["1,2 mil", "3,4 mln"], &["1200", "3400000"]);
    numbers(&["", "-", "–", "N/A", "null", "7"], &["7"]);
    // One way or the other, and nothing says which.
    for unclear in [&["1.234"][..], &["1,234"], &["12", "1,234"], &["1,5K", "1.5K"], &["1.234,5", "1,234.5"]]
    {
        assert_eq!(of(unclear), (vec![], vec!["number-unclear"]), "{unclear:?}");
    }
    assert_eq!(likes(&table(&["1.234"]), Some(Decimal::Comma)), (vec!["1234".to_owned()], vec![]));
    assert_eq!(
        likes(&table(&["1.234"]), Some(Decimal::Point)),
        (vec![], vec!["bad-number"]),
        "a like has no fractions"
    );
    for (bad, code) in [
        ("3.5%", "bad-number"),
        ("many", "bad-number"),
        ("1,23,4", "bad-number"),
        ("12.", "bad-number"),
        ("1e3", "bad-number"),
        ("+4", "bad-number"),
        ("0:41", "bad-number"),
        ("99999999999999999999", "bad-number"),
        ("=1+1", "formula-cell"),
        ("=HYPERLINK(1)", "formula-cell"),
        ("#REF!", "formula-cell"),
        ("-4", "number-negative"),
        ("(4)", "number-negative"),
        ("−4", "number-negative"),
        ("1.5", "bad-number"),
    ] {
        assert_eq!(of(&[bad]), (vec![], vec![code]), "{bad}");
    }
    assert_eq!(of(&["-0", "0"]), (vec!["0".to_owned(), "0".to_owned()], vec![]));
    let (_, taken) = run("t.csv", &table(&["12K"]), Some("tiny"), &on("instagram"));
    assert_eq!(
        (taken.facts[0].figure.definition.as_str(), taken.told.rounded),
        ("tiny export; rounded by the platform", 1)
    );
}

#[test]
fn whatever_wrote_the_file_it_is_read_alike() {
    let text = "id,time,likes\né,2027-01-18 09:00,4\r\n\r\n\"b\"\"c\",2027-01-19 09:00,\"5\"\n";
    let expected = ["post/instagram/é likes 4 @02-01T09:00", "post/instagram/b\"c likes 5 @02-01T09:00"];
    let plain =
        |taken: &Taken| taken.facts.iter().map(|f| format!("{:?}", f.figure.subject)).collect::<Vec<_>>();
    let utf16 = |big: bool, mark: bool| -> Vec<u8> {
        let units = text.encode_utf16().flat_map(|u| if big { u.to_be_bytes() } else { u.to_le_bytes() });
        let begin: &[u8] = match (mark, big) {
            (true, true) => &[0xFE, 0xFF],
            (true, false) => &[0xFF, 0xFE],
            _ => &[],
        };
        begin.iter().copied().chain(units).collect()
    };
    let (latin, _, _) = encoding_rs::WINDOWS_1252.encode(text);
    let files = [
        text.as_bytes().to_vec(),
        format!("\u{feff}{text}").into_bytes(),
        format!("sep=;\n{}", text.replace(',', ";")).into_bytes(),
        text.replace(',', "\t").into_bytes(),
        text.replace(',', "|").into_bytes(),
        text.replace("\r\n", "\n").replace('\n', "\r").into_bytes(),
        utf16(true, true),
        utf16(false, true),
        utf16(true, false),
        utf16(false, false),
        latin.into_owned(),
    ];
    let first = run_bytes("t.csv", &files[0], Some("tiny"), &on("instagram"), &Posts::default()).1;
    assert_eq!(first.facts.len(), expected.len());
    for bytes in &files {
        let (_, taken) = run_bytes("t.csv", bytes, Some("tiny"), &on("instagram"), &Posts::default());
        assert_eq!(
            (plain(&taken), codes(&taken)),
            (plain(&first), vec![]),
            "{}",
            String::from_utf8_lossy(bytes)
        );
    }
    let refused =
        |bytes: &[u8]| codes(&run_bytes("t.csv", bytes, Some("tiny"), &on("instagram"), &Posts::default()).1);
    assert_eq!(refused(b"\xD0\xCF\x11\xE0\xA1"), ["syntax"], "an old workbook");
    assert_eq!(refused(b"PK\x03\x04broken"), ["syntax"]);
    assert_eq!(refused(b"\xEF\xBB\xBF\xff"), ["not-utf8"]);
    assert_eq!(refused(b"a\0\0\0b"), ["not-utf8"]);
}

#[test]
fn a_column_that_is_missing_or_there_twice_is_told_at_its_place() {
    let (_, taken) = run("t.csv", "id,time,Like\n1,2027-01-18,4\n", Some("tiny"), &on("instagram"));
    let finding = &taken.findings[0];
    assert_eq!((finding.code, finding.file.as_str()), (Code::ColumnMissing, "mappings/tiny.toml"));
    assert!(finding.label.as_deref().unwrap().contains("did you mean `Like`"), "{finding:?}");
    let text = CALENDAR.iter().find(|(path, _)| *path == "mappings/tiny.toml").unwrap().1;
    assert_eq!(&text[finding.span.clone().unwrap()], "[\"likes\", \"hearts\"]");
    // A name that the column had before is as good.
    assert_eq!(likes("id,time,Hearts\n1,2027-01-18T09:00,4\n", None), (vec!["4".to_owned()], vec![]));
    assert_eq!(
        likes("id,time,likes,LIKES\n1,2027-01-18T09:00,4,5\n", None),
        (vec![], vec!["column-missing"])
    );
    // Rows above the head do not matter.
    assert_eq!(likes("Report\nfrom,somewhere\n\nid,time,likes\n1,2027-01-18T09:00,4\n", None).0, ["4"]);
}

#[test]
fn dates_that_can_be_read_in_two_ways_are_refused() {
    let help = |cell: &str| {
        let (_, taken) =
            run("t.csv", &format!("id,time,likes\n1,{cell},4\n"), Some("tiny"), &on("instagram"));
        assert_eq!(codes(&taken), ["bad-moment"], "{cell}");
        taken.findings[0].help.clone().unwrap()
    };
    assert!(help("18/01/2027 09:00").contains("the day stands first"));
    assert!(help("01/18/2027").contains("the month stands first"));
    assert!(help("02/03/2027").contains("two ways"));
    help("yesterday");
    help("2027-13-01");
    help("0001-01-01");
    help("99999-01-01");
}

#[test]
fn what_stands_is_not_written_again_and_a_change_is_a_later_row() {
    let day = |likes: &str| {
        run("t.csv", &format!("id,time,likes\n1,2027-01-18T09:00,{likes}\n"), Some("tiny"), &on("instagram"))
            .1
            .facts
    };
    let readings = |text: &str| Readings::read([("readings/2027/02/01/instagram.csv", text)]);
    let first = settle(day("4"), &Readings::default());
    assert_eq!((first.figures.len(), first.known, first.corrected.len()), (1, 0, 0));
    let stand = readings(&write(&first.figures));
    assert_eq!(stand.flaws, []);
    let again = settle(day("4"), &stand);
    assert_eq!((again.figures.len(), again.known), (0, 1));
    let changed = settle(day("3"), &stand);
    assert_eq!((changed.figures.len(), changed.corrected[0].before.to_string().as_str()), (1, "4"));
    assert_eq!(changed.corrected[0].origin, "readings/2027/02/01/instagram.csv:2");
    // The later row holds, also where it was read at the same moment, and importing it again changes nothing.
    let both = write(&first.figures) + write(&changed.figures).trim_start_matches(HEAD).trim_start();
    let stand = readings(&both);
    let subject = "post/instagram/1".parse().unwrap();
    assert_eq!(
        stand.latest(&subject, Metric::Likes, DateTime::<Utc>::MAX_UTC).unwrap().value,
        Amount::whole(3)
    );
    assert_eq!(settle(day("3"), &stand).known, 1);

    // Heights of a day, with corrections in both directions.
    let height = |count: &str| {
        run("d.csv", &format!("day,followers\n2027-01-30,{count}\n"), Some("days"), &on("instagram")).1.facts
    };
    let mut text = write(&settle(height("100"), &Readings::default()).figures);
    for count in ["90", "95", "95"] {
        let settled = settle(height(count), &readings(&text));
        text += write(&settled.figures).trim_start_matches(HEAD).trim_start();
        let account = "account/instagram".parse().unwrap();
        let stand = readings(&text);
        assert_eq!(
            stand.latest(&account, Metric::Followers, DateTime::<Utc>::MAX_UTC).unwrap().value.to_string(),
            count
        );
    }
    assert_eq!(readings(&text).rows.len(), 3);
}

#[test]
fn two_rows_and_two_exports_never_count_twice() {
    let both = |a: &str, b: &str| {
        let mut facts = run("a.csv", a, Some("tiny"), &on("instagram")).1.facts;
        facts.extend(run("b.csv", b, Some("tiny"), &on("instagram")).1.facts);
        settle(facts, &Readings::default())
    };
    let one = "id,time,likes\n1,2027-01-18T09:00,4\n2,2027-01-19T09:00,5\n";
    let two = "id,time,likes\n2,2027-01-19T09:00,5\n3,2027-01-20T09:00,6\n";
    let settled = both(one, two);
    assert_eq!((settled.figures.len(), settled.repeated, settled.findings.len()), (3, 1, 0));
    let settled = both(one, &two.replace(",5", ",7"));
    assert_eq!(settled.findings[0].code, Code::RowsContradict);
    assert_eq!(
        (settled.findings[0].file.as_str(), settled.findings[0].related[0].file.as_str()),
        ("b.csv", "a.csv")
    );

    // Days that a range counts already are left out, in the files as in the readings.
    let visits = |text: &str, days: Option<(&str, &str)>| {
        let wish = Wish { days, ..Wish::default() };
        run("ga.csv", text, None, &wish).1.facts
    };
    let range =
        || visits("Session source / medium,Sessions\nx / social,40\n", Some(("2027-01-01", "2027-02-01")));
    let days = || {
        visits("Date,Session source / medium,Sessions\n20270115,x / social,4\n20270116,x / social,5\n", None)
    };
    let stand = write(&settle(range(), &Readings::default()).figures);
    let settled = settle(days(), &Readings::read([("readings/web.csv", stand.as_str())]));
    assert_eq!((settled.figures.len(), settled.findings.len()), (0, 2));
    assert_eq!(settled.findings[0].code, Code::DaysCountedTwice);
    assert!(settled.findings[0].help.as_deref().unwrap().contains("readings/web.csv:2"));
    let settled = settle(days().into_iter().chain(range()).collect(), &Readings::default());
    assert_eq!((settled.figures.len(), settled.findings.len()), (2, 1));
    let stand = write(&settle(days(), &Readings::default()).figures);
    let settled = settle(days(), &Readings::read([("readings/web.csv", stand.as_str())]));
    assert_eq!((settled.figures.len(), settled.known, settled.findings.len()), (0, 2, 0));
}

#[test]
fn a_number_that_a_person_counted() {
    assert_eq!(amount("412", None).unwrap().to_string(), "412");
    assert_eq!(amount("18 400,5", None).unwrap().to_string(), "18400.5");
    assert!(amount("18.400", None).is_err() && amount("-1", None).is_err() && amount("", None).is_err());
    assert_eq!(amount("18.400", Some(Decimal::Comma)).unwrap().to_string(), "18400");
}

#[test]
fn a_file_of_many_rows_is_read_in_one_walk_and_bounded() {
    let rows: String = (0..ROWS_MAX / 4).map(|n| format!("{n},2027-01-18T09:00,\"{}\"\n", n % 50)).collect();
    let (_, taken) = run("t.csv", &format!("id,time,likes\n{rows}"), Some("tiny"), &on("instagram"));
    assert_eq!((taken.facts.len(), taken.findings.len()), (ROWS_MAX / 4, 0));
    let settled = settle(taken.facts, &Readings::default());
    assert_eq!(settled.figures.len(), ROWS_MAX / 4);
    // Hostile: quotation marks that are never closed, many cells, nothing at all.
    for hostile in [
        "\"".repeat(200_000),
        "\"\",".repeat(100_000),
        ",".repeat(300_000),
        "id,time,likes\n\"".to_owned() + &"a\n".repeat(100_000),
    ] {
        let export = Export::open("h.csv", hostile.as_bytes(), None).unwrap();
        drop(pick(&export, builtin::mappings(), None));
    }
    let faulty: String = (0..5_000).map(|n| format!("{n},never,x\n")).collect();
    let (_, taken) = run("t.csv", &format!("id,time,likes\n{faulty}"), Some("tiny"), &on("instagram"));
    assert_eq!(taken.findings.len(), FINDINGS_MAX);
}

proptest::proptest! {
    #[test]
    fn no_file_brings_it_down(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400), cells in proptest::collection::vec("[-0-9.,%KM=\" €()]{0,12}", 0..8)) {
        for wish in [on("instagram"), Wish { days: Some(("2027-01-01", "2027-01-02")), goal: true, ..on("x") }] {
            if let Ok(export) = Export::open("f.csv", &bytes, None) {
                drop(pick(&export, builtin::mappings(), None));
            }
            let rows: String = cells.iter().map(|cell| format!("1,2027-01-18T09:00,{cell}\n")).collect();
            let (_, taken) = run("t.csv", &format!("id,time,likes\n{rows}"), Some("tiny"), &wish);
            drop(settle(taken.facts, &Readings::default()));
        }
    }
}
