//! What a server's refusal is about: the token, the account, or what was asked.

use crate::http::Failure;
use crate::platform::server::at;

/// Says plainly what a server's failure is about.
pub fn plain(host: &str, failure: Failure) -> Failure {
    match failure {
        Failure::Refused { status, code, .. } if is_about_account(&code) => {
            let why = inactive(host, &code);
            Failure::Refused { status, code, why }
        }
        other => at(host, other),
    }
}

/// Tells whether a failure says that a token opens nothing any more.
pub fn has_ended(failure: &Failure) -> bool {
    let Failure::Refused { status, code, .. } = failure else { return false };
    let is_token = matches!(code.as_str(), "ExpiredToken" | "InvalidToken" | "AuthMissing");
    is_token || (*status == 401 && !is_about_account(code))
}

/// Tells whether a server's name for a fault is about the account and not about what was asked.
pub fn is_about_account(code: &str) -> bool {
    matches!(
        code,
        "AccountTakedown"
            | "AccountSuspended"
            | "AccountDeactivated"
            | "RepoTakendown"
            | "RepoSuspended"
            | "RepoDeactivated"
    )
}

/// Says what became of an account, and what to do.
pub fn inactive(host: &str, status: &str) -> String {
    let status = status.to_ascii_lowercase();
    if status.contains("deactivated") {
        format!("the account is deactivated on {host}: log in to the app, which offers to bring it back")
    } else if status.contains("suspended") {
        format!("the account is suspended on {host}: log in to the app to see until when, and to appeal")
    } else if status.contains("take") {
        format!("the account was taken down by {host}: log in to the app to see why, and to appeal")
    } else {
        format!("the account is not active on {host}: log in to the app to see why")
    }
}
