//! What is read of posts and of the account.

use super::*;
use crate::platform::counts::Look;
use crate::reading::Metric;

fn counted(id: &str) -> Value {
    let mut status = status(id, 0, SHOWN);
    for (name, count) in
        [("favourites_count", 12), ("reblogs_count", 4), ("replies_count", 0), ("quotes_count", 1)]
    {
        status[name] = json!(count);
    }
    status
}

fn told(looks: &[Look]) -> Vec<String> {
    let one = |look: &Look| match look {
        Look::Counted(counts) => {
            let given = counts.given.iter().map(|one| format!("{}={}", one.metric, one.value));
            given.chain(counts.lacking.iter().cloned()).collect::<Vec<_>>().join(" ")
        }
        Look::Gone => "gone".to_owned(),
        Look::Unclear(why) => why.clone(),
    };
    looks.iter().map(one).collect()
}

const WHOLE: &str = "likes=12 reposts=4 replies=0 quotes=1";

#[test]
fn many_posts_are_asked_for_at_once_and_what_is_left_out_by_itself() {
    let server = Server::mastodon()
        .says("GET /api/v1/statuses?id[]=1&id[]=2&id[]=3", 200, &json!([counted("3"), counted("1")]))
        .says("GET /api/v1/statuses/2", 404, &json!({ "error": "Record not found" }));
    let looks = server.work(|channel| channel.measure(&["1", "2", "3"]).unwrap()).unwrap();
    assert_eq!(told(&looks), [WHOLE, "gone", WHOLE]);
    // What an older server or a fork does not have at once is asked for one by one.
    let old = |version: &str| {
        Server::default()
            .says("GET /api/v1/accounts/verify_credentials", 200, &me())
            .says("GET /api/v2/instance", 200, &instance(version))
            .says("GET /api/v1/statuses/1", 200, &counted("1"))
            .says("GET /api/v1/statuses/2", 410, &json!({ "error": "Gone" }))
    };
    let looks = old("4.2.9").work(|channel| channel.measure(&["1", "2"]).unwrap()).unwrap();
    assert_eq!(told(&looks), [WHOLE, "gone"]);
    let fork = old("4.4.0").says("GET /api/v1/statuses", 403, &json!({ "error": "no" }));
    assert_eq!(told(&fork.work(|channel| channel.measure(&["1", "2"]).unwrap()).unwrap()), [WHOLE, "gone"]);
}

#[test]
fn what_a_server_does_not_count_yet_is_absent_and_what_it_should_is_told() {
    let mut plain = counted("1");
    plain.as_object_mut().unwrap().remove("quotes_count");
    let ask = |version: &str| {
        let server = Server::default()
            .says("GET /api/v1/accounts/verify_credentials", 200, &me())
            .says("GET /api/v2/instance", 200, &instance(version))
            .says("GET /api/v1/statuses/1", 200, &plain);
        told(&server.work(|channel| channel.measure(&["1"]).unwrap()).unwrap()).remove(0)
    };
    assert_eq!(ask("4.4.1"), "likes=12 reposts=4 replies=0");
    assert_eq!(ask("4.0.0 (not true; really snac/2.75)"), "likes=12 reposts=4 replies=0");
    assert_eq!(ask("4.5.0"), "likes=12 reposts=4 replies=0 the answer has no `quotes_count`");
}

#[test]
fn a_poll_s_votes_are_counted_too() {
    let mut poll = counted("1");
    poll["poll"] = json!({ "id": "9", "votes_count": 88, "voters_count": null, "options": [] });
    let server = Server::mastodon().says("GET /api/v1/statuses/1", 200, &poll);
    let looks = server.work(|channel| channel.measure(&["1"]).unwrap()).unwrap();
    let Look::Counted(counts) = &looks[0] else { panic!("{looks:?}") };
    let votes = counts.given.iter().find(|given| given.metric == Metric::Votes).unwrap();
    assert_eq!(
        (votes.value.to_string(), votes.definition.as_str()),
        ("88".to_owned(), "mastodon 4.6, poll: votes_count")
    );
}

#[test]
fn a_post_that_a_person_named_by_its_address_is_found() {
    let server = Server::mastodon().says("GET /api/v1/statuses/1", 200, &counted("1"));
    let url = "https://social.example/@harbour/1";
    assert_eq!(told(&server.work(|channel| channel.measure(&[url]).unwrap()).unwrap()), [WHOLE]);
    let nowhere = Server::mastodon()
        .says("GET /api/v1/statuses/99", 404, &json!({ "error": "Record not found" }))
        .says("GET /api/v1/accounts/117020565966271181/statuses", 200, &json!([]));
    let url = "https://social.example/@harbour/99";
    assert_eq!(
        told(&nowhere.work(|channel| channel.measure(&[url]).unwrap()).unwrap()),
        ["it is known as https://social.example/@harbour/99 only, and social.example has no such post"]
    );
}

#[test]
fn a_page_of_a_proxy_says_nothing_of_a_post() {
    let page = answer(404, &[("content-type", "text/html")], b"<h1>Down for maintenance</h1>");
    let server = Server::mastodon().answers_with("GET /api/v1/statuses/1", Ok(page));
    let looks = server.work(|channel| channel.measure(&["1"]).unwrap()).unwrap();
    assert_eq!(told(&looks), ["social.example: a web page, not an answer of the interface"]);
    let failing = Server::mastodon().says("GET /api/v1/statuses/1", 500, &json!({}));
    assert!(failing.work(|channel| channel.measure(&["1"])).unwrap().is_err());
}

#[test]
fn followers_and_a_new_name_are_the_account_s_own() {
    let mut me = me();
    me["followers_count"] = json!(2048);
    me["username"] = json!("harbour_museum");
    let server = Server::default().says("GET /api/v1/accounts/verify_credentials", 200, &me).says(
        "GET /api/v2/instance",
        200,
        &instance("4.6.0"),
    );
    let said = |handle: &str| {
        let account = Account { handle: Some(handle.to_owned()), ..account() };
        let work = |channel: &dyn Channel| channel.measure_account().unwrap();
        server.work_as(&account, Some(credential()), work).unwrap()
    };
    let standing = said("@harbour@social.example");
    assert_eq!(standing.counts.given[0].value.to_string(), "2048");
    assert_eq!(standing.renamed.as_deref(), Some("harbour_museum"));
    assert_eq!(said("Harbour_Museum").renamed, None);
}
