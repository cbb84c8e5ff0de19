use super::*;

#[test]
fn a_name_begins_with_its_letters() {
    assert_eq!(initials("Harbour Museum of the Sea"), "HM");
    assert_eq!(initials("été"), "É");
    assert_eq!(initials("  — "), "");
    assert_eq!(initials("ßeta"), "SS");
}

#[test]
fn an_id_becomes_words() {
    let name = |id: &str| id_name(&PostId::new(id).unwrap());
    assert_eq!(name("2027-01-21-the-names-on-the-bell"), "The names on the bell");
    assert_eq!(name("open-day"), "Open day");
    assert_eq!(name("--"), "--");
}

#[test]
fn a_reason_does_not_say_the_word_again() {
    assert_eq!(reason(Standing::Held, "held: the lender has not signed"), "the lender has not signed");
    assert_eq!(reason(Standing::Missed, "more than 2h late"), "more than 2h late");
    assert_eq!(reason(Standing::Published, "published"), "");
}
