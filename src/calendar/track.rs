//! Links that say which campaign they are of, so that whoever counts visits knows.

use crate::draft::{AccountId, CampaignId};
use crate::finding::Span;
use crate::text::addresses;

use super::model::{Norm, Post, Protocol, ProtocolRule};
use super::{Account, Calendar, Root};

/// What a link must say of itself: names and values of its query.
pub(super) type Marks<'a> = Vec<(&'static str, &'a str)>;

/// Returns what a rule wants a post's links to say; nothing where the post is of no campaign, or the rule counts none.
pub(super) fn marks<'a>(rule: &'a ProtocolRule, campaign: Option<&'a CampaignId>) -> Marks<'a> {
    let Norm::Link { medium, source, .. } = &rule.norm else { return Vec::new() };
    let Some(campaign) = campaign.filter(|_| medium.is_some() || source.is_some()) else { return Vec::new() };
    let said = [("utm_source", source.as_deref()), ("utm_medium", medium.as_deref())];
    let said = said.into_iter().filter_map(|(name, value)| Some((name, value?)));
    said.chain([("utm_campaign", campaign.as_str())]).collect()
}

/// Tells whether a rule counts a link: it leads to one of the rule's sites, or to the organisation's own.
pub(super) fn is_counted(rule: &ProtocolRule, root: &Root, link: &str) -> bool {
    let Norm::Link { hosts, .. } = &rule.norm else { return false };
    let Some(host) = host(link) else { return false };
    let is_of = |site: &str| {
        let site = site.to_lowercase();
        host == site || host.strip_suffix(&site).is_some_and(|before| before.ends_with('.'))
    };
    match (hosts.as_slice(), root.url.as_deref().and_then(self::host)) {
        ([], None) => true,
        ([], Some(own)) => is_of(own.strip_prefix("www.").unwrap_or(&own)),
        (hosts, _) => hosts.iter().any(|site| is_of(site)),
    }
}

fn host(link: &str) -> Option<String> {
    url::Url::parse(link).ok()?.host_str().map(str::to_lowercase)
}

/// Returns the marks that a link does not have as they should be.
pub(super) fn missing<'m>(link: &str, marks: &Marks<'m>) -> Marks<'m> {
    let (_, query, _) = parts(link);
    let said: Vec<(String, String)> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
    let mut wanted = marks.clone();
    wanted.retain(|(name, value)| {
        let mut named = said.iter().filter(|(said, _)| said == name).map(|(_, said)| said.as_str());
        named.next() != Some(value) || named.next().is_some()
    });
    wanted
}

/// Returns a link with these marks, all else of it as it was; nothing where it has them already.
pub(super) fn tracked(link: &str, marks: &Marks<'_>) -> Option<String> {
    let missing = missing(link, marks);
    if missing.is_empty() {
        return None;
    }
    let (page, query, fragment) = parts(link);
    let is_other = |part: &&str| {
        let name = form_urlencoded::parse(part.as_bytes()).next().map(|(name, _)| name.into_owned());
        !part.is_empty() && !missing.iter().any(|(wanted, _)| name.as_deref() == Some(wanted))
    };
    let mut said: Vec<String> = query.split('&').filter(is_other).map(str::to_owned).collect();
    let mark = |(name, value): &(&str, &str)| {
        form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish()
    };
    said.extend(missing.iter().map(mark));
    Some(format!("{page}?{}{fragment}", said.join("&")))
}

/// Parts a link into its page, its query and its fragment with `#`.
fn parts(link: &str) -> (&str, &str, &str) {
    let (before, fragment) = link.split_at(link.find('#').unwrap_or(link.len()));
    let (page, query) = before.split_once('?').unwrap_or((before, ""));
    (page, query, fragment)
}

/// What rules want a link to say, and where two of them want different things.
pub(super) struct Wants<'a> {
    /// What they agree on.
    pub marks: Marks<'a>,
    /// What they do not.
    pub clashes: Vec<Clash<'a>>,
}

/// Two rules that want different values of one name.
pub(super) struct Clash<'a> {
    /// The name, such as `utm_source`.
    pub name: &'static str,
    /// What the one wants, and the other.
    pub sides: [Side<'a>; 2],
}

/// What one rule wants of a link, for one account.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub protocol: &'a Protocol,
    pub rule: &'a ProtocolRule,
    pub account: &'a AccountId,
    pub value: &'a str,
}

