#![cfg(test)]

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

use super::*;
use crate::calendar;
use crate::finding::{Content, File};
use crate::keyring::secret;

/// A calendar with two accounts that Ada may read and one that Bo may, and their identities.
struct Stage {
    folder: TempDir,
    calendar: Calendar,
}

impl Stage {
    fn new() -> Stage {
        let folder = tempfile::tempdir().unwrap();
        let key = |who: &str| make_identity(&folder.path().join(who), "2027-01-18", None).unwrap();
        let person = |who: &str| format!("name = \"{who}\"\nrole = \"it\"\nrecipient = \"{}\"\n", key(who));
        let account = |who: &str| {
            format!("platform = \"mastodon\"\nserver = \"https://museum.example/\"\naccess = [\"{who}\"]\n")
        };
        let files = [
            ("people/ada.toml", person("ada")),
            ("people/bo.toml", person("bo")),
            ("accounts/harbour.toml", account("ada")),
            ("accounts/tower.toml", account("ada")),
            ("accounts/shop.toml", account("bo")),
            (
                "accounts/empty.toml",
                "platform = \"mastodon\"\nserver = \"https://museum.example\"\n".to_owned(),
            ),
        ];
        let files = files.map(|(path, text)| File { path: path.to_owned(), content: Content::Text(text) });
        Stage { calendar: calendar::read(&files).0, folder }
    }

    fn vault(&self, who: &str) -> Vault {
        let root = self.folder.path().to_owned();
        let files = move |path: &str| match fs::read(root.join(path)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(fault) => Err(fault.to_string()),
        };
        let day = "2027-01-18".parse().unwrap();
        let vault = Vault::new(&self.calendar, day, Box::new(files), Some(self.folder.path()));
        vault.with_identity(Some(self.folder.path().join(who)), Arc::new(Nobody))
    }
}

fn id(account: &str) -> AccountId {
    AccountId::new(account).unwrap()
}

fn credential(account: &str, server: Option<&str>) -> Credential {
    Credential {
        account: id(account),
        server: server.map(str::to_owned),
        value: "abc".to_owned(),
        set_at: "2027-01-18T09:00:00Z".parse().unwrap(),
        expires_at: None,
        values: [("token".to_owned(), secret("hush"))].into(),
    }
}

const SERVER: Option<&str> = Some("https://museum.example");

#[test]
fn what_is_stored_is_opened_by_whoever_may_and_nobody_else() {
    let stage = Stage::new();
    let manifest = stage.vault("bo").store(stage.folder.path(), &credential("harbour", SERVER)).unwrap();
    assert_eq!(stage.vault("ada").manifest(&id("harbour")).unwrap(), Some(manifest));
    let opened = stage.vault("ada").credential(&id("harbour")).unwrap();
    assert_eq!((opened.get("token"), opened.value.as_str()), (Some("hush"), "abc"));
    let KeyError::Closed(why) = stage.vault("bo").credential(&id("harbour")).unwrap_err() else { panic!() };
    for words in [stage.folder.path().join("bo").to_str().unwrap(), "sealed for person:ada"] {
        assert!(why.contains(words), "{why}");
    }
    let nobody = stage.vault("nobody").credential(&id("harbour")).unwrap_err();
    assert!(matches!(nobody, KeyError::Closed(why) if why.contains("kalends vault key")));
    assert_eq!(stage.vault("ada").credential(&id("tower")).unwrap_err(), KeyError::Missing(id("tower")));
}

#[test]
fn a_secret_of_another_account_or_server_is_refused() {
    let stage = Stage::new();
    let vault = stage.vault("ada");
    vault.store(stage.folder.path(), &credential("harbour", SERVER)).unwrap();
    let [from, to] = ["harbour", "tower"].map(|name| stage.folder.path().join(sealed_path(&id(name))));
    fs::copy(from, to).unwrap();
    assert!(
        matches!(vault.credential(&id("tower")).unwrap_err(), KeyError::Wrong(why) if why.contains("`harbour`"))
    );
    for server in [None, Some("https://elsewhere.example"), Some("http://museum.example")] {
        vault.store(stage.folder.path(), &credential("harbour", server)).unwrap();
        let refused = vault.credential(&id("harbour")).unwrap_err();
        assert!(matches!(&refused, KeyError::Wrong(why) if why.contains("museum.example")), "{refused:?}");
        assert!(!format!("{refused:?} {refused}").contains("hush"));
    }
}

