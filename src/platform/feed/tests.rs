//! The adapter against a shelf that answers what it is told, and the three renderings.

use std::sync::Mutex;

use super::*;
use crate::calendar::{At, Voice};
use crate::draft::{AccountId, Media, MediaBook, MediaFacts, Occurrence, PostId};
use crate::http::{Broken, Response};
use crate::keyring;
use crate::media;
use crate::text;
use crate::time::Clock;

/// A picture with a comment, and its name on the shelf, which it has without that.
const PICTURE: &[u8] = include_bytes!("../../../tests/fixtures/media/animated.png");

fn shelved() -> String {
    shelf_name(&media::clean(PICTURE).unwrap())
}

struct Says {
    status: u16,
    heard: Mutex<Vec<Request>>,
}

impl Http for Says {
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        self.heard.lock().unwrap().push(request.clone());
        match self.status {
            0 => Err(Broken::AfterSending("the disk went away".to_owned())),
            status => Ok(Response { status, headers: Vec::new(), body: b"why".to_vec().into() }),
        }
    }
}

fn says(status: u16) -> Says {
    Says { status, heard: Mutex::default() }
}

fn account(server: Option<&str>) -> Account {
    Account {
        id: AccountId::new("news").unwrap(),
        file: "accounts/news.toml".to_owned(),
        platform: None,
        server: server.map(|server| At { value: server.to_owned(), span: 0..0 }),
        handle: None,
        voice: Voice::Organisation,
        departments: Vec::new(),
        access: Vec::new(),
        since: None,
        pin: None,
        late: None,
        by_hand: false,
        title: Some("Harbour Museum".to_owned()),
        folder: None,
    }
}

fn draft(post: &str, part: u32, parts: u32) -> Draft {
    Draft {
        slot: Slot {
            post: PostId::new(post).unwrap(),
            occurrence: Occurrence::Once,
            account: AccountId::new("news").unwrap(),
            part,
        },
        platform: text::Platform::Feed,
        due: moment(0),
        late: TimeDelta::hours(2),
        parts,
        title: None,
        text: "Doors open at ten. Bring a child.".to_owned(),
        link: Some("https://museum.example/open".to_owned()),
        tags: vec!["OpenDay".to_owned()],
        media: vec![Media { file: "media/a.PNG".to_owned(), alt: Some("A \"roof\" & <sky>".to_owned()) }],
        poll: None,
        warning: None,
        labels: Vec::new(),
        language: Some("en".to_owned()),
        visibility: Visibility::Public,
        again: false,
    }
}

fn moment(minute: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000 + 60 * minute, 0).unwrap()
}

fn book() -> MediaBook {
    let sha256: [u8; 32] = Sha256::digest(PICTURE).into();
    let facts = MediaFacts {
        size_bytes: 5,
        sha256,
        mime: Some("image/png"),
        size_px: Some((30, 20)),
        has_location: false,
    };
    MediaBook::from([("media/a.PNG".to_owned(), facts)])
}

/// Runs a piece of work at a desk whose shelf answers with `http`.
fn at_desk<T>(http: &dyn Http, server: Option<&str>, work: impl FnOnce(&dyn Channel) -> T) -> T {
    let (account, book) = (account(server), book());
    work(Feed.open(desk(http, &account, &book, &|_| Ok(PICTURE.to_vec()))).unwrap().as_ref())
}

/// A clock that nobody looks at.
struct NoClock;

impl Clock for NoClock {
    fn now(&self) -> DateTime<Utc> {
        moment(0)
    }

    fn wait(&self, _: TimeDelta) {}
}

fn desk<'a>(
    http: &'a dyn Http,
    account: &'a Account,
    book: &'a MediaBook,
    media: &'a (dyn Fn(&Media) -> Result<Vec<u8>, String> + Sync),
) -> Desk<'a> {
    Desk {
        http,
        clock: &NoClock,
        account,
        credential: None,
        keys: &keyring::Empty,
        book,
        media,
        pin_suffices: false,
    }
}

fn prepare(channel: &dyn Channel, draft: &Draft) -> Result<(String, String), Failure> {
    channel.prepare(draft, &[], &mut Vec::new(), moment(7))
}

fn payload(draft: &Draft, server: Option<&str>) -> Result<Entry, Failure> {
    at_desk(&says(200), server, |channel| {
        let (key, payload) = prepare(channel, draft)?;
        assert_eq!(prepare(channel, draft)?, (key.clone(), payload.clone()), "it is pure");
        let entry = Entry::read(payload.as_bytes()).unwrap();
        assert_eq!(entry.key, key);
        Ok(entry)
    })
}

fn sending(draft: &Draft) -> Sending {
    let (key, payload) = at_desk(&says(200), None, |channel| prepare(channel, draft).unwrap());
    Sending {
        digest: draft.digest(&book()).unwrap(),
        due: draft.due,
        until: moment(120),
        key,
        payload,
        first_at: moment(7),
        replays: None,
    }
}

