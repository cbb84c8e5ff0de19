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

/// Tells whether a text looks as Bluesky's app passwords do, four groups of four. An account's own password opens
/// everything, and cannot be taken back alone.
pub fn is_app_password(text: &str) -> bool {
    let group =
        |group: &str| group.len() == 4 && group.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    text.split('-').count() == 4 && text.split('-').all(group)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_password_is_told_from_the_main_one() {
        assert!(is_app_password(&["olww", "2iwt", "idhk", "7q33"].join("-")));
        assert!(is_app_password(&["abcd", "efgh", "ijkl", "mnop"].join("-")));
        for main in
            ["", "hunter2", "olww-2iwt-idhk", "olww-2iwt-idhk-7q3", "OLWW-2iwt-idhk-7q33", "correct horse"]
        {
            assert!(!is_app_password(main), "{main}");
        }
    }
}