#[test]
fn what_is_kept_in_the_git_folder_is_sealed_for_the_readers() {
    let stage = Stage::new();
    let vault = stage.vault("ada");
    assert!(vault.session(&id("harbour")).is_none() && vault.kept_renewed(&id("harbour")).is_none());
    vault.keep_session(&id("harbour"), &secret("{\"jwt\": 1}"));
    assert_eq!(vault.session(&id("harbour")).unwrap().expose_secret(), "{\"jwt\": 1}");
    let file = fs::read_to_string(stage.folder.path().join("kalends/sessions/harbour.age")).unwrap();
    assert!(file.starts_with("-----BEGIN AGE") && !file.contains("jwt"));
    assert!(stage.vault("bo").session(&id("harbour")).is_none());
    vault.keep_session(&id("empty"), &secret("x"));
    assert!(vault.session(&id("empty")).is_none(), "nobody may read it");
    let sealed = Keys::seal(&vault, &credential("harbour", SERVER)).unwrap();
    vault.keep_renewed(&id("harbour"), &sealed).unwrap();
    let kept = vault.kept_renewed(&id("harbour")).unwrap();
    assert_eq!(Keys::open(&vault, &id("harbour"), &kept).unwrap().get("token"), Some("hush"));
    assert!(matches!(Keys::open(&vault, &id("tower"), &kept), Err(KeyError::Wrong(_))));
    assert!(matches!(Keys::open(&stage.vault("bo"), &id("harbour"), &kept), Err(KeyError::Closed(_))));
}

#[test]
fn nothing_is_sealed_where_nobody_may_read_it() {
    let stage = Stage::new();
    let fault = stage.vault("ada").seal(&credential("empty", SERVER)).unwrap_err();
    assert_eq!(fault, VaultError::NoReaders { account: id("empty"), keyless: vec![] });
    let fault = stage.vault("ada").seal(&credential("nowhere", SERVER)).unwrap_err();
    assert_eq!(fault, VaultError::NoAccount(id("nowhere")));
}

/// Somebody who counts how often they are asked.
struct Counted(AtomicUsize);

impl Person for Counted {
    fn is_there(&self) -> bool {
        true
    }

    fn passphrase(&self, _: &str) -> Option<SecretString> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Some(secret("open sesame"))
    }

    fn line(&self, _: &str) -> Option<String> {
        None
    }

    fn tell(&self, _: &str) {}
}

#[test]
fn a_passphrase_is_asked_for_once_whoever_opens_what() {
    let stage = Stage::new();
    let guarded = stage.folder.path().join("guarded");
    let sealed = {
        let mut lock = age::scrypt::Recipient::new(secret("open sesame"));
        lock.set_work_factor(2);
        let key = fs::read(stage.folder.path().join("ada")).unwrap();
        age::encrypt_and_armor(&lock, &key).unwrap()
    };
    disk::write_whole(&guarded, sealed.as_bytes()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(&guarded, fs::Permissions::from_mode(0o600)).unwrap();
    }
    for account in ["harbour", "tower"] {
        stage.vault("ada").store(stage.folder.path(), &credential(account, SERVER)).unwrap();
    }
    let person = Arc::new(Counted(AtomicUsize::new(0)));
    let vault = stage.vault("ada").with_identity(Some(guarded.clone()), person.clone());
    std::thread::scope(|scope| {
        for account in ["harbour", "tower", "harbour"] {
            scope.spawn(|| vault.credential(&id(account)).unwrap());
        }
    });
    assert_eq!(person.0.load(Ordering::SeqCst), 1);
    let nobody = stage.vault("ada").with_identity(Some(guarded), Arc::new(Nobody));
    let refused = nobody.credential(&id("harbour")).unwrap_err();
    assert!(matches!(refused, KeyError::Closed(why) if why.contains("there is no terminal")));
}
