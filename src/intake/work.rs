//! The posts of an export: which of ours they are, and what is said of those that are not.

use crate::calendar::{Account, ColumnRole, Mapping};
use crate::draft::AccountId;
use crate::evidence::title_of;
use crate::reading::{Form, Source, Subject, Work};
use crate::text::{self, Beside, Count};

use super::cells::Cells;
use super::moment::{self, When};
use super::{Posts, Told};

/// What parts an address only by the way that somebody came to it.
const MARKS: [&str; 12] =
    ["igsh", "igshid", "si", "s", "t", "ref", "ref_src", "feature", "rcm", "trk", "fbclid", "mibextid"];

/// Returns an address in the form by which two of one post are one: without scheme, `www.`, marks of how somebody came, and a
/// slash at its end. What is no address stays as it is.
pub fn address(text: &str) -> String {
    let text = text.trim();
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else { return text.to_owned() };
    let rest = rest.split('#').next().unwrap_or(rest);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, path) = path.split_once('/').unwrap_or((path, ""));
    let host = host.to_lowercase();
    let host = ["www.", "m.", "mobile."].iter().find_map(|begin| host.strip_prefix(begin)).unwrap_or(&host);
    let host = if host == "twitter.com" { "x.com" } else { host };
    let is_mark = |pair: &&str| {
        let name = pair.split('=').next().unwrap_or(pair);
        pair.is_empty() || name.starts_with("utm_") || MARKS.contains(&name)
    };
    let query: Vec<&str> = query.split('&').filter(|pair| !is_mark(pair)).collect();
    let mark = if query.is_empty() { "" } else { "?" };
    format!("{host}/{}{mark}{}", path.trim_end_matches('/'), query.join("&"))
}

/// Returns what an export may call a post by that has an address: the address, and the id that it ends in.
pub fn names_of(url: &str) -> Vec<String> {
    let address = address(url);
    let last = address.rsplit(['/', '=']).next().filter(|last| last.len() >= 8 && last.len() < address.len());
    let last = last.map(str::to_owned);
    std::iter::once(address).chain(last).collect()
}

/// A row's post.
pub struct Found {
    /// What its numbers are of.
    pub subject: Subject,
    /// What is said of it, where only the platform knows it and the hour at which it was published is known.
    pub work: Option<Work>,
}

/// Finds a row's post; nothing where it has neither id nor address.
pub fn find(
    cells: &mut Cells<'_, '_>,
    (mapping, account): (&Mapping, &Account),
    posts: &Posts,
    told: &mut Told,
) -> Option<Found> {
    let (id, url) = (cells.said(ColumnRole::Id), cells.said(ColumnRole::Url));
    let id = id.filter(|id| !id.is_empty());
    let url = url.filter(|url| !url.is_empty());
    let key = |text: &String| (account.id.clone(), address(text));
    let slot = [&url, &id].into_iter().flatten().find_map(|text| posts.slots.get(&key(text)));
    if let Some(slot) = slot {
        told.own += 1;
        return Some(Found { subject: Subject::Slot(slot.clone()), work: None });
    }
    let name = id.clone().or_else(|| url.as_ref().map(|url| address(url)))?;
    let subject = Subject::Post(account.id.clone(), name.clone());
    let when = cells.when(ColumnRole::Time);
    let published = match (mapping.time.from_id, when) {
        (_, Some(When::At(moment))) => Some(moment),
        (Some(clock), day) => {
            let of_id = id.iter().chain(&url).find_map(|text| moment::of_id(clock, text));
            match (of_id, day) {
                (Some(moment), Some(When::On(day))) if !moment::agree(moment, day) => {
                    cells.say_clock(day, moment);
                    None
                }
                (found, _) => found,
            }
        }
        (None, _) => None,
    };
    let Some(published) = published else {
        told.hourless += 1;
        return Some(Found { subject, work: None });
    };
    if posts.others.contains(&subject) {
        return Some(Found { subject, work: None });
    }
    let work = work(cells, (mapping, account), (subject.clone(), published, url), told);
    Some(Found { subject, work: Some(work) })
}

fn work(
    cells: &mut Cells<'_, '_>,
    (mapping, account): (&Mapping, &Account),
    (subject, published, url): (Subject, chrono::DateTime<chrono::Utc>, Option<String>),
    told: &mut Told,
) -> Work {
    let text = cells.said(ColumnRole::Text).unwrap_or_default();
    let title = cells.said(ColumnRole::Title).filter(|title| !title.is_empty());
    let form = cells.said(ColumnRole::Form).filter(|form| !form.is_empty()).and_then(|word| {
        let known = mapping.forms.iter().find(|(_, known)| known.eq_ignore_ascii_case(&word));
        let form = known.and_then(|(form, _)| form.parse::<Form>().ok());
        if form.is_none() {
            told.forms.insert(word);
        }
        form
    });
    let mut tags: Vec<String> = text::hashtags(&text).iter().map(|tag| tag.word.to_lowercase()).collect();
    tags.sort_unstable();
    tags.dedup();
    let link = cells.said(ColumnRole::Link).filter(|link| link.starts_with("http"));
    let platform = account.platform.as_ref().map(|platform| platform.value);
    let count = platform
        .and_then(|platform| platform.limits().text_max(Beside::Nothing))
        .map_or(Count::Graphemes, |max| max.count);
    let characters = (!text.is_empty()).then(|| text::count(&text, count).used);
    Work {
        subject,
        account: AccountId::clone(&account.id),
        published,
        due: None,
        url,
        title: title_of(title.as_deref(), &text),
        form,
        characters: characters.and_then(|count| u32::try_from(count).ok()),
        tags,
        link,
        department: None,
        campaign: None,
        goal: None,
        picture: None,
        source: Source::Ledger,
    }
}
