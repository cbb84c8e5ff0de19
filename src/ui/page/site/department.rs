//! A department as a page: who it is, what it posts, what needs it.

use std::collections::BTreeSet;

use super::parts::{Here, collisions, count, frame, posts_table, section};
use super::{Entry, Site, days_of, needs_a_look, requests};
use crate::calendar::Department;
use crate::draft::{DepartmentId, PersonId, PostId};
use crate::html::Html;
use crate::overview::Collision;

/// Returns a department's page.
pub fn page(site: &Site<'_>, id: &DepartmentId) -> String {
    let here = Here::Department(id);
    let entries: Vec<&Entry<'_>> = site.entries.iter().filter(|entry| entry.department == Some(id)).collect();
    let look: Vec<&Entry<'_>> =
        entries.iter().copied().filter(|entry| needs_a_look(entry.standing())).collect();
    let mut head = Html::new();
    head.line("p", &[("class", "lead")], &count(&entries));
    if let Some(department) = site.survey.calendar.departments.get(id) {
        facts(&mut head, site, department);
    }
    let mut main = Html::new();
    let mut content = Html::new();
    posts_table(&mut content, here, "look-table", "Posts that somebody should look at", &look);
    section(&mut main, "look", "Needs a look", &content);
    let posts: BTreeSet<&PostId> = entries.iter().map(|entry| entry.post).collect();
    let is_own = |found: &&Collision| found.posts.iter().any(|post| posts.contains(post));
    let own: Vec<&Collision> = site.survey.collisions.iter().filter(is_own).collect();
    section(&mut main, "collisions", "Collisions", &collisions(site, here, &own));
    section(&mut main, "requests", "Requests", &requests::table(site, id));
    for first in site.months() {
        let days = days_of(first);
        let of_month: Vec<&Entry<'_>> =
            entries.iter().copied().filter(|entry| days.contains(&entry.at.date())).collect();
        let (name, id) = (first.format("%B %Y").to_string(), first.format("month-%Y-%m").to_string());
        let mut content = Html::new();
        posts_table(&mut content, here, &format!("{id}-table"), &format!("Posts of {name}"), &of_month);
        section(&mut main, &id, &name, &content);
    }
    frame(site, here, &site.name_of(id), &head, &main)
}

/// Writes who a department is.
fn facts(html: &mut Html, site: &Site<'_>, department: &Department) {
    let person = |id: &PersonId| {
        let known = site.survey.calendar.people.get(id);
        known.map_or_else(|| id.to_string(), |person| person.name.clone())
    };
    let contributors: Vec<String> = department.contributors.iter().map(|id| person(&id.value)).collect();
    let accounts = site.survey.calendar.accounts.values().filter(|account| {
        let named_here = department.accounts.iter().any(|own| own.value == account.id);
        named_here || account.departments.iter().any(|own| own.value == department.id)
    });
    let accounts: Vec<&str> = accounts.map(|account| account.id.as_str()).collect();
    let quota = [(&department.quota_day, "a day"), (&department.quota_week, "a week")];
    let quota: Vec<String> = quota
        .iter()
        .filter_map(|(most, per)| most.as_ref().map(|most| format!("{} {per}", most.value)))
        .collect();
    let facts = [
        ("Coordinator", department.coordinator.as_ref().map(|id| person(&id.value)).unwrap_or_default()),
        ("Contributors", contributors.join(", ")),
        ("Accounts", accounts.join(", ")),
        ("At most", quota.join(", ")),
    ];
    html.raw("<dl class=\"facts\">\n");
    for (term, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        html.raw("<div>").word("dt", &[], term).word("dd", &[("dir", "auto")], value).end("div");
    }
    html.end("dl");
}
