//! Signing in to Bluesky with an app password.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use crate::calendar::Account;
use crate::cli::account::connect::{Signed, failed};
use crate::draft::MediaBook;
use crate::error::Error;
use crate::http::Http;
use crate::keyring::{self, Credential};
use crate::platform::Desk;
use crate::platform::bluesky::identity;
use crate::platform::bluesky::repo::Repo;
use crate::rim::clock::SystemClock;
use crate::time::Clock as _;
use crate::ui::{Ui, foreign};
use crate::vault::is_app_password;

/// Asks for an app password, and shows it to the server that keeps the account's posts.
pub fn sign_in(account: &Account, http: &dyn Http, ui: &mut Ui) -> Result<Signed, Error> {
    let handle = identity::handle(account).ok_or_else(|| {
        Error::user(format!("{} says no handle", account.file))
            .hint("add `handle = \"…\"`, such as `museum.bsky.social`")
    })?;
    let password = ask(&handle, ui)?;
    let values = BTreeMap::from([("app_password".to_owned(), password)]);
    let credential = Credential {
        account: account.id.clone(),
        server: account.server.as_ref().map(|server| server.value.clone()),
        value: String::new(),
        set_at: SystemClock.now(),
        expires_at: None,
        values: values.clone(),
    };
    let book = MediaBook::new();
    let desk = Desk {
        http,
        clock: &SystemClock,
        account,
        credential: Some(credential),
        keys: &keyring::Empty,
        book: &book,
        media: &|media| Err(format!("{} is not asked for", media.file)),
        pin_suffices: false,
    };
    let repo = Repo::open(desk).map_err(|failure| failed(&failure))?;
    Ok(Signed { values, set_at: None, expires_at: None, pin: repo.did, handle, note: None })
}

/// Takes the app password, and warns of what does not look like one.
fn ask(handle: &str, ui: &mut Ui) -> Result<SecretString, Error> {
    const WHERE: &str = "https://bsky.app/settings/app-passwords";
    let question = format!("The app password of {} ({WHERE}; it is not shown): ", foreign(handle));
    let password = ui
        .secret_line(&question)
        .map_err(|fault| Error::user("the app password cannot be read").because(fault))?;
    if password.expose_secret().is_empty() {
        return Err(Error::user("no app password was given")
            .hint(format!("make one at {WHERE}; run it on a terminal, or pipe it in")));
    }
    if !is_app_password(password.expose_secret()) {
        ui.warning(format!(
            "this does not look like an app password (xxxx-xxxx-xxxx-xxxx): the main password opens everything, and \
             cannot be taken back from kalends alone; better make an app password at {WHERE}"
        ));
    }
    Ok(password)
}
