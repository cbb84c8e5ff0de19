//! A feed that has everything: titles, links, pictures, a thread, a poll, a warning, four scripts, hostile words.

use chrono::TimeDelta;
use kalends::draft::hex;
use kalends::http::{Effect, Http, Method, Request};
use kalends::platform::feed::{Attachment, Collection, Entry, FORMAT, Facts, Poll};
use sha2::{Digest, Sha256};

/// A post of plain words.
pub fn post(name: &str, at: &str, text: &str) -> Entry {
    let key = format!("{name}.once.news.1");
    Entry {
        format: FORMAT,
        id: format!("tag:museum.example,2027:kalends/{name}/once/news"),
        url: Some(format!("https://museum.example/news/#{key}")),
        key,
        feed: Facts {
            id: "tag:museum.example,2026:kalends/news".to_owned(),
            title: "Harbour Museum".to_owned(),
            home: Some("https://museum.example/news/".to_owned()),
        },
        title: text.lines().next().unwrap_or_default().to_owned(),
        has_own_title: false,
        text: text.to_owned(),
        plain: text.to_owned(),
        link: None,
        tags: Vec::new(),
        language: Some("en".to_owned()),
        warning: None,
        published: at.parse().unwrap(),
        part: 1,
        parts: 1,
        in_reply_to: None,
        poll: None,
        media: Vec::new(),
    }
}

/// Media files as they are hung beside posts.
struct Wall<'a> {
    picture: &'a dyn Fn(&str) -> Vec<u8>,
    files: Vec<(String, Vec<u8>)>,
}

impl Wall<'_> {
    fn hang(&mut self, file: &str, alt: &str) -> Attachment {
        let bytes = (self.picture)(file);
        let size = imagesize::blob_size(&bytes).unwrap();
        let kind = infer::get(&bytes).unwrap();
        let name = format!("{}.{}", &hex(&Sha256::digest(&bytes))[..16], kind.extension());
        self.files.push((name.clone(), bytes.clone()));
        Attachment {
            name,
            alt: Some(alt.to_owned()),
            mime: Some(kind.mime_type().to_owned()),
            size_bytes: bytes.len() as u64,
            size_px: Some((size.width as u32, size.height as u32)),
        }
    }
}

/// The posts, newest first, and the media files that they show.
pub fn posts(picture: &dyn Fn(&str) -> Vec<u8>) -> (Vec<Entry>, Vec<(String, Vec<u8>)>) {
    let mut wall = Wall { picture, files: Vec::new() };
    let posts = [announcements(&mut wall), thread(&mut wall), pictures(&mut wall), words()].concat();
    (posts, wall.files)
}

/// A title, a link, tags and a picture; a poll.
fn announcements(wall: &mut Wall<'_>) -> Vec<Entry> {
    let mut posts = vec![Entry {
        title: "Open day on the roof".to_owned(),
        has_own_title: true,
        link: Some("https://museum.example/open-day?a=1&b=2".to_owned()),
        tags: vec!["OpenDay".to_owned(), "Astronomy".to_owned()],
        media: vec![wall.hang("2027/open-day.png", "A child at a telescope on the museum's roof")],
        ..post(
            "2027-01-18-open-day",
            "2027-01-18T09:00:12Z",
            "Doors open at ten. Bring a child, leave with an astronomer.\n\nThe roof is open until the clouds say \
             otherwise; telescopes come in four heights, the smallest for those of five and under.",
        )
    }];
    posts.push(Entry {
        poll: Some(Poll {
            options: ["The Sea Wolf (1941)", "Man of Aran (1934)", "L’Atalante (1934)"]
                .map(str::to_owned)
                .to_vec(),
            multiple: false,
        }),
        ..post("2027-01-16-poll", "2027-01-16T12:00:00Z", "Which film shall we show on the last Friday?")
    });
    posts
}

