use crate::draft::MediaBook;
use crate::finding::{Finding, Severity};

use super::super::super::read;
use super::super::super::tests::{FEED, ROOT, X, files};
use super::super::check;

const PATH: &str = "posts/2027/01/a.toml";

/// Finds what a rule says of one post, beside other files.
fn find(rule: &str, post: &str, others: &[(&str, &str)]) -> Vec<(Finding, String)> {
    let protocol = format!("title = \"T\"\n[[rule]]\nsay = \"Not so.\"\n{rule}");
    let at = "at = 2027-01-18T09:00:00\nto = [\"news\", \"x\"]\n";
    let post = if post.contains("at = ") { post.to_owned() } else { format!("{at}{post}") };
    let mut all = vec![ROOT, FEED, X, ("protocols/p.toml", protocol.as_str()), (PATH, post.as_str())];
    all.extend(others);
    let files = files(&all);
    let (calendar, findings) = read(&files);
    assert_eq!(findings, [], "{rule}");
    let text_of = |finding: &Finding| {
        let file = files.iter().find(|file| file.path == finding.file).unwrap();
        let crate::finding::Content::Text(text) = &file.content else { panic!() };
        finding.span.clone().map_or_else(String::new, |span| text[span].to_owned())
    };
    let found = check(&calendar, &MediaBook::new()).into_iter();
    found
        .filter(|finding| {
            let name = finding.code.name();
            name.starts_with("protocol-") || name.starts_with("rule-") || name.starts_with("fact-")
        })
        .map(|finding| {
            let text = text_of(&finding);
            (finding, text)
        })
        .collect()
}

/// Returns the words under each caret.
fn carets(rule: &str, post: &str) -> Vec<String> {
    find(rule, post, &[]).into_iter().map(|(_, text)| text).collect()
}

#[test]
fn a_forbidden_word_is_told_once_where_it_stands() {
    let rule = "kind = \"forbidden-words\"\nwords = [\"cheap\", \"cheaper\"]\ninstead = \"affordable\"\n";
    let found = find(
        rule,
        "text = \"\"\"\nA day out,\nnow CHEAPER, сhеаp and cheapish.\n\"\"\"\ntags = [\"Cheap\"]\n",
        &[],
    );
    let words: Vec<&str> = found.iter().map(|(_, text)| text.as_str()).collect();
    assert_eq!(words, ["CHEAPER", "сhеаp", "\"Cheap\""]);
    let finding = &found[0].0;
    assert_eq!((finding.message.as_str(), finding.help.as_deref()), ("Not so", Some("say affordable")));
    assert_eq!(finding.related[0].file, "protocols/p.toml");
    assert_eq!(finding.severity(), Severity::Error);
    let mild = format!("{rule}severity = \"warning\"\n");
    assert_eq!(find(&mild, "text = \"cheap\"\n", &[])[0].0.severity(), Severity::Warning);
}

#[test]
fn every_text_that_an_account_is_sent_is_looked_at() {
    let rule = "kind = \"forbidden-words\"\nwords = [\"cheap\"]\n";
    let post = "title = \"Cheap title\"\ntext = \"Fine\"\nwarning = \"cheap\"\n[[media]]\nfile = \"media/a.png\"\nalt = \"cheap alt\"\n\
                [[thread]]\ntext = \"cheap part\"\n[for.x]\ntext = \"cheap on x\"\n";
    assert_eq!(carets(rule, post).len(), 5, "{:?}", carets(rule, post));
    let post = "text = \"Fine\"\n[poll]\noptions = [\"A cheap one\", \"Another\"]\n";
    assert_eq!(carets(rule, post), ["\"A cheap one\""]);
}

