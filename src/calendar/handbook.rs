//! The handbook: what a department must know to post, on one page, made of what the calendar says anyway.

use std::fmt::Write as _;

use crate::finding::Severity;
use crate::text::{Breaks, markdown, visible};

use super::check::may_use;
use super::{Calendar, Department, Person, Protocol, ProtocolRule, Role};

/// Writes a department's page in Markdown: its goals and campaigns, the rules with their examples, its accounts and
/// times, and whom to ask.
pub fn handbook(calendar: &Calendar, department: &Department) -> String {
    let mut page = Page(String::new());
    page.line(format_args!("# {}: how we post", markdown(&department.name)));
    page.line(format_args!(
        "The handbook of {}, made by kalends from the calendar.",
        markdown(&calendar.root.name)
    ));
    strategy(calendar, department, &mut page);
    page.line(format_args!("## Rules"));
    let protocols: Vec<&Protocol> =
        calendar.protocols.values().filter(|protocol| protocol.is_for(&department.id)).collect();
    for protocol in &protocols {
        rules(protocol, Some(department), &mut page);
    }
    if protocols.is_empty() {
        page.line(format_args!("No protocol is for this department."));
    }
    times(calendar, department, &mut page);
    contacts(calendar, department, &mut page);
    page.0
}

/// Markdown being written, a block after the other.
struct Page(String);

impl Page {
    /// Adds a paragraph or a heading.
    fn line(&mut self, words: std::fmt::Arguments<'_>) {
        if !self.0.is_empty() {
            self.0.push('\n');
        }
        // Writing into a string cannot fail.
        _ = writeln!(self.0, "{words}");
    }

    /// Adds a list; nothing where it is empty.
    fn list(&mut self, items: Vec<String>) {
        if !items.is_empty() {
            self.line(format_args!("- {}", items.join("\n- ")));
        }
    }
}

/// Returns prose of a file: its paragraphs and lists stay, its HTML is shown and not obeyed.
fn prose(words: &str) -> String {
    visible(words, Breaks::Keep).replace('<', "&lt;")
}

fn strategy(calendar: &Calendar, department: &Department, page: &mut Page) {
    page.line(format_args!("## What we are after"));
    let of = |named: Option<&super::At<crate::draft::DepartmentId>>| {
        named.is_none_or(|named| named.value == department.id)
    };
    let goals = calendar.goals.values().filter(|goal| of(goal.department.as_ref())).map(|goal| {
        let from = goal.baseline.map_or_else(String::new, |baseline| format!(", from {baseline}"));
        let to = goal.target.map_or_else(String::new, |target| format!(" to {target}"));
        let by = goal.by.as_ref().map_or_else(String::new, |by| format!(" by {}", by.value));
        format!("{}: {}{from}{to}{by}", markdown(&goal.name), markdown(&goal.metric))
    });
    page.list(goals.collect());
    for campaign in calendar.campaigns.values().filter(|campaign| of(campaign.department.as_ref())) {
        page.line(format_args!("### {}", markdown(&campaign.name)));
        let day = |at: &Option<super::At<chrono::NaiveDate>>, word: &str| {
            at.as_ref().map(|at| format!("{word} {}", at.value))
        };
        let days: Vec<String> =
            day(&campaign.from, "from").into_iter().chain(day(&campaign.until, "until")).collect();
        let tag = campaign.tag.as_ref().map(|tag| format!("tag {}", markdown(&tag.value)));
        let facts: Vec<String> = days.into_iter().chain(tag).collect();
        if !facts.is_empty() {
            page.line(format_args!("{}.", facts.join(", ")));
        }
        if let Some(brief) = &campaign.brief {
            page.line(format_args!("{}", prose(brief)));
        }
    }
}

/// Writes a protocol in Markdown: its words, and its rules with their examples.
pub fn protocol_page(protocol: &Protocol) -> String {
    let mut page = Page(String::new());
    rules(protocol, None, &mut page);
    page.0
}

fn rules(protocol: &Protocol, department: Option<&Department>, page: &mut Page) {
    let revision = protocol.revision.map_or_else(String::new, |revision| format!(" (revision {revision})"));
    page.line(format_args!("### {}{revision}", markdown(&protocol.title)));
    if !protocol.text.is_empty() {
        page.line(format_args!("{}", prose(&protocol.text)));
    }
    if !protocol.training.is_empty() {
        let take = protocol.training.iter().map(|at| format!("`kalends training take {}`", at.value));
        page.line(format_args!("Training that goes with it: {}.", take.collect::<Vec<_>>().join(", ")));
    }
    let rules = protocol
        .rules
        .iter()
        .filter(|rule| department.is_none_or(|department| rule.scope.is_of(&department.id)));
    page.list(rules.map(rule).collect());
}

