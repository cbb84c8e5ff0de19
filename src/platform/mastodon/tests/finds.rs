//! Looking for what may be public.

use super::*;

const LIST: &str = "GET /api/v1/accounts/117020565966271181/statuses";

/// What was sent, as the ledger has it.
fn sent(change: impl FnOnce(&mut Post)) -> Sending {
    let mut post = Post::of(&draft(1), Vec::new(), None);
    change(&mut post);
    sending("k", &serde_json::to_string(&post).unwrap())
}

fn older() -> Value {
    status("9", -3600, "<p>Older</p>")
}

fn find(server: &Server, sending: &Sending) -> Sight {
    server.work(|channel| channel.find(sending)).unwrap().unwrap()
}

fn listed(statuses: &[Value]) -> Server {
    Server::mastodon().says(LIST, 200, &json!(statuses))
}

fn changed(change: impl FnOnce(&mut Value)) -> Value {
    let mut status = status("117", 12, SHOWN);
    change(&mut status);
    status
}

#[test]
fn it_is_found_by_its_words() {
    let server = listed(&[status("118", 30, "<p>Another</p>"), status("117", 12, SHOWN), older()]);
    let Sight::There(receipt) = find(&server, &sent(|_| {})) else { panic!("not found") };
    assert_eq!(receipt.id, "117");
    assert_eq!(receipt.evidence, Evidence::Found);
    let asked = server.heard().pop().unwrap();
    assert!(asked.ends_with("/statuses?limit=40&exclude_reblogs=true"), "{asked}");
}

#[test]
fn what_was_posted_at_another_time_or_elsewhere_is_not_it() {
    let reply = changed(|status| status["in_reply_to_id"] = json!("5"));
    for other in [
        status("117", -120, SHOWN),
        status("117", 2 * 3600, SHOWN),
        status("117", 12, "<p>Doors open at eleven.</p>"),
        reply.clone(),
    ] {
        assert_eq!(find(&listed(&[other, older()]), &sent(|_| {})), Sight::Absent);
    }
    let under = sent(|post| post.in_reply_to_id = Some("5".to_owned()));
    assert!(matches!(find(&listed(&[reply, older()]), &under), Sight::There(_)));
}

#[test]
fn words_with_other_pictures_or_another_poll_are_for_a_person() {
    let picture = changed(|status| {
        status["media_attachments"] = json!([{ "id": "7", "url": "https://files.example/x/7.png" }]);
    });
    let warned = changed(|status| status["spoiler_text"] = json!("Loud"));
    let polled = changed(|status| {
        status["poll"] = json!({ "options": [{ "title": "Yes" }, { "title": "No" }] });
    });
    for near in [&picture, &warned, &polled] {
        let sight = find(&listed(&[near.clone(), older()]), &sent(|_| {}));
        assert!(matches!(&sight, Sight::Unclear(why) if why.contains("@harbour/117")), "{sight:?}");
    }
    let there = |status: &Value, change: &dyn Fn(&mut Post)| {
        let sight = find(&listed(&[status.clone(), older()]), &sent(|post| change(post)));
        assert!(matches!(sight, Sight::There(_)), "{sight:?}");
    };
    there(&picture, &|post| post.media_ids = vec!["7".to_owned()]);
    there(&warned, &|post| post.spoiler_text = Some("Loud".to_owned()));
    there(&polled, &|post| {
        let options = vec!["Yes".to_owned(), "No".to_owned()];
        post.poll = Some(post::Poll { options, expires_in: 300, multiple: false });
    });
}

/// A picture without words is known by its own id, or by the file's name after it.
#[test]
fn a_picture_alone_is_known_by_itself() {
    let shown = |id: &str| {
        changed(|status| {
            status["content"] = json!("");
            status["media_attachments"] =
                json!([{ "id": "x_0", "url": format!("https://files.example/s/{id}") }]);
        })
    };
    let alone = sent(|post| {
        post.status = String::new();
        post.media_ids = vec!["32d3.png".to_owned()];
    });
    assert!(matches!(find(&listed(&[shown("32d3.png"), older()]), &alone), Sight::There(_)));
    assert!(matches!(find(&listed(&[shown("ffff.png"), older()]), &alone), Sight::Unclear(_)));
}

