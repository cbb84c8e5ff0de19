//! What a secret is on each platform: the names of its values, and how an old one is made invalid there.

use crate::calendar::Account;
use crate::text::Platform;

/// Returns the names of the values that an account's secret may have on a platform, the main one first; none where
/// kalends needs no secret.
pub fn names(platform: Platform) -> &'static [&'static str] {
    match platform {
        Platform::Mastodon => &["token", "client_id", "client_secret", "refresh_token"],
        Platform::Bluesky => &["app_password"],
        _ => &[],
    }
}

/// Returns what a value is called where people see it, such as `app password`.
pub fn spoken(name: &str) -> String {
    name.replace('_', " ")
}

/// Says how the secret that an account had until now is made invalid at its platform, as a sentence without its end.
pub fn how_to_end(account: &Account) -> String {
    let handle =
        account.handle.as_ref().map_or_else(|| "the account".to_owned(), |handle| format!("@{handle}"));
    match account.platform.as_ref().map(|platform| platform.value) {
        Some(Platform::Mastodon) => {
            let server =
                account.server.as_ref().map_or("its server", |server| server.value.trim_end_matches('/'));
            format!(
                "sign in as {handle} at {server}, and revoke kalends under Preferences, Account, Authorized apps (a token \
                 that was made under Preferences, Development: regenerate it there)"
            )
        }
        Some(Platform::Bluesky) => format!(
            "sign in as {handle} at https://bsky.app/settings/app-passwords, delete the app password that kalends had, \
             and add a new one"
        ),
        Some(other) => {
            format!("sign in as {handle} at {}, and make the old secret invalid there", other.name())
        }
        None => format!("sign in as {handle}, and make the old secret invalid there"),
    }
}