#[test]
fn a_rule_is_for_those_it_names() {
    let rule = |scope: &str| format!("kind = \"forbidden-words\"\nwords = [\"cheap\"]\n{scope}\n");
    let post = "department = \"shop\"\ncampaign = \"sale\"\ntopics = [\"prices\", \"shop\"]\ntext = \"cheap\"\n[for.x]\ntext = \"so cheap\"\n";
    let others = [
        ("departments/shop.toml", "name = \"Shop\"\n"),
        ("departments/press.toml", "name = \"Press\"\n"),
        ("campaigns/sale.toml", "name = \"Sale\"\n"),
        ("campaigns/other.toml", "name = \"Other\"\n"),
    ];
    let number = |scope: &str| find(&rule(scope), post, &others).len();
    for (scope, expected) in [
        ("", 2),
        ("departments = [\"shop\"]", 2),
        ("departments = [\"press\"]", 0),
        ("departments = [\"press\", \"shop\"]", 2),
        ("accounts = [\"x\"]", 1),
        ("platforms = [\"feed\"]", 1),
        ("platforms = [\"mastodon\"]", 0),
        ("campaigns = [\"sale\"]", 2),
        ("campaigns = [\"other\"]", 0),
        ("topics = [\"prices\"]", 2),
        ("topics = [\"press\"]", 0),
        ("accounts = [\"x\"]\ntopics = [\"prices\"]", 1),
    ] {
        assert_eq!(number(scope), expected, "{scope}");
    }
}

#[test]
fn what_is_required_must_be_said() {
    let rule = "kind = \"required-words\"\nwords = [\"Harbour Museum\", \"museum\"]\n";
    assert_eq!(carets(rule, "text = \"At the MUSEUM's door\"\n"), [""; 0]);
    assert_eq!(carets(rule, "text = \"At the door\"\n"), ["\"At the door\""]);
    assert_eq!(carets(&format!("{rule}all = true\n"), "text = \"At the museum\"\n").len(), 1);
    let rule = "kind = \"pattern\"\npattern = '\\d{2}:\\d{2}'\n";
    assert_eq!(carets(rule, "text = \"At 19:00 and 20:30\"\n"), ["19:00", "20:30"]);
    let rule = format!("{rule}required = true\n");
    assert_eq!(carets(&rule, "text = \"At 19:00\"\n"), [""; 0]);
    assert_eq!(carets(&rule, "text = \"Late\"\n").len(), 1);
}

#[test]
fn pictures_have_words_that_help_and_that_is_told_once() {
    let rule = "kind = \"alt-text\"\nleast = 8\n";
    let picture = |alt: &str| {
        format!("text = \"A whale in a hall\"\n[[media]]\nfile = \"media/whale-hall.png\"\n{alt}")
    };
    for bad in [
        "",
        "alt = \"\"\n",
        "alt = \"IMG_1.jpg\"\n",
        "alt = \"Whale hall\"\n",
        "alt = \"A whale, in a hall!\"\n",
        "alt = \"Picture of a whale\"\n",
        "alt = \"A whale\"\n",
    ] {
        let found = find(rule, &picture(bad), &[]);
        assert_eq!(found.len(), 1, "{bad}: {found:?}");
        let all = check(&read(&files(&[ROOT, FEED, X, (PATH, &picture(bad))])).0, &MediaBook::new());
        assert!(all.len() < 5);
    }
    assert_eq!(carets(rule, &picture("alt = \"The bones of a whale hang on wires\"\n")), [""; 0]);
}

#[test]
fn tags_are_counted_on_each_account() {
    let rule = "kind = \"hashtags\"\nmost = 2\ncase = \"camel\"\nplace = \"end\"\n";
    assert_eq!(carets(rule, "text = \"Come #OpenDay\"\ntags = [\"OpenDay\", \"Museum\"]\n"), [""; 0]);
    assert_eq!(carets(rule, "text = \"Come\"\ntags = [\"A\", \"B\", \"C\"]\n"), ["\"C\""]);
    assert_eq!(
        carets(rule, "text = \"Come\"\ntags = [\"A\"]\n[for.x]\ntags = [\"A\", \"B\", \"c\"]\n").len(),
        2
    );
    assert_eq!(carets(rule, "text = \"Our #OpenDay comes\"\n"), ["#OpenDay"]);
    assert_eq!(carets("kind = \"hashtags\"\nmost = 0\n", "text = \"#One\"\n"), ["#One"]);
}