/// A link of a post, and the accounts that show it.
pub(super) struct Link<'a> {
    /// Where it stands.
    pub span: Span,
    /// The link itself.
    pub address: &'a str,
    /// The accounts that show it.
    pub accounts: Vec<&'a Account>,
}

impl Calendar {
    /// Tells whether any rule wants a post's links to say something.
    pub(super) fn counts_links(&self, post: &Post) -> bool {
        let campaign = post.campaign.as_ref().map(|at| &at.value);
        let mut rules = self.protocols.values().flat_map(|protocol| &protocol.rules);
        campaign.is_some() && rules.any(|rule| !marks(rule, campaign).is_empty())
    }

    /// Returns what the rules want a post's link to say that these accounts show.
    pub(super) fn wants<'a>(&'a self, post: &'a Post, accounts: &[&'a Account], link: &str) -> Wants<'a> {
        let campaign = post.campaign.as_ref().map(|at| &at.value);
        let (mut agreed, mut clashes): (Vec<(&'static str, Side<'a>)>, Vec<Clash<'a>>) = Default::default();
        let rules = || {
            self.protocols
                .values()
                .flat_map(|protocol| protocol.rules.iter().map(move |rule| (protocol, rule)))
        };
        for account in accounts {
            let takes = |(_, rule): &(&Protocol, &ProtocolRule)| {
                rule.scope.takes(post, account) && is_counted(rule, &self.root, link)
            };
            for (protocol, rule) in rules().filter(takes) {
                for (name, value) in marks(rule, campaign) {
                    let side = Side { protocol, rule, account: &account.id, value };
                    match agreed.iter().find(|(known, _)| *known == name) {
                        None => agreed.push((name, side)),
                        Some((_, first)) if first.value == value => {}
                        Some((_, first)) => clashes.push(Clash { name, sides: [*first, side] }),
                    }
                }
            }
        }
        agreed.retain(|(name, _)| !clashes.iter().any(|clash| clash.name == *name));
        Wants { marks: agreed.into_iter().map(|(name, side)| (name, side.value)).collect(), clashes }
    }

    /// Returns every link of a post, each where it stands, with the accounts that show it.
    pub(super) fn links<'a>(&'a self, post: &'a Post) -> Vec<Link<'a>> {
        let mut links: Vec<Link<'a>> = Vec::new();
        for account in post.to.value.iter().filter_map(|to| self.accounts.get(&to.value)) {
            let sheet = post.sheet(&account.id);
            let parts = sheet.thread();
            let fields = sheet.link().into_iter().chain(parts.iter().filter_map(|part| part.link.as_ref()));
            let texts = sheet.text().into_iter().chain(parts.iter().map(|part| &part.text));
            let said = texts.flat_map(|words| {
                let ranges = addresses(&words.text).into_iter();
                ranges.filter_map(|range| {
                    let address = words.text.get(range.clone())?;
                    Some((words.place(range), address))
                })
            });
            for (span, address) in fields.map(|at| (at.span.clone(), at.value.as_str())).chain(said) {
                match links.iter_mut().find(|link| link.span == span) {
                    Some(link) if link.accounts.iter().any(|known| known.id == account.id) => {}
                    Some(link) => link.accounts.push(account),
                    None => links.push(Link { span, address, accounts: vec![account] }),
                }
            }
        }
        links
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_gets_its_marks_and_keeps_all_else() {
        let marks = vec![("utm_medium", "social"), ("utm_campaign", "open-day")];
        let cases = [
            ("https://a.example/b", "https://a.example/b?utm_medium=social&utm_campaign=open-day"),
            (
                "https://a.example/b?x=1&y=%20#top",
                "https://a.example/b?x=1&y=%20&utm_medium=social&utm_campaign=open-day#top",
            ),
            (
                "https://a.example/?utm_campaign=old&x",
                "https://a.example/?x&utm_medium=social&utm_campaign=open-day",
            ),
            (
                "https://a.example/?utm_medium=social",
                "https://a.example/?utm_medium=social&utm_campaign=open-day",
            ),
        ];
        for (link, expected) in cases {
            let tracked = tracked(link, &marks).unwrap();
            assert_eq!(tracked, expected);
            assert_eq!(super::tracked(&tracked, &marks), None);
        }
        assert_eq!(
            super::tracked("https://a.example", &vec![("utm_campaign", "a b&c")]).unwrap(),
            "https://a.example?utm_campaign=a+b%26c"
        );
    }
}
