//! Files put together to a calendar, and what is wrong between files.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding};
use crate::text::caseless;

use super::approval::asked_by_protocols;
use super::files::{Item, What};
use super::{Calendar, sort};

impl Calendar {
    /// Puts files that were read one by one, in any order, together.
    pub fn assemble(mut items: Vec<Item>) -> (Calendar, Vec<Finding>) {
        items.sort_by(|a, b| a.path.cmp(&b.path));
        let mut findings = clashes(&items);
        let mut calendar = Calendar::default();
        calendar.posts.reserve_exact(items.iter().filter(|item| matches!(item.what, What::Post(_))).count());
        let mut root = false;
        for item in items {
            match item.what {
                What::Root(found) => {
                    root = true;
                    calendar.root = *found;
                }
                What::Person(person) => drop(calendar.people.insert(person.id.clone(), *person)),
                What::Department(found) => drop(calendar.departments.insert(found.id.clone(), *found)),
                What::Runner(runner) => drop(calendar.runners.insert(runner.id.clone(), *runner)),
                What::Account(account) => drop(calendar.accounts.insert(account.id.clone(), *account)),
                What::Campaign(found) => drop(calendar.campaigns.insert(found.id.clone(), *found)),
                What::Goal(goal) => drop(calendar.goals.insert(goal.id.clone(), *goal)),
                What::Protocol(found) => drop(calendar.protocols.insert(found.id.clone(), *found)),
                What::Fact(fact) => drop(calendar.facts.insert(fact.id.clone(), *fact)),
                What::Events(found) => drop(calendar.events.insert(found.id.clone(), *found)),
                What::Schedule(found) => drop(calendar.schedules.insert(found.year, *found)),
                What::Post(post) => calendar.posts.push(*post),
                What::Request(found) => drop(calendar.requests.insert(found.id.clone(), *found)),
                What::Approval(found) => {
                    let of_post = calendar.approvals.entry(found.named.clone()).or_default();
                    of_post.insert(found.signed.named.clone(), *found);
                }
                What::Acknowledgement(found) => {
                    let of_protocol = calendar.acknowledgements.entry(found.named.clone()).or_default();
                    of_protocol.insert(found.signed.named.clone(), *found);
                }
                What::Training(found) => drop(calendar.trainings.insert(found.id.clone(), *found)),
                What::Pass(found) => {
                    let of_training = calendar.passes.entry(found.named.clone()).or_default();
                    of_training.insert(found.signed.named.clone(), *found);
                }
                What::Proposal(found) => drop(calendar.proposals.insert(found.id.clone(), *found)),
                What::Decision(found) => {
                    let of_plan = calendar.decisions.entry(found.named.clone()).or_default();
                    of_plan.insert(found.signed.named.clone(), *found);
                }
                What::Mapping(found) => drop(calendar.mappings.insert(found.id.clone(), *found)),
                What::Experiment(found) => drop(calendar.experiments.insert(found.id.clone(), *found)),
                What::Media => drop(calendar.media.insert(item.path)),
                What::Nothing => root |= item.path == "kalends.toml",
            }
        }
        if !root {
            let message = "there is no kalends.toml, which marks a calendar's root";
            let help = "run `kalends init`, or write a kalends.toml with `name` and `zone`";
            findings.push(Finding::new(Code::MissingRoot, "kalends.toml", message).help(help));
        }
        calendar.asked = asked_by_protocols(&calendar);
        findings.extend(calendar.part_doubles());
        sort(&mut findings);
        (calendar, findings)
    }

    /// Sorts the posts by id and sets apart those whose id another has, whose file comes first.
    fn part_doubles(&mut self) -> Vec<Finding> {
        let mut findings = Vec::new();
        // The sort is stable: of one id, the first path stays first.
        self.posts.sort_by(|a, b| a.id.cmp(&b.id));
        if !self.posts.windows(2).any(|pair| matches!(pair, [a, b] if a.id == b.id)) {
            return findings;
        }
        let mut kept: Vec<super::Post> = Vec::with_capacity(self.posts.len());
        for post in self.posts.drain(..) {
            match kept.last() {
                Some(first) if first.id == post.id => {
                    let message = format!("the post's id `{}` is that of another post", post.id);
                    let mut finding = Finding::new(Code::DuplicateId, &post.file, message)
                        .help("give one of the two another `id`; keep the id of the one that may have been published")
                        .related(&first.file, first.id_span.clone(), "the other post");
                    finding.span = post.id_span.clone();
                    findings.push(finding);
                    self.doubles.push(post);
                }
                _ => kept.push(post),
            }
        }
        self.posts = kept;
        findings
    }
}

/// Finds paths that are one file on a system that does not tell letter case or Unicode forms apart.
fn clashes(items: &[Item]) -> Vec<Finding> {
    let mut seen: BTreeMap<String, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for item in items {
        if item.path.is_ascii() && !item.path.bytes().any(|b| b.is_ascii_uppercase()) {
            continue;
        }
        seen.insert(caseless(&item.path), &item.path);
    }
    if seen.is_empty() {
        return findings;
    }
    for item in items {
        if let Some(other) = seen.get(&caseless(&item.path)).filter(|other| **other != item.path) {
            let message = format!("`{}` and `{other}` are one file on some systems", item.path);
            let finding = Finding::new(Code::IdCaseClash, &item.path, message);
            findings.push(finding.help("rename one of the two").related(*other, None, "the other file"));
        }
    }
    findings
}