#[test]
fn advertising_says_so_early_and_plainly() {
    let rule = "kind = \"disclosure\"\nwords = [\"#ad\", \"Anzeige\"]\ntopics = [\"sponsored\"]\n";
    let post = |text: &str, more: &str| format!("topics = [\"sponsored\"]\ntext = \"{text}\"\n{more}");
    let long = "With our friends of the harbour bank we open the roof every Friday, and everybody who comes gets a cup of soup, a scarf and a story. ";
    assert_eq!(carets(rule, &post("#ad With our friends", "")), [""; 0]);
    assert_eq!(carets(rule, &post("Anzeige: With our friends", "")), [""; 0]);
    assert_eq!(carets(rule, &post(&format!("{long}#ad"), "")), ["#ad"]);
    assert_eq!(carets(rule, &post(long, "tags = [\"ad\"]\n")), ["\"ad\""]);
    assert_eq!(carets(rule, &post("Short", "tags = [\"ad\"]\n")), [""; 0]);
    assert_eq!(carets(rule, &post("With our friends", "")).len(), 1);
    assert_eq!(carets(rule, &post("#ad #Sp With our friends", "tags = [\"spon\"]\n")), ["#Sp", "\"spon\""]);
    assert_eq!(carets(rule, &post("adverts #adventure", "")).len(), 1);
    let named = "kind = \"disclosure\"\nwords = [\"#ad\"]\nwhen = [\"Harbour Bank\"]\n";
    assert_eq!(carets(named, "text = \"Thanks to Harbour  Bank\"\n").len(), 1);
    assert_eq!(carets(named, "text = \"Thanks to the harbour\"\n"), [""; 0]);
}

#[test]
fn links_are_there_and_say_their_campaign() {
    let rule = "kind = \"link\"\nmedium = \"social\"\nhosts = [\"a.example\"]\n";
    let campaign = [("campaigns/c.toml", "name = \"C\"\n")];
    let spans = |post: &str| -> Vec<String> {
        find(rule, post, &campaign).into_iter().map(|(_, text)| text).collect()
    };
    assert_eq!(spans("text = \"Hi\"\n"), ["\"Hi\""]);
    assert_eq!(spans("text = \"Hi https://b.example/x\"\n"), [""; 0]);
    assert_eq!(spans("text = \"Hi\"\nlink = \"https://a.example\"\n"), [""; 0]);
    let post = "campaign = \"c\"\ntext = \"Hi\"\nlink = \"https://www.a.example/b\"\n";
    assert_eq!(spans(post), ["\"https://www.a.example/b\""]);
    assert_eq!(spans(&post.replace("/b", "/b?utm_campaign=c&utm_medium=social")), [""; 0]);
    assert_eq!(spans(&post.replace("/b", "/b?utm_campaign=d&utm_medium=social")).len(), 1);
    assert_eq!(spans(&post.replace("www.a", "bada")), [""; 0]);
    assert_eq!(spans("campaign = \"c\"\ntext = \"Hi https://a.example/x!\"\n"), ["https://a.example/x"]);
}

#[test]
fn a_text_reads_easily_in_its_language() {
    let rule = "kind = \"reading-ease\"\nleast = 50\n";
    let hard = "Notwithstanding considerable organisational heterogeneity, interdepartmental communication necessitates systematically institutionalised coordination mechanisms, particularly regarding representative accountability, transparency and participatory decision-making procedures.";
    let post = |language: &str| format!("language = \"{language}\"\ntext = \"{hard}\"\n");
    assert_eq!(carets(rule, &post("en")).len(), 1);
    let found = find(rule, &post("zh"), &[]);
    assert_eq!((found[0].0.file.as_str(), found[0].0.code.name()), ("protocols/p.toml", "rule-language"));
    assert_eq!(found.len(), 1);
    assert_eq!(carets(&format!("{rule}languages = [\"en\"]\n"), &post("zh")), [""; 0]);
    assert_eq!(find(rule, &format!("text = \"{hard}\"\n"), &[])[0].0.code.name(), "rule-language");
    assert_eq!(carets(rule, "language = \"en\"\ntext = \"Institutionalised accountability\"\n"), [""; 0]);
}

#[test]
fn a_post_serves_a_goal_of_its_own_or_of_its_campaign() {
    let rule = "kind = \"goal\"\n";
    let others = [
        ("goals/visits.toml", "name = \"V\"\nmetric = \"visits\"\ntarget = 1\nby = 2027-12-31\n"),
        ("campaigns/c.toml", "name = \"C\"\ngoal = \"visits\"\n"),
    ];
    let number = |post: &str| find(rule, post, &others).len();
    assert_eq!(number("text = \"Hi\"\n"), 1);
    assert_eq!(number("text = \"Hi\"\ngoal = \"visits\"\n"), 0);
    assert_eq!(number("text = \"Hi\"\ncampaign = \"c\"\n"), 0);
}

