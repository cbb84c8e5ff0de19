//! Signing in to a server of Mastodon's kind.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, TimeDelta};
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::calendar::Account;
use crate::cli::account::connect::{Args, Signed, failed};
use crate::error::{Error, Kind};
use crate::http::Http;
use crate::keyring;
use crate::platform::mastodon::oauth::{self, App, SHOWN, Ticket};
use crate::platform::mastodon::server::Api;
use crate::platform::server::Base;
use crate::rim::chance;
use crate::rim::clock::SystemClock;
use crate::rim::loopback::{Loopback, Missed};
use crate::ui::Ui;

/// How long the browser is waited for.
const PATIENCE: Duration = Duration::from_mins(5);

/// Makes kalends known to the account's server, sends a person there, and exchanges the code that they bring.
pub fn sign_in(args: &Args, account: &Account, http: &dyn Http, ui: &mut Ui) -> Result<Signed, Error> {
    let server = account.server.as_ref().ok_or_else(|| {
        Error::user(format!("{} names no server", account.file))
            .hint("add `server = \"https://…\"`, the address of the account's server")
    })?;
    let base = Base::of(&server.value).map_err(|why| {
        Error::user(format!("the server of {} cannot be used: {why}", account.file))
            .hint("write `server = \"https://…\"`")
    })?;
    let no_chance = |fault| Error::user("the system gives no random numbers").because(fault);
    let draw = || chance::nonce().map_err(no_chance);
    // RFC 7636 wants 43 letters of the verifier, and two names have 52.
    let verifier = keyring::secret(&Zeroizing::new(format!("{}{}", draw()?, draw()?)));
    let ticket = Ticket { state: draw()?, verifier };
    let door = args.loopback.then(Loopback::open).transpose().map_err(|fault| {
        Error::user("no address of 127.0.0.1 can be opened").because(fault).hint("connect without --loopback")
    })?;
    let redirect = door.as_ref().map_or_else(|| SHOWN.to_owned(), Loopback::address);
    let app = oauth::register(http, &base, &redirect).map_err(|failure| failed(&failure))?;
    show(&oauth::authorization(&base, &app, &ticket), account, ui)?;
    let code = match door {
        Some(door) => by_browser(door, &ticket.state, ui)?,
        None => by_hand(ui)?,
    };
    let tokens = oauth::redeem(http, &base, &app, &ticket, &code).map_err(|failure| failed(&failure))?;
    let api = Api::new(http, &SystemClock, base, tokens.access.clone());
    let me = api.me().map_err(|failure| failed(&failure))?;
    let software = api.server().map_err(|failure| failed(&failure))?;
    let set_at = tokens.given_at.and_then(|at| DateTime::from_timestamp(at, 0));
    let life = tokens.seconds.and_then(TimeDelta::try_seconds);
    Ok(Signed {
        expires_at: set_at.zip(life).and_then(|(at, life)| at.checked_add_signed(life)),
        values: values(&app, tokens),
        set_at,
        pin: me.id,
        handle: me.handle,
        note: (!software.is_mastodon).then(|| {
            "its software is not Mastodon, and may make two posts of one key: a post whose answer is lost is looked for, \
             and never sent twice"
                .to_owned()
        }),
    })
}

fn values(app: &App, tokens: oauth::Tokens) -> BTreeMap<String, SecretString> {
    let mut values = BTreeMap::from([
        ("token".to_owned(), tokens.access),
        ("client_id".to_owned(), keyring::secret(&app.id)),
        ("client_secret".to_owned(), app.secret.clone()),
    ]);
    values.extend(tokens.refresh.map(|refresh| ("refresh_token".to_owned(), refresh)));
    values
}

/// Shows the address at once: whoever reads it may be a program that brings the code.
fn show(url: &str, account: &Account, ui: &mut Ui) -> Result<(), Error> {
    let as_whom = account.handle.as_ref().map_or_else(String::new, |handle| format!(" as {handle}"));
    ui.status(format!(
        "open this address in a browser, log in{}, and let kalends in:",
        crate::ui::foreign(&as_whom)
    ));
    if ui.json() {
        ui.status(url);
        return Ok(());
    }
    ui.data(url)?;
    ui.flush()
}

/// Takes the code that the server showed to the person.
fn by_hand(ui: &Ui) -> Result<SecretString, Error> {
    let code = ui
        .secret_line("The code that you get there (it is not shown): ")
        .map_err(|fault| Error::user("the code cannot be read").because(fault))?;
    if code.expose_secret().is_empty() {
        return Err(Error::user("no code was given")
            .hint("run it on a terminal, pipe the code in, or let the browser bring it: --loopback"));
    }
    Ok(code)
}

/// Takes the code that the browser brings.
fn by_browser(door: Loopback, state: &str, ui: &mut Ui) -> Result<SecretString, Error> {
    ui.status("waiting for the browser, for five minutes");
    door.code(state, PATIENCE).map_err(|missed| match missed {
        Missed::Denied(why) => Error::user(format!("the server did not let kalends in: {why}")),
        Missed::TooLate => Error::new(Kind::Unsent, "the browser did not come back in five minutes")
            .hint("on another machine than the browser's, connect without --loopback"),
        Missed::Broken(fault) => Error::user("the browser could not be heard").because(fault),
    })
}
