//! Accounts: where they are, and where feeds are written.

use std::collections::BTreeMap;

use crate::finding::{Code, Finding};
use crate::text::Platform;

use super::super::{Account, Calendar};
use super::media::outside_why;

pub(super) fn missing_server(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for account in calendar.accounts.values().filter(|account| account.server.is_none() && !account.by_hand) {
        let Some(platform) = account.platform.as_ref().filter(|at| at.value == Platform::Mastodon) else {
            continue;
        };
        let finding = Finding::new(Code::MissingServer, &account.file, "a Mastodon account without a server");
        findings.push(
            finding
                .at(platform.span.clone())
                .label("needs `server`")
                .help("add `server = \"https://…\"`, the address of the account's server"),
        );
    }
}

fn feeds(calendar: &Calendar) -> impl Iterator<Item = &Account> {
    let is_feed = |account: &&Account| account.platform.as_ref().is_some_and(|at| at.value == Platform::Feed);
    calendar.accounts.values().filter(is_feed)
}

pub(super) fn folder_outside(calendar: &Calendar, findings: &mut Vec<Finding>) {
    for account in feeds(calendar) {
        let Some(folder) = &account.folder else { continue };
        if let Some(why) = outside_why(&folder.value) {
            let message = format!("the feed's folder leaves the calendar: {why}");
            let finding = Finding::new(Code::FolderOutside, &account.file, message).at(folder.span.clone());
            findings.push(
                finding
                    .label("outside")
                    .help(format!("write a folder of the calendar, such as `public/{}`", account.id)),
            );
        }
    }
}

pub(super) fn folder_shared(calendar: &Calendar, findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<String, &Account> = BTreeMap::new();
    for account in feeds(calendar) {
        let usual = format!("public/{}", account.id);
        let folder =
            account.folder.as_ref().map_or(usual, |folder| folder.value.trim_end_matches('/').to_lowercase());
        let Some(other) = seen.get(&folder) else {
            seen.insert(folder, account);
            continue;
        };
        let message = format!("the feeds `{}` and `{}` have the same folder", other.id, account.id);
        let mut finding = Finding::new(Code::FolderShared, &account.file, message)
            .label("taken already")
            .help(format!("take the line out, and the folder is `public/{}`", account.id))
            .related(&other.file, other.folder.as_ref().map(|folder| folder.span.clone()), "the other feed");
        finding.span = account.folder.as_ref().map(|folder| folder.span.clone());
        findings.push(finding);
    }
}