#[test]
fn nothing_goes_out_in_quiet_hours_where_the_audience_is() {
    let rule = "kind = \"quiet-hours\"\nfrom = 22:00:00\nuntil = 07:00:00\nzone = \"America/New_York\"\n";
    let at = |time: &str| format!("at = 2027-01-18T{time}\nto = [\"x\"]\ntext = \"Hi\"\n");
    assert_eq!(carets(rule, &at("09:00:00")), ["2027-01-18T09:00:00"]);
    assert_eq!(carets(rule, &at("12:00:00")), [""; 0]);
    assert_eq!(carets(rule, &at("11:59:00")).len(), 1);
    // For three weeks of March, New York is four hours behind Lisbon, not five.
    let repeated = format!("{}[repeat]\nevery = \"week\"\nuntil = 2027-12-31\n", at("11:30:00"));
    assert_eq!(carets(rule, &repeated).len(), 1);
    let noon = repeated.replace("11:30", "12:30");
    assert_eq!(carets(rule, &noon), [""; 0]);
}

#[test]
fn some_days_are_closed_and_some_things_untold() {
    let post = "text = \"The globe comes\"\n";
    for (days, number) in [
        ("days = [2027-01-18]", 1),
        ("days = [2027-01-17]", 0),
        ("from = 2027-01-10\nuntil = 2027-01-18", 1),
        ("from = 2027-01-19\nuntil = 2027-02-18", 0),
    ] {
        assert_eq!(carets(&format!("kind = \"blackout\"\n{days}\n"), post).len(), number, "{days}");
    }
    let embargo = |until: &str| format!("kind = \"embargo\"\nwords = [\"globe\"]\nuntil = {until}\n");
    assert_eq!(carets(&embargo("2027-01-18T09:00:01"), post), ["globe"]);
    assert_eq!(carets(&embargo("2027-01-18T09:00:00"), post), [""; 0]);
    assert_eq!(carets(&embargo("2027-01-18T10:30:00\nzone = \"Europe/Berlin\""), post), ["globe"]);
    let topic = "kind = \"embargo\"\ntopics = [\"loans\"]\nuntil = 2027-02-01T09:00:00\n";
    assert_eq!(carets(topic, post), [""; 0]);
    assert_eq!(carets(topic, &format!("topics = [\"loans\"]\n{post}")), ["2027-01-18T09:00:00"]);
}

#[test]
fn posts_keep_their_distance_and_their_number() {
    let other = |at: &str| {
        format!("at = 2027-01-{at}:00\nto = [\"x\"]\ndepartment = \"shop\"\ntext = \"Other {at}\"\n")
    };
    let shop = ("departments/shop.toml", "name = \"Shop\"\nquota = { day = 1, week = 2 }\n");
    let first = other("18T09:00");
    let found = |rule: &str, at: &[&str]| {
        let paths = ["posts/2027/01/b.toml", "posts/2027/01/c.toml"];
        let posts: Vec<String> = at.iter().map(|at| other(at)).collect();
        let mut others = vec![shop];
        others.extend(paths.iter().copied().zip(posts.iter().map(String::as_str)));
        let found = find(rule, &first, &others);
        found
            .into_iter()
            .map(|(finding, _)| (finding.file, finding.related[1].file.clone()))
            .collect::<Vec<_>>()
    };
    let told = |later: &str, before: &str| {
        (format!("posts/2027/01/{later}.toml"), format!("posts/2027/01/{before}.toml"))
    };
    let spacing = "kind = \"spacing\"\nleast = \"2h\"\n";
    assert_eq!(found(spacing, &["18T10:59"]), [told("b", "a")]);
    assert_eq!(found(spacing, &["18T07:01"]), [told("a", "b")]);
    assert_eq!(found(spacing, &["18T11:00"]), []);
    assert_eq!(found("kind = \"spacing\"\nleast = \"2h\"\naccounts = [\"news\"]\n", &["18T09:30"]), []);
    assert_eq!(found("kind = \"quota\"\nday = 1\n", &["18T23:00", "19T00:00"]), [told("b", "a")]);
    assert_eq!(found("kind = \"quota\"\nweek = 2\n", &["24T23:00", "25T00:00"]), []);
    assert_eq!(found("kind = \"quota\"\nweek = 2\n", &["20T23:00", "24T23:59"]), [told("c", "a")]);
    assert_eq!(found("kind = \"quota\"\n", &["18T10:00"]), [told("b", "a")]);
}

