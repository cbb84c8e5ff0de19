//! Posts: where they lie, whose they are, and where they go.

use chrono::Datelike;

use crate::draft::DepartmentId;
use crate::finding::{Code, Finding};
use crate::time::nearest;

use super::super::schedule::folder_of;
use super::super::{Account, Calendar, Post, Role};

/// Returns the accounts that a post goes to and that there are, each once.
pub(in super::super) fn accounts<'a>(calendar: &'a Calendar, post: &'a Post) -> Vec<&'a Account> {
    let mut accounts: Vec<&Account> = Vec::with_capacity(post.to.value.len());
    for account in post.to.value.iter().filter_map(|to| calendar.accounts.get(&to.value)) {
        if !accounts.iter().any(|known| known.id == account.id) {
            accounts.push(account);
        }
    }
    accounts
}

pub(super) fn wrong_month(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let Some(at) = &post.at else { return };
    let folder = folder_of(at.value.date());
    let Some((found, name)) = post.file.rsplit_once('/') else { return };
    if found != folder {
        let message = format!("a post of {}-{:02} lies in {found}/", at.value.year(), at.value.month());
        let finding = Finding::new(Code::WrongMonth, &post.file, message).at(at.span.clone());
        findings.push(
            finding
                .label("another month")
                .help(format!("run `kalends fix`, which moves it to {folder}/{name}")),
        );
    }
}

pub(super) fn no_accounts(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    if post.to.value.is_empty() && !post.to.span.is_empty() {
        let finding = Finding::new(Code::NoAccounts, &post.file, "the post goes to no account");
        findings.push(
            finding
                .at(post.to.span.clone())
                .label("nobody")
                .help("name the accounts it goes to; `hold = \"why\"` keeps a post back"),
        );
    }
}

pub(super) fn account_twice(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    for (index, to) in post.to.value.iter().enumerate() {
        let Some(first) = post.to.value.iter().take(index).find(|first| first.value == to.value) else {
            continue;
        };
        let finding = Finding::new(Code::AccountTwice, &post.file, format!("`{}` is named twice", to.value));
        let finding = finding.at(to.span.clone()).label("again").help("take one of the two out");
        findings.push(finding.related(&post.file, Some(first.span.clone()), "first here"));
    }
}

/// Tells whether anybody says which departments may use an account, and whether one of them is this.
pub(in super::super) fn may_use(
    calendar: &Calendar,
    account: &Account,
    department: Option<&DepartmentId>,
) -> bool {
    let mut owners = calendar
        .departments
        .values()
        .filter(|known| known.accounts.iter().any(|own| own.value == account.id))
        .map(|known| &known.id)
        .chain(account.departments.iter().map(|at| &at.value))
        .peekable();
    owners.peek().is_none() || owners.any(|id| Some(id) == department)
}

pub(super) fn account_not_yours(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let department = post.department.as_ref().map(|department| &department.value);
    if department.is_some_and(|id| !calendar.departments.contains_key(id)) {
        return;
    }
    for to in &post.to.value {
        let Some(account) = calendar.accounts.get(&to.value) else { continue };
        if may_use(calendar, account, department) {
            continue;
        }
        let (message, help) = match department {
            Some(id) => (
                format!("the department `{id}` may not use the account `{}`", to.value),
                format!("take the account out of `to`, or add `{id}` to `departments` in {}", account.file),
            ),
            None => (
                format!("the account `{}` is for some departments only, and the post names none", to.value),
                "add `department = \"…\"`".to_owned(),
            ),
        };
        let finding = Finding::new(Code::AccountNotYours, &post.file, message).at(to.span.clone());
        findings.push(finding.label("not this department's").help(help));
    }
}

pub(super) fn before_account(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let Some(at) = post.at.as_ref().filter(|_| post.repeat.is_none()) else { return };
    for to in &post.to.value {
        let since =
            calendar.accounts.get(&to.value).and_then(|account| account.since.as_ref().zip(Some(account)));
        let Some((since, account)) = since.filter(|(since, _)| at.value.date() < since.value) else {
            continue;
        };
        let message = format!("`{}` takes posts since {}, and this is due before", to.value, since.value);
        let finding = Finding::new(Code::BeforeAccount, &post.file, message).at(to.span.clone());
        let finding = finding
            .label("will not go there")
            .help("take the account out of `to`, or give the post a later day");
        findings.push(finding.related(&account.file, Some(since.span.clone()), "its first day"));
    }
}

