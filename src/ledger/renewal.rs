//! Renewals: credentials that a platform replaces, each exchange a claim and an end.
//!
//! ```text
//! renewals/mastodon/1.claim.toml      somebody is about to exchange the credential; nobody else may
//! renewals/mastodon/1.token.age       the next credential, encrypted for the account's readers
//! renewals/mastodon/1.release.toml    (or) nothing was exchanged, and it may be tried again
//! renewals/mastodon/1.refusal.toml    (or) the platform said no
//! renewals/mastodon/1.doubt.toml      (or) the answer was lost: the old credential may be spent
//! ```

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::draft::AccountId;
use crate::ledger::Hand;
use crate::ledger::format::{read_hand, write_hand};

/// What became of one exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The next credential, as an armored age file.
    Token(String),
    /// Nothing was exchanged, and why.
    Release(String),
    /// The platform said no, in these words.
    Refusal(String),
    /// The answer was lost, and how.
    Doubt(String),
    /// Its file cannot be read.
    Unreadable(String),
}

/// One exchange of a credential for the next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renewal {
    /// Its number, from 1.
    pub number: u32,
    /// Who began it, and when.
    pub hand: Hand,
    /// The id of the value in the vault that it goes back to.
    pub value: String,
    /// What became of it; absent while nobody has said.
    pub end: Option<End>,
}

/// Returns the folder of an account's renewals.
pub fn folder(account: &AccountId) -> String {
    format!("renewals/{account}")
}

/// Returns the path and the text of a claim.
pub fn write_claim(account: &AccountId, number: u32, hand: &Hand, value: &str) -> (String, String) {
    let mut table = Table::new();
    table.insert("value".to_owned(), Value::String(value.to_owned()));
    (format!("{}/{number}.claim.toml", folder(account)), write_hand(hand, table))
}

/// Returns the path and the text of an end.
pub fn write_end(account: &AccountId, number: u32, hand: &Hand, end: &End) -> (String, String) {
    let (kind, why) = match end {
        End::Token(sealed) => return (format!("{}/{number}.token.age", folder(account)), sealed.clone()),
        End::Release(why) => ("release", why),
        End::Refusal(why) => ("refusal", why),
        End::Doubt(why) | End::Unreadable(why) => ("doubt", why),
    };
    let mut table = Table::new();
    table.insert("why".to_owned(), Value::String(why.clone()));
    (format!("{}/{number}.{kind}.toml", folder(account)), write_hand(hand, table))
}

/// Reads the renewals in an account's folder, oldest first, from the names and texts of its files.
///
/// A token outdoes every other end: whoever holds it has shared it.
pub fn read<'a>(
    files: impl IntoIterator<Item = (&'a str, Result<&'a str, &'a str>)>,
) -> Result<Vec<Renewal>, String> {
    let mut claims: BTreeMap<u32, (Hand, String)> = BTreeMap::new();
    let mut ends: BTreeMap<u32, End> = BTreeMap::new();
    for (name, text) in files {
        let (number, kind) = name
            .split_once('.')
            .and_then(|(number, kind)| Some((number.parse::<u32>().ok()?, kind)))
            .ok_or_else(|| format!("{name} is not a renewal's name"))?;
        let end = match (kind, text) {
            ("claim.toml", text) => {
                let table: Table = text
                    .map_err(str::to_owned)?
                    .parse()
                    .map_err(|fault: toml::de::Error| format!("{name}: {}", fault.message()))?;
                let value = table.get("value").and_then(Value::as_str).unwrap_or_default().to_owned();
                claims.insert(number, (read_hand(name, &table)?, value));
                continue;
            }
            (_, Err(why)) => End::Unreadable(why.to_owned()),
            ("token.age", Ok(sealed)) => End::Token(sealed.to_owned()),
            ("release.toml", Ok(text)) => End::Release(why(text)),
            ("refusal.toml", Ok(text)) => End::Refusal(why(text)),
            ("doubt.toml", Ok(text)) => End::Doubt(why(text)),
            _ => return Err(format!("{name} is not a kind of file known to this version")),
        };
        let known = ends.entry(number).or_insert_with(|| end.clone());
        if matches!(end, End::Token(_)) {
            *known = end;
        }
    }
    Ok(claims
        .into_iter()
        .map(|(number, (hand, value))| Renewal { number, hand, value, end: ends.remove(&number) })
        .collect())
}

fn why(text: &str) -> String {
    let table: Option<Table> = text.parse().ok();
    let why = table.as_ref().and_then(|table| table.get("why")).and_then(Value::as_str);
    why.unwrap_or("no reason can be read").to_owned()
}