#[test]
fn a_repeat_without_an_end_is_looked_at_once() {
    let post = "at = 2027-01-18T09:00:00\nto = [\"x\"]\ntext = \"Again\"\n[repeat]\nevery = \"day\"\n";
    assert_eq!(carets("kind = \"spacing\"\nleast = \"2d\"\n", post).len(), 1);
    assert_eq!(carets("kind = \"blackout\"\ndays = [2027-12-25, 2027-12-26]\n", post).len(), 1);
}

#[test]
fn examples_are_tried_on_their_rules() {
    let cases = [
        ("kind = \"forbidden-words\"\nwords = [\"cheap\"]\n", "fair", "a cheap day"),
        ("kind = \"required-words\"\nwords = [\"museum\"]\n", "the museum", "the house"),
        ("kind = \"pattern\"\npattern = '!!'\n", "Come!", "Come!!"),
        ("kind = \"alt-text\"\n", "A whale hangs in a hall", "image of a whale"),
        ("kind = \"hashtags\"\ncase = \"camel\"\nmost = 1\n", "Come #OpenDay", "Come #openday"),
        ("kind = \"hashtags\"\nmost = 1\n", "Come #OpenDay", "Come #OpenDay #Museum"),
        ("kind = \"capitals\"\nallowed = [\"NASA\"]\n", "With NASA", "FREE entry"),
        ("kind = \"emoji\"\nmost = 1\n", "A whale 🐋", "🐋🐋"),
        ("kind = \"disclosure\"\nwords = [\"#ad\"]\n", "#ad Soup", "Soup"),
        (
            "kind = \"link\"\nmedium = \"social\"\n",
            "See https://a.example?utm_medium=social&utm_campaign=c",
            "See https://a.example",
        ),
        ("kind = \"embargo\"\nuntil = 2027-01-01T00:00:00\nwords = [\"globe\"]\n", "a thing", "a globe"),
        (
            "kind = \"reading-ease\"\nleast = 60\nlanguages = [\"en\"]\n",
            "The cat sat on the mat. The dog ran to the sea. It was a good day, and we all had fun by the old boat.",
            "Interdepartmental communication necessitates systematically institutionalised coordination mechanisms, particularly regarding representative accountability, transparency, participatory procedures, organisational heterogeneity, administrative responsibility, intergovernmental negotiation, constitutional interpretation.",
        ),
    ];
    for (rule, good, bad) in cases {
        let found = |good: &str, bad: &str| {
            let rule = format!("{rule}good = [{good:?}]\nbad = [{bad:?}]\n");
            let post =
                "text = \"A plain text of the museum\"\nlink = \"https://b.example\"\nlanguage = \"en\"\n";
            find(&rule, post, &[])
                .into_iter()
                .filter(|(finding, _)| finding.code.name() == "rule-example")
                .count()
        };
        assert_eq!(found(good, bad), 0, "{rule}");
        assert_eq!(found(bad, good), 2, "{rule}");
    }
}

#[test]
fn facts_are_said_right_and_in_time() {
    let fact = |more: &str| {
        format!(
            "statement = \"The museum has 12,400 objects.\"\nsource = \"Inventory\"\nvalue = \"12400\"\n{more}"
        )
    };
    let words = "words = [\"museum\", \"objects\"]\n";
    let found = |fact: &str, post: &str| -> Vec<(String, String)> {
        find("kind = \"emoji\"\nmost = 9\n", post, &[("facts/objects.toml", fact)])
            .into_iter()
            .map(|(finding, text)| (finding.code.name().to_owned(), text))
            .collect()
    };
    let one = |code: &str, text: &str| vec![(code.to_owned(), text.to_owned())];
    let right = "text = \"Our museum has 12 400 objects. Come at 19:00.\"\n";
    let wrong = "text = \"It is 2027. Our MUSEUM has 13,000 objects.\"\n";
    assert_eq!(found(&fact(words), right), []);
    assert_eq!(found(&fact(words), wrong), one("fact-contradicted", "13,000"));
    assert_eq!(found(&fact(words), "text = \"The museum lends objects.\"\n"), []);
    assert_eq!(found(&fact(words), "text = \"The museum has 12,400 objects, 300 of them on loan.\"\n"), []);
    let pattern = "pattern = '(?<value>[\\d.,]+) objects'\n";
    assert_eq!(found(&fact(pattern), wrong), one("fact-contradicted", "13,000"));
    let expired = format!("{words}expires = 2027-01-17\n");
    assert_eq!(found(&fact(&expired), right), one("fact-expired", "12 400"));
    assert_eq!(found(&fact(&expired.replace("-17", "-18")), right), []);
    assert_eq!(found(&fact(&expired), "text = \"Come at 19:00.\"\n"), []);
}