pub(super) fn author_outside(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let (Some(author), Some(department)) = (&post.author, &post.department) else { return };
    let Some(person) = calendar.people.get(&author.value) else { return };
    let Some(own) = calendar.departments.get(&department.value) else { return };
    let listed = own.contributors.iter().chain(&own.coordinator).any(|at| at.value == author.value);
    let belongs = person.department.as_ref().is_some_and(|at| at.value == department.value);
    let above = person
        .role
        .as_ref()
        .is_none_or(|role| matches!(role.value, Role::Coordinator | Role::Manager | Role::Leader));
    if !listed && !belongs && !above {
        let message = format!("{} is not of the department `{}`", person.name, department.value);
        let finding = Finding::new(Code::AuthorOutside, &post.file, message).at(author.span.clone());
        findings.push(finding.label("of another department").help(format!(
            "name an author of the department, or add `{}` to `contributors` in {}",
            author.value, own.file
        )));
    }
}

pub(super) fn author_expired(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let (Some(author), Some(at)) = (&post.author, &post.at) else { return };
    let Some(person) = calendar.people.get(&author.value) else { return };
    let Some(until) = person.until.as_ref().filter(|until| at.value.date() > until.value) else { return };
    let message = format!("the post is due after {}'s last day, {}", person.name, until.value);
    let finding = Finding::new(Code::AuthorExpired, &post.file, message).at(author.span.clone());
    let finding = finding.label("gone by then").help("name another author, or mend `until`");
    findings.push(finding.related(&person.file, Some(until.span.clone()), "the last day"));
}

pub(super) fn campaign_outside(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let (Some(named), Some(at)) = (&post.campaign, &post.at) else { return };
    let Some(campaign) = calendar.campaigns.get(&named.value) else { return };
    let day = at.value.date();
    let early = campaign.from.as_ref().filter(|from| day < from.value).map(|from| (from, "begins"));
    let late = campaign.until.as_ref().filter(|until| day > until.value).map(|until| (until, "ends"));
    let Some((edge, what)) = early.or(late) else { return };
    let message = format!("the post is due on {day}, and the campaign {what} on {}", edge.value);
    let finding = Finding::new(Code::CampaignOutside, &post.file, message).at(at.span.clone());
    let finding = finding.label("outside the campaign").help("move the post, or mend the campaign's dates");
    findings.push(finding.related(&campaign.file, Some(edge.span.clone()), "the campaign's edge"));
}

pub(super) fn unknown_variant(_: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    for (account, variant) in &post.variants {
        let to = || post.to.value.iter().map(|to| to.value.as_str());
        // Where `to` could not be read, nothing is known of where the post goes.
        if post.to.span.is_empty() || to().any(|id| id == account.as_str()) {
            continue;
        }
        let message = format!("there is a variant for `{account}`, and the post does not go there");
        let finding = Finding::new(Code::UnknownVariant, &post.file, message).at(variant.span.clone());
        findings.push(match nearest(account.as_str(), to()) {
            Some(near) => {
                finding.label(format!("did you mean `{near}`?")).help(format!("write [for.{near}]"))
            }
            None => {
                finding.label("not in `to`").help(format!("add `{account}` to `to`, or take the variant out"))
            }
        });
    }
}

pub(super) fn empty_post(calendar: &Calendar, post: &Post, findings: &mut Vec<Finding>) {
    let silent = |account: &&Account| {
        let sheet = post.sheet(&account.id);
        sheet.text().is_none_or(|text| text.text.is_empty())
            && sheet.link().is_none()
            && sheet.media().is_empty()
            && sheet.poll().is_none()
    };
    let silent: Vec<String> = accounts(calendar, post)
        .into_iter()
        .filter(silent)
        .map(|account| format!("`{}`", account.id))
        .collect();
    if !silent.is_empty() {
        let message = format!("the post has nothing to say on {}", silent.join(", "));
        let mut finding = Finding::new(Code::EmptyPost, &post.file, message)
            .help("write `text = \"…\"`, or give it a link or a picture");
        finding.span = post.body.text.as_ref().map(|text| text.span.clone());
        findings.push(finding);
    }
    let empty = |part: &&super::super::Part| {
        part.text.text.is_empty() && part.media.is_empty() && part.link.is_none()
    };
    let bodies = std::iter::once(&post.body).chain(post.variants.values().map(|variant| &variant.value));
    for part in bodies.flat_map(|body| body.thread.iter().flatten()).filter(empty) {
        let finding = Finding::new(Code::EmptyPost, &post.file, "a part of the thread has nothing to say");
        findings.push(
            finding.at(part.text.span.clone()).label("empty").help("write its text, or take the part out"),
        );
    }
}