#[test]
fn a_payload_holds_all_that_a_reader_is_shown() {
    let entry =
        payload(&draft("2027-01-18-open-day", 1, 1), Some("https://Museum.Example:8443/news")).unwrap();
    assert_eq!(entry.key, "2027-01-18-open-day.once.news.1");
    assert_eq!(entry.id, "tag:museum.example,2027-01-18:kalends/2027-01-18-open-day/once/news");
    assert_eq!(entry.feed.home.as_deref(), Some("https://Museum.Example:8443/news/"));
    assert_eq!(entry.url.unwrap(), format!("https://Museum.Example:8443/news/#{}", entry.key));
    assert_eq!((entry.title.as_str(), entry.has_own_title), ("Doors open at ten", false));
    assert_eq!(entry.published, moment(7), "when it was first sent, not when it was due");
    assert_eq!(entry.plain, "Doors open at ten. Bring a child.\n\nhttps://museum.example/open\n\n#OpenDay");
    let shown = &entry.media[0];
    assert_eq!(shown.name, shelved());
    let clean_bytes = media::clean(PICTURE).unwrap().bytes.len() as u64;
    assert_eq!((shown.size_bytes, shown.size_px), (clean_bytes, Some((24, 16))));
    assert!(clean_bytes < PICTURE.len() as u64);
}

#[test]
fn a_part_of_a_thread_says_which_it_is_and_what_it_replies_to() {
    let entry = payload(&draft("welcome", 2, 3), None).unwrap();
    assert_eq!(entry.title, "Doors open at ten (2/3)");
    assert_eq!(entry.in_reply_to.as_deref(), Some("welcome.once.news.1"));
    assert_eq!(entry.id, "tag:kalends,2026:kalends/welcome/once/news/2");
    assert_eq!((entry.url, entry.feed.home), (None, None));
}

#[test]
fn a_server_that_is_no_dns_name_or_no_web_address_is_not_put_into_ids() {
    for server in ["https://[::1]/", "https://é.example", "https://-a.example", "https://", "museum.example"]
    {
        let entry = payload(&draft("welcome", 1, 1), Some(server)).unwrap();
        assert!(entry.id.starts_with("tag:kalends,2026:"), "{server}: {}", entry.id);
    }
    assert_eq!(payload(&draft("welcome", 1, 1), Some("javascript://x/")).unwrap().feed.home, None);
}

#[test]
fn words_that_a_warning_hides_do_not_stand_in_the_title_or_beside_the_fold() {
    let warned = Draft { warning: Some("whale bones".to_owned()), ..draft("welcome", 1, 1) };
    let collection = Collection::new(payload(&warned, None).unwrap());
    assert_eq!(collection.entries[0].title, "whale bones");
    for text in [page::write(&collection), content::html(&collection, &collection.entries[0])] {
        let (open, folded) = text.split_once("<details>").unwrap();
        assert!(!open.contains("Doors open") && folded.contains("Doors open"));
    }
}

#[test]
fn what_is_not_for_everybody_is_refused() {
    for visibility in [Visibility::Followers, Visibility::Unlisted] {
        let failure = payload(&Draft { visibility, ..draft("welcome", 1, 1) }, None).unwrap_err();
        assert!(matches!(failure, Failure::Refused { why, .. } if why.contains("[for.news]")));
    }
}

#[test]
fn requests_say_what_they_can_do_and_answers_are_read() {
    let draft = draft("welcome", 1, 1);
    let sending = sending(&draft);
    let shelf = says(201);
    let receipt = at_desk(&shelf, None, |channel| {
        prepare(channel, &draft).unwrap();
        channel.publish(&sending).unwrap()
    });
    let page = "public/news/index.html#welcome.once.news.1".to_owned();
    assert_eq!(
        receipt,
        Receipt { id: sending.key.clone(), revision: None, url: Some(page), evidence: Evidence::Answer }
    );
    let heard = shelf.heard.into_inner().unwrap();
    let said: Vec<_> =
        heard.iter().map(|r| (r.effect, r.method, r.url.as_str(), r.body.as_slice())).collect();
    assert_eq!(
        said,
        [
            (
                Effect::Prepares,
                Method::Put,
                format!("feed:public/news/media/{}", shelved()).as_str(),
                media::clean(PICTURE).unwrap().bytes.as_slice()
            ),
            (
                Effect::Publishes,
                Method::Put,
                "feed:public/news/entries/welcome.once.news.1",
                sending.payload.as_bytes()
            ),
        ]
    );
    let find = |status| at_desk(&says(status), None, |channel| channel.find(&sending));
    assert!(matches!(find(200), Ok(Sight::There(Receipt { evidence: Evidence::Found, .. }))));
    assert_eq!(find(404), Ok(Sight::Absent));
    assert_eq!(find(403), Ok(Sight::Unclear("why".to_owned())));
    assert!(matches!(find(500), Err(Failure::Unsent { .. })));
    let publish = |status| at_desk(&says(status), None, |channel| channel.publish(&sending));
    assert!(matches!(publish(0), Err(Failure::Doubtful { .. })));
    assert!(matches!(publish(400), Err(Failure::Refused { .. })));
    let retract = |status| at_desk(&says(status), None, |channel| channel.retract(&sending.key));
    assert_eq!((retract(200), retract(404)), (Ok(()), Ok(())));
    assert!(matches!(retract(0), Err(Failure::Doubtful { .. })));
}