#[test]
fn a_protocol_asks_for_approvals() {
    let protocol = "title = \"T\"\n[[rule]]\nkind = \"approvals\"\nsay = \"Two\"\nneeded = 2\ntopics = [\"loss\"]\n\
                    [[rule]]\nkind = \"approvals\"\nsay = \"One\"\nneeded = 1\nplatforms = [\"x\"]\n\
                    [[rule]]\nkind = \"approvals\"\nsay = \"None\"\nneeded = 3\nplatforms = [\"slack\"]\n";
    let lacking = |post: &str| {
        let post = format!("at = 2027-01-18T09:00:00\n{post}");
        let (calendar, findings) =
            read(&files(&[ROOT, FEED, X, ("protocols/p.toml", protocol), (PATH, &post)]));
        assert_eq!(findings, []);
        let day = "2027-01-18".parse().unwrap();
        let lacks = calendar.lacks(&calendar.posts[0], &MediaBook::new(), day);
        lacks.iter().map(|lack| lack.count).max().unwrap_or(0)
    };
    assert_eq!(lacking("to = [\"news\"]\n"), 0);
    assert_eq!(lacking("to = [\"news\", \"x\"]\n"), 1);
    assert_eq!(lacking("to = [\"x\"]\ntopics = [\"loss\"]\n"), 2);
}

#[test]
fn a_rule_that_says_nothing_or_cannot_be_read_is_told() {
    let codes = |rule: &str| -> Vec<&'static str> {
        let text = format!("title = \"T\"\n[[rule]]\nsay = \"S\"\n{rule}\n");
        let (_, findings) = read(&files(&[ROOT, ("protocols/p.toml", &text)]));
        findings.iter().map(|finding| finding.code.name()).collect()
    };
    for (rule, expected) in [
        ("", vec!["missing-key"]),
        ("kind = \"forbiden-words\"", vec!["bad-value"]),
        ("kind = 3", vec!["wrong-type"]),
        ("kind = \"forbidden-words\"", vec!["missing-key"]),
        ("kind = \"forbidden-words\"\nwords = []", vec!["rule-empty"]),
        ("kind = \"forbidden-words\"\nwords = [\"a\"]\nmost = 3", vec!["unknown-key"]),
        ("kind = \"hashtags\"", vec!["rule-empty"]),
        ("kind = \"link\"\nrequired = false", vec!["rule-empty"]),
        ("kind = \"blackout\"", vec!["rule-empty"]),
        ("kind = \"blackout\"\nfrom = 2027-01-01", vec!["missing-key"]),
        ("kind = \"blackout\"\nfrom = 2027-01-02\nuntil = 2027-01-01", vec!["dates-reversed"]),
        ("kind = \"quiet-hours\"\nfrom = 08:00:00\nuntil = 08:00:00", vec!["rule-empty"]),
        ("kind = \"embargo\"\nuntil = 2027-01-01T00:00:00", vec!["rule-empty"]),
        ("kind = \"pattern\"\npattern = '(open'", vec!["bad-pattern"]),
        ("kind = \"pattern\"\npattern = ''", vec!["bad-pattern"]),
        ("kind = \"emoji\"\nmost = -1", vec!["bad-value"]),
        ("kind = \"emoji\"\nmost = 0", vec![]),
        ("kind = \"reading-ease\"\nleast = 50\nlanguages = [\"en\", \"zh\"]", vec!["rule-language"]),
        ("kind = \"goal\"\nplatforms = [\"twitter\"]", vec!["bad-value"]),
        ("kind = \"goal\"\nseverity = \"grave\"", vec!["bad-value"]),
        ("kind = \"goal\"\ngood = [\"a\"]", vec!["unknown-key"]),
    ] {
        assert_eq!(codes(rule), expected, "{rule}");
    }
}
