//! What is read of posts and of the account, against answers in the lexicons' shape.

use super::*;
use crate::platform::counts::Look;

/// A network with an AppView behind the account's server.
fn counting(more: Vec<(&'static str, u16, Value)>) -> Vec<(&'static str, u16, Value)> {
    let mut answers = network();
    answers.extend(more);
    answers
}

fn uri(key: &str) -> String {
    format!("at://{DID}/app.bsky.feed.post/{key}")
}

/// Does something with the account, signed in, and returns what was asked for after that.
fn measured<T>(
    answers: Vec<(&'static str, u16, Value)>,
    account: &Account,
    work: impl FnOnce(&dyn Channel) -> T,
) -> (T, Vec<String>) {
    let net = Net { answers, heard: Mutex::default() };
    let book = MediaBook::new();
    let values = BTreeMap::from([("app_password".to_owned(), SecretString::from("a"))]);
    let credential = Credential {
        account: account.id.clone(),
        server: account.server.as_ref().map(|server| server.value.clone()),
        value: "v".to_owned(),
        set_at: Still.now(),
        expires_at: None,
        values,
    };
    let desk = Desk {
        http: &net,
        clock: &Still,
        account,
        credential: Some(credential),
        keys: &Empty,
        book: &book,
        media: &|_| Err("none".to_owned()),
        pin_suffices: true,
    };
    let done = work(Bluesky.open(desk).unwrap().as_ref());
    let heard = net.heard.into_inner().unwrap();
    assert!(heard.iter().all(|request| request.effect != Effect::Publishes));
    let asked = heard.iter().filter(|request| request.url.contains("/xrpc/app.bsky."));
    (done, asked.map(|request| request.url.clone()).collect())
}

fn shown(key: &str, likes: Value) -> Value {
    json!({ "uri": uri(key), "cid": "bafy", "author": { "did": DID, "handle": "ada.example" }, "record": {},
            "indexedAt": "2027-01-18T09:00:00Z", "likeCount": likes, "repostCount": 2, "replyCount": 1, "quoteCount": 0 })
}

const POSTS: &str = "https://pds.example/xrpc/app.bsky.feed.getPosts";
const RECORD: &str = "https://pds.example/xrpc/com.atproto.repo.getRecord";
const PROFILE: &str = "https://pds.example/xrpc/app.bsky.actor.getProfile";

#[test]
fn posts_are_counted_by_the_appview_and_gone_by_the_repository() {
    let there = "https://pds.example/xrpc/com.atproto.repo.getRecord?repo=did%3Aplc%3Aewvi7nxzyoun6zhxrhs64oiz&\
                 collection=app.bsky.feed.post&rkey=3late";
    let answers = counting(vec![
        (POSTS, 200, json!({ "posts": [shown("3b", json!(0)), shown("3a", json!(41))] })),
        (there, 200, json!({ "uri": uri("3late"), "value": {} })),
        (RECORD, 400, json!({ "error": "RecordNotFound", "message": "Could not locate record" })),
    ]);
    let page = "https://bsky.app/profile/ada.example/post/3b";
    let other = "at://did:plc:another/app.bsky.feed.post/3c";
    let account = account(None, "ada.example");
    let ids = [uri("3a"), page.to_owned(), uri("3gone"), uri("3late"), other.to_owned(), "12".to_owned()];
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (looks, asked) = measured(answers, &account, |channel| channel.measure(&ids).unwrap());
    let told = |look: &Look| match look {
        Look::Counted(counts) => {
            let given = counts.given.iter().map(|one| format!("{}={} {}", one.name, one.value, one.metric));
            given.collect::<Vec<_>>().join(", ")
        }
        Look::Gone => "gone".to_owned(),
        Look::Unclear(why) => why.clone(),
    };
    assert_eq!(
        looks.iter().map(told).collect::<Vec<_>>(),
        [
            "likeCount=41 likes, repostCount=2 reposts, replyCount=1 replies, quoteCount=0 quotes",
            "likeCount=0 likes, repostCount=2 reposts, replyCount=1 replies, quoteCount=0 quotes",
            "gone",
            "pds.example has it, and the AppView does not show it (yet)",
            "at://did:plc:another/app.bsky.feed.post/3c is not of this account, which is did:plc:ewvi7nxzyoun6zhxrhs64oiz",
            "12 is no post on Bluesky",
        ]
    );
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].matches("uris=at%3A%2F%2Fdid").count(), 4, "{}", asked[0]);
}

#[test]
fn a_server_without_an_appview_counts_nothing_and_loses_nothing() {
    let answers = counting(vec![(POSTS, 502, json!({ "error": "UpstreamFailure" }))]);
    let account = account(None, "ada.example");
    let (looks, _) = measured(answers, &account, |channel| channel.measure(&[&uri("3a")]));
    assert!(matches!(looks, Err(Failure::Unsent { .. })), "{looks:?}");
}

#[test]
fn an_account_is_who_its_pin_says_whatever_it_is_called() {
    // Nobody resolves the old name any more.
    let answers = || {
        let mut answers = counting(vec![(
            PROFILE,
            200,
            json!({ "did": DID, "handle": "museum.example", "followersCount": 1234, "postsCount": 7 }),
        )]);
        answers.remove(0);
        answers
    };
    let pinned = Account { pin: Some(DID.to_owned()), ..account(None, "ada.example") };
    let (standing, _) = measured(answers(), &pinned, |channel| channel.measure_account().unwrap());
    assert_eq!(standing.renamed.as_deref(), Some("museum.example"));
    assert_eq!(standing.counts.given[0].value.to_string(), "1234");
    assert_eq!(standing.counts.lacking, [""; 0]);
    // A name that cannot be verified just now is none.
    let mut answers = answers();
    answers.push((PROFILE, 200, json!({ "did": DID, "handle": "handle.invalid", "followersCount": 5 })));
    answers.swap_remove(2);
    let (standing, _) = measured(answers, &pinned, |channel| channel.measure_account().unwrap());
    assert_eq!((standing.renamed, standing.counts.given.len()), (None, 1));
    // Who only publishes is held to the name as before.
    let (opened, _) = open(network(), &account(None, "other.example"), None);
    assert!(opened.is_err());
}

#[test]
fn a_deactivated_account_is_no_loss_of_posts() {
    let gone = json!({ "error": "AccountDeactivated", "message": "Account is deactivated" });
    let answers = counting(vec![(PROFILE, 400, gone.clone()), (POSTS, 400, gone)]);
    let account = account(None, "ada.example");
    let (ends, _) = measured(answers, &account, |channel| {
        (channel.measure_account().map(drop), channel.measure(&[&uri("3a")]).map(drop))
    });
    for end in [ends.0, ends.1] {
        assert!(matches!(&end, Err(Failure::Refused { why, .. }) if why.contains("deactivated")), "{end:?}");
    }
}