/// Three parts, pictures beside two of them.
fn thread(wall: &mut Wall<'_>) -> Vec<Entry> {
    let mut posts = Vec::new();
    let thread = [
        "This is the largest chart in the house, and nobody has ever unrolled it in public. A thread.",
        "It was drawn in 1596 on four goatskins, by a pilot who had never seen two of the coasts on it.",
        "On Thursday at six we unroll it, with eight hands and one held breath. See https://museum.example/chart for \
         the rehearsal.",
    ];
    for (before, text) in thread.into_iter().enumerate() {
        let key = |part: usize| format!("2027-01-12-chart.once.news.{part}");
        let plain = post("2027-01-12-chart", "2027-01-12T17:30:00Z", text);
        posts.push(Entry {
            id: format!("{}/{}", plain.id, before + 1),
            url: Some(format!("https://museum.example/news/#{}", key(before + 1))),
            key: key(before + 1),
            published: plain.published + TimeDelta::seconds(before as i64),
            part: before as u32 + 1,
            parts: 3,
            in_reply_to: (before > 0).then(|| key(before)),
            media: match before {
                0 => vec![wall.hang("2027/sea-chart.jpg", "A sea chart, its coasts in green")],
                1 => vec![
                    wall.hang("2027/compass-rose.jpg", "A compass rose"),
                    wall.hang("2026/astrolabe.jpg", "An astrolabe of brass"),
                ],
                _ => Vec::new(),
            },
            ..plain
        });
    }
    posts
}

/// A warning before a picture; five pictures in rows.
fn pictures(wall: &mut Wall<'_>) -> Vec<Entry> {
    vec![
        Entry {
            warning: Some("animal remains".to_owned()),
            tags: vec!["Conservation".to_owned()],
            media: vec![wall.hang("2026/whale-skeleton.png", "A whale's skeleton")],
            ..post("2027-01-08-whale", "2027-01-08T10:00:00Z", "The whale in room 4 is being cleaned.")
        },
        Entry {
            language: Some("pt".to_owned()),
            tags: vec!["Azulejos".to_owned()],
            media: vec![
                wall.hang("2026/azulejos.jpg", "Azulejos azuis"),
                wall.hang("2026/harbour-lights.png", "As luzes do porto"),
                wall.hang("2026/lantern.jpg", "Uma lanterna"),
                wall.hang("2026/caravel.png", "Uma caravela"),
                wall.hang("2026/lighthouse.png", "O farol"),
            ],
            ..post(
                "2026-12-22-azulejos",
                "2026-12-22T09:00:00Z",
                "Amanhã a sala dos azulejos abre até às dez da noite.\nEntrada livre para quem trouxer um desenho do mar.",
            )
        },
    ]
}

/// Hostile words, and other scripts.
fn words() -> Vec<Entry> {
    vec![
        Entry {
            link: Some("javascript:alert(1)".to_owned()),
            warning: Some("</summary><script>alert(2)</script>".to_owned()),
            tags: vec!["\"><img src=x onerror=alert(3)>".to_owned()],
            language: Some("\"><script>".to_owned()),
            ..post(
                "2026-12-18-hostile",
                "2026-12-18T09:00:00Z",
                "<script>alert(1)</script> & \"quotes\" ]]> \u{202e}live\u{202c} \u{1}\u{b}\u{fffe} &amp; \u{2067}open\n\
             javascript:alert(1) http://a.example/\"onmouseover=alert(4)\n<!-- </style></title> --> 'x'",
            )
        },
        Entry {
            language: Some("ar".to_owned()),
            ..post(
                "2026-12-17-welcome",
                "2026-12-17T09:00:00Z",
                "أهلا وسهلا بكم في متحف الميناء. https://museum.example/ar",
            )
        },
        Entry {
            language: Some("ja".to_owned()),
            ..post("2026-12-16-ja", "2026-12-16T09:00:00Z", "港の博物館へようこそ。入場無料。👩‍🚀")
        },
        post("2026-12-15-fog", "2026-12-15T08:05:00Z", "Fog. The lighthouse is a rumour this morning."),
    ]
}

/// Publishes the example through a shelf.
pub fn publish(shelf: &dyn Http, folder: &str, picture: &dyn Fn(&str) -> Vec<u8>) -> Collection {
    let (posts, files) = posts(picture);
    let put = |effect: Effect, name: String, body: Vec<u8>| {
        let request = Request::new(effect, Method::Put, format!("feed:{folder}/{name}")).body(body);
        let response = shelf.send(&request).unwrap();
        assert_eq!(response.status, 201, "{}", response.text());
    };
    for (name, bytes) in files.into_iter().collect::<std::collections::BTreeMap<_, _>>() {
        put(Effect::Prepares, format!("media/{name}"), bytes);
    }
    let mut collection: Option<Collection> = None;
    for post in posts.into_iter().rev() {
        put(Effect::Publishes, format!("entries/{}", post.key), serde_json::to_vec(&post).unwrap());
        match &mut collection {
            Some(collection) => assert!(collection.put(post)),
            None => collection = Some(Collection::new(post)),
        }
    }
    collection.unwrap()
}