#[test]
fn bytes_that_are_not_those_that_were_checked_are_not_uploaded() {
    let shelf = says(201);
    let (account, book) = (account(None), book());
    let tried = |book| {
        let channel = Feed.open(desk(&shelf, &account, book, &|_| Ok(b"others".to_vec()))).unwrap();
        prepare(channel.as_ref(), &draft("a", 1, 1))
    };
    assert!(matches!(tried(&book), Err(Failure::Unsent { why, .. }) if why.contains("a.PNG")));
    assert!(
        matches!(tried(&MediaBook::new()), Err(Failure::Unsent { why, .. }) if why.contains("not there"))
    );
    assert!(shelf.heard.into_inner().unwrap().is_empty());
}

#[test]
fn a_picture_that_is_not_what_its_name_says_is_refused() {
    let (account, mut book) = (account(None), book());
    let gif = include_bytes!("../../../tests/fixtures/media/animated.gif");
    book.get_mut("media/a.PNG").unwrap().sha256 = Sha256::digest(gif).into();
    let shelf = says(201);
    let bytes = |_: &Media| Ok(gif.to_vec());
    let channel = Feed.open(desk(&shelf, &account, &book, &bytes)).unwrap();
    let failure = prepare(channel.as_ref(), &draft("a", 1, 1)).unwrap_err();
    let why = "media/a.PNG: its name says PNG, and it is GIF";
    assert!(matches!(&failure, Failure::Refused { status: 415, why: said, .. } if said == why), "{failure}");
    assert!(shelf.heard.lock().unwrap().is_empty());
}

#[test]
fn what_is_written_as_json_is_read_back_whole_in_any_words() {
    let hostile = "<script>]]>\u{0}\u{1}\u{fffe}\u{202e}\u{2028}\u{7f} \\u0041 \"'& 👩‍🚀\r\n\t";
    let mut draft = Draft {
        text: hostile.to_owned(),
        title: Some(hostile.to_owned()),
        warning: Some(hostile.to_owned()),
        tags: vec![hostile.to_owned()],
        link: Some(hostile.to_owned()),
        ..draft("welcome", 1, 1)
    };
    draft.media[0].alt = Some(hostile.to_owned());
    let collection = Collection::new(payload(&draft, None).unwrap());
    assert_eq!(json::read(&json::write(&collection).unwrap()).unwrap(), collection);
    for text in [page::write(&collection), atom::write(&collection)] {
        assert!(!text.contains("<script") && !text.contains("]]>"));
        assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'));
        assert!(!text.contains(['\u{202e}', '\u{fffe}']));
    }
}

#[test]
fn a_thread_stands_together_in_order_and_its_parts_point_at_each_other() {
    let mut collection = Collection::new(payload(&draft("later", 1, 1), Some("https://m.example")).unwrap());
    for part in [2, 1] {
        collection.put(payload(&draft("welcome", part, 2), Some("https://m.example")).unwrap());
    }
    let page = page::write(&collection);
    assert_eq!(page.matches("<article").count(), 2);
    let at = |part: &str| page.find(&format!("id=\"welcome.once.news.{part}\"")).unwrap();
    assert!(at("1") < at("2"));
    assert!(page.contains("2 posts. "));
    let atom = atom::write(&collection);
    let reply = "<thr:in-reply-to ref=\"tag:m.example,2026:kalends/welcome/once/news\" type=\"text/html\" \
                 href=\"https://m.example/#welcome.once.news.1\"/>";
    assert_eq!(atom.matches("<thr:in-reply-to").count(), 1);
    assert!(atom.contains(reply), "{atom}");
    collection.remove("welcome.once.news.1");
    assert!(!atom::write(&collection).contains("<thr:in-reply-to"), "nothing points at what was taken down");
}

#[test]
fn a_feed_that_is_empty_is_still_a_feed() {
    let mut collection = Collection::new(payload(&draft("welcome", 1, 1), None).unwrap());
    let updated = collection.updated;
    collection.remove("welcome.once.news.1");
    assert!(page::write(&collection).contains("Nothing is published here yet"));
    assert!(atom::write(&collection).contains("<updated>2027-01-15T08:07:00Z</updated>"));
    assert_eq!(json::read(&json::write(&collection).unwrap()).unwrap().updated, updated);
}