fn rule(rule: &ProtocolRule) -> String {
    let grave = match rule.severity {
        Severity::Error => "",
        Severity::Warning => " (a warning)",
    };
    let say = rule.say.value.trim_end_matches('.');
    let mut told = format!("**{}**{grave}: {}", markdown(say), markdown(&rule.to_string()));
    for (word, examples) in [("So", &rule.good), ("Not so", &rule.bad)] {
        for example in examples {
            _ = write!(told, "\n  - {word}: {}", markdown(&example.value));
        }
    }
    told
}

fn times(calendar: &Calendar, department: &Department, page: &mut Page) {
    page.line(format_args!("## Where and when"));
    let accounts =
        calendar.accounts.values().filter(|account| may_use(calendar, account, Some(&department.id)));
    let accounts = accounts.map(|account| {
        let platform = account.platform.as_ref().map_or("", |platform| platform.value.name());
        let handle =
            account.handle.as_ref().map_or_else(String::new, |handle| format!(", {}", markdown(handle)));
        let by_hand = if account.by_hand { ", posted by hand" } else { "" };
        format!("{} ({platform}{handle}{by_hand})", account.id)
    });
    page.list(accounts.collect());
    let slots = department.slots.iter().map(|slot| {
        let account = slot.account.as_ref().map_or_else(String::new, |at| format!(" on {}", at.value));
        format!("every {} at {}{account}", slot.every.value, slot.at.value.format("%H:%M"))
    });
    page.list(slots.collect());
    let most = [(&department.quota_day, "a day"), (&department.quota_week, "a week")];
    let most: Vec<String> = most
        .iter()
        .filter_map(|(most, when)| most.as_ref().map(|most| format!("{} posts {when}", most.value)))
        .collect();
    if !most.is_empty() {
        page.line(format_args!("At most {}; times are those of {}.", most.join(" and "), calendar.root.zone));
    }
}

fn contacts(calendar: &Calendar, department: &Department, page: &mut Page) {
    page.line(format_args!("## Whom to ask"));
    let known = |id: &crate::draft::PersonId| calendar.people.get(id);
    let of = |person: &Person, what: &str| {
        let email = person.email.as_ref().map_or_else(String::new, |email| format!(", {}", markdown(email)));
        format!("{}, {what}{email}", markdown(&person.name))
    };
    let coordinator = department.coordinator.as_ref().and_then(|at| known(&at.value));
    let mut people: Vec<String> =
        coordinator.map(|person| of(person, "coordinator of the department")).into_iter().collect();
    let writers = department.contributors.iter().filter_map(|at| known(&at.value));
    people.extend(writers.map(|person| of(person, "writes for it")));
    for (role, what) in
        [(Role::Coordinator, "coordinator of the whole calendar"), (Role::It, "keeps it running")]
    {
        let holds = |person: &&Person| person.role.as_ref().is_some_and(|at| at.value == role);
        people.extend(calendar.people.values().filter(holds).map(|person| of(person, what)));
    }
    page.list(people);
}

#[cfg(test)]
mod tests {
    use super::super::tests::{FEED, ROOT, files};
    use super::*;

    #[test]
    fn a_department_s_page_has_its_own_rules_and_nothing_that_a_browser_obeys() {
        let protocol = "title = \"Voice <b>\"\ntext = \"Warm.\\n<script>alert(1)</script>\"\nnote = \"between us\"\n\
                        [[rule]]\nkind = \"emoji\"\nsay = \"Never [shout](x)\"\nmost = 0\nbad = [\"\u{1b}[31m🐋\"]\n\
                        [[rule]]\nkind = \"goal\"\nsay = \"Theirs\"\ndepartments = [\"press\"]\n";
        let all = [
            ROOT,
            FEED,
            ("departments/shop.toml", "name = \"Shop\"\ncoordinator = \"ana\"\nquota = { day = 2 }\n"),
            ("departments/press.toml", "name = \"Press\"\n"),
            ("people/ana.toml", "name = \"Ana\"\nrole = \"coordinator\"\nemail = \"ana@a.example\"\n"),
            ("protocols/voice.toml", protocol),
        ];
        let (calendar, _) = super::super::read(&files(&all));
        let shop = calendar.departments.values().find(|one| one.id.as_str() == "shop").unwrap();
        let page = handbook(&calendar, shop);
        assert!(
            page.contains("- **Never \\[shout\\](x)**: a post has no emoji\n  - Not so: ␛\\[31m🐋"),
            "{page}"
        );
        assert!(page.contains("### Voice \\<b\\>\n\nWarm.\n&lt;script>"), "{page}");
        assert!(page.contains("At most 2 posts a day; times are those of Europe/Lisbon."), "{page}");
        assert!(page.contains("- Ana, coordinator of the department, ana@a.example"), "{page}");
        assert!(!page.contains("Theirs") && !page.contains("between us"), "{page}");
    }
}