#[test]
fn of_two_alike_a_person_tells() {
    let server = listed(&[status("118", 30, SHOWN), status("117", 12, SHOWN), older()]);
    let sight = find(&server, &sent(|_| {}));
    assert!(
        matches!(&sight, Sight::Unclear(why) if why.starts_with("2 posts there have these words")),
        "{sight:?}"
    );
}

#[test]
fn a_list_that_does_not_go_back_proves_nothing() {
    for statuses in [vec![], vec![status("118", 30, "<p>Another</p>")]] {
        let sight = find(&listed(&statuses), &sent(|_| {}));
        assert!(matches!(&sight, Sight::Unclear(why) if why.contains("does not go back")), "{sight:?}");
    }
    let pinned = changed(|status| {
        status["created_at"] = json!("2020-01-01T00:00:00.000Z");
        status["pinned"] = json!(true);
        status["content"] = json!("<p>Who we are</p>");
    });
    assert!(matches!(find(&listed(&[pinned]), &sent(|_| {})), Sight::Unclear(_)));
    // An account that never posted has an empty list, and says so by its count.
    let verify = "GET /api/v1/accounts/verify_credentials";
    let mut new = me();
    new["statuses_count"] = json!(0);
    let server = listed(&[]).forgets(verify).says(verify, 200, &new);
    assert_eq!(find(&server, &sent(|_| {})), Sight::Absent);
    // snac says 0 whatever it has.
    let instance = ["GET /api/v2/instance", "4.0.0 (not true; really snac/2.75)"];
    let server = server.forgets(instance[0]).says(instance[0], 200, &super::instance(instance[1]));
    assert!(matches!(find(&server, &sent(|_| {})), Sight::Unclear(_)));
}

#[test]
fn a_long_list_is_read_page_by_page() {
    let page = |from: i64| -> Vec<Value> {
        (from..from + 40).map(|n| status(&(1000 - n).to_string(), 3000 - n, "<p>Chatter</p>")).collect()
    };
    let path = format!("{LIST}?limit=40&exclude_reblogs=true");
    let server = listed(&page(0)).says(&format!("{path}&max_id=961"), 200, &json!(page(40))).says(
        &format!("{path}&max_id=921"),
        200,
        &json!([status("117", 12, SHOWN), older()]),
    );
    assert!(matches!(find(&server, &sent(|_| {})), Sight::There(_)));
    // snac gives the same page for ever.
    let server = listed(&page(0));
    assert!(matches!(find(&server, &sent(|_| {})), Sight::Unclear(_)));
    assert_eq!(server.heard().len(), 4);
}

/// snac does not list what is for followers only, but its owner's timeline has it.
#[test]
fn what_followers_see_is_looked_for_in_the_timeline_too() {
    let instance = ["GET /api/v2/instance", "4.0.0 (not true; really snac/2.75)"];
    let home = "GET /api/v1/timelines/home";
    let snac = |timeline: &[Value]| {
        let server = listed(&[older()]).forgets(instance[0]);
        server.says(instance[0], 200, &super::instance(instance[1])).says(home, 200, &json!(timeline))
    };
    let private = sent(|post| post.visibility = "private".to_owned());
    let theirs = changed(|status| status["account"]["id"] = json!("5"));
    assert!(matches!(find(&snac(&[status("117", 12, SHOWN)]), &private), Sight::There(_)));
    for timeline in [vec![], vec![theirs]] {
        let sight = find(&snac(&timeline), &private);
        assert!(matches!(&sight, Sight::Unclear(why) if why.contains("does not list")), "{sight:?}");
    }
    assert_eq!(find(&listed(&[older()]), &private), Sight::Absent, "Mastodon lists it");
}

#[test]
fn a_list_that_is_none_is_no_proof() {
    for said in [json!({ "error": "maintenance" }), json!("x")] {
        let server = Server::mastodon().says(LIST, 200, &said);
        assert!(server.work(|channel| channel.find(&sent(|_| {}))).unwrap().is_err());
    }
    let server = Server::mastodon().says(LIST, 500, &json!({}));
    assert!(server.work(|channel| channel.find(&sent(|_| {}))).unwrap().is_err());
}
