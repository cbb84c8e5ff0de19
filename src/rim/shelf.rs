//! The shelf: the disk behind `feed:`, which answers as a server would.
//!
//! A feed is a folder of the calendar. `feed.json` is the truth: it is what a look reads, and it is written last, so
//! a crash between two files leaves a post that is not found, and sending it again makes all three agree. Every file
//! is whole at every instant: written aside, flushed, renamed. One lock a folder keeps writers apart and lets a
//! reader wait for a writer to end.

mod whole;

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};

use crate::http::{Broken, Http, Method, Request, Response};
use crate::platform::feed::{Collection, Entry, atom, json, page};

use whole::{Step, Trouble, advice};

const LOCK: &str = ".kalends.lock";

/// The folders of feeds under a calendar's root.
pub struct Shelf {
    /// The calendar's root. No feed leaves it.
    pub root: PathBuf,
}

/// What a request is about.
struct Address<'a> {
    folder: &'a str,
    is_media: bool,
    name: &'a str,
}

/// A feed's folder, on this disk and as people name it.
struct Folder {
    disk: PathBuf,
    name: String,
}

impl Http for Shelf {
    /// Answers a request. What stops it before anything changed is [`Broken::BeforeSending`], so that it may be sent
    /// again; what stops it after the first file was replaced is [`Broken::AfterSending`].
    fn send(&self, request: &Request) -> Result<Response, Broken> {
        match self.answer(request, &|_| Ok(())) {
            Ok((status, body)) => {
                Ok(Response { status, headers: Vec::new(), body: body.into_bytes().into() })
            }
            Err(Trouble::Before(why)) => Err(Broken::BeforeSending(why)),
            Err(Trouble::After(why)) => Err(Broken::AfterSending(why)),
        }
    }
}

type Answer = Result<(u16, String), Trouble>;

impl Shelf {
    /// Answers a request, asking `step` before each thing that it does to the disk.
    fn answer(&self, request: &Request, step: Step<'_>) -> Answer {
        let address = address(&request.url)?;
        match (request.method, address.is_media) {
            (Method::Put, true) => self.put_media(&address, &request.body, step),
            (Method::Put, false) => self.put_entry(&address, &request.body, step),
            (Method::Get, false) => self.get_entry(&address),
            (Method::Delete, false) => self.delete_entry(&address, step),
            (method, _) => Ok((405, format!("the shelf does not answer {method} {}", request.url))),
        }
    }

    fn put_media(&self, address: &Address<'_>, bytes: &[u8], step: Step<'_>) -> Answer {
        let folder = self.make_folder(address.folder)?;
        let _lock = folder.lock()?;
        let media = self.make_folder(&format!("{}/media", address.folder))?;
        whole::sweep(&media.disk);
        whole::write(&media.disk, &media.name, &[(address.name, bytes)], step)?;
        Ok((201, String::new()))
    }

    fn put_entry(&self, address: &Address<'_>, body: &[u8], step: Step<'_>) -> Answer {
        let entry = match Entry::read(body) {
            Ok(entry) if entry.key == address.name => entry,
            Ok(entry) => return Ok((400, format!("the post's key is {}, not {}", entry.key, address.name))),
            Err(why) => return Ok((400, why)),
        };
        let folder = self.make_folder(address.folder)?;
        let _lock = folder.lock()?;
        whole::sweep(&folder.disk);
        let stored = folder.read()?;
        if stored.is_none() {
            folder.is_free()?;
        }
        for media in &entry.media {
            let path = folder.disk.join("media").join(&media.name);
            if !is_name(&media.name) || !path.is_file() {
                return Err(Trouble::Before(format!(
                    "{}/media/{} is not there: it must be copied before the post that shows it; run again",
                    folder.name, media.name
                )));
            }
        }
        let (is_new, collection) = match stored {
            Some(mut collection) => (collection.put(entry), collection),
            None => (true, Collection::new(entry)),
        };
        folder.write(&collection, step)?;
        Ok((if is_new { 201 } else { 200 }, String::new()))
    }

    fn get_entry(&self, address: &Address<'_>) -> Answer {
        let Some(folder) = self.folder(address.folder)? else { return Ok((404, "no such feed".to_owned())) };
        let _lock = folder.lock_to_read()?;
        let stored = folder.read()?;
        let Some(entry) = stored.as_ref().and_then(|collection| collection.get(address.name)) else {
            return Ok((404, "no such post".to_owned()));
        };
        let body = serde_json::to_string(entry).map_err(|error| Trouble::Before(error.to_string()))?;
        Ok((200, body))
    }

    /// Takes an entry down, and then the media that no other entry shows.
    fn delete_entry(&self, address: &Address<'_>, step: Step<'_>) -> Answer {
        let Some(folder) = self.folder(address.folder)? else { return Ok((404, "no such feed".to_owned())) };
        let _lock = folder.lock()?;
        whole::sweep(&folder.disk);
        let Some(mut collection) = folder.read()? else { return Ok((404, "no such feed".to_owned())) };
        let removed = collection.remove(address.name);
        // Also where there was nothing to remove: a post may stand on the page alone, after a crash.
        folder.write(&collection, step)?;
        let Some(removed) = removed else { return Ok((404, "no such post".to_owned())) };
        let shown = collection.media();
        let gone =
            removed.media.iter().filter(|media| is_name(&media.name) && !shown.contains(media.name.as_str()));
        for media in gone {
            let path = folder.disk.join("media").join(&media.name);
            match fs::remove_file(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    let name = format!("{}/media/{}", folder.name, media.name);
                    return Err(Trouble::After(format!(
                        "{name} could not be removed: {error}{}",
                        advice(&error)
                    )));
                }
                _ => {}
            }
        }
        Ok((200, String::new()))
    }

    /// Returns a feed's folder, made if it is not there.
    fn make_folder(&self, name: &str) -> Result<Folder, Trouble> {
        if let Some(folder) = self.folder(name)? {
            return Ok(folder);
        }
        let trouble = |error: io::Error| {
            Trouble::Before(format!("the folder {name} cannot be made: {error}{}", advice(&error)))
        };
        let disk = self.root.join(name);
        fs::create_dir_all(&disk).map_err(trouble)?;
        // The new names must last as long as what will be written under them.
        for parent in disk.ancestors().skip(1).take_while(|parent| parent.starts_with(&self.root)) {
            whole::flush_folder(parent).map_err(trouble)?;
        }
        self.folder(name)?
            .ok_or_else(|| Trouble::Before(format!("the folder {name} is gone again; run again")))
    }

    /// Returns a feed's folder if it is there. One that leaves the calendar is refused, also by a symbolic link.
    fn folder(&self, name: &str) -> Result<Option<Folder>, Trouble> {
        let refuse = |why: &str| {
            Err(Trouble::Before(format!(
                "the feed's folder `{name}` {why}: give the account a `folder` inside the calendar"
            )))
        };
        let is_plain = |part: Component<'_>| match part {
            Component::Normal(part) => !part.as_encoded_bytes().starts_with(b"."),
            _ => false,
        };
        if name.is_empty() || name.contains(['\\', '\0', ':']) || !Path::new(name).components().all(is_plain)
        {
            return refuse("is not a plain folder of the calendar");
        }
        let unreadable = |path: &Path, error: io::Error| {
            Trouble::Before(format!("{} cannot be read: {error}{}", path.display(), advice(&error)))
        };
        let root = self.root.canonicalize().map_err(|error| unreadable(&self.root, error))?;
        let mut disk = root.clone();
        for part in Path::new(name).components() {
            disk.push(part);
            match fs::symlink_metadata(&disk) {
                Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
                Err(error) => return Err(unreadable(&disk, error)),
                Ok(found) if found.is_dir() => {}
                Ok(found) if found.is_symlink() => match disk.canonicalize() {
                    Ok(real) if real.starts_with(&root) && real.is_dir() => disk = real,
                    _ => return refuse("is a symbolic link that leads out of the calendar, or nowhere"),
                },
                Ok(_) => return refuse("is a file"),
            }
        }
        Ok(Some(Folder { disk, name: name.to_owned() }))
    }
}

impl Folder {
    /// Waits until this is the only one to write here. The lock ends with the value, or with the process.
    fn lock(&self) -> Result<File, Trouble> {
        let path = self.disk.join(LOCK);
        let open = || {
            if path.is_symlink() {
                fs::remove_file(&path)?;
            }
            let file = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&path)?;
            file.lock()?;
            Ok(file)
        };
        open().map_err(|error: io::Error| self.trouble(LOCK, "cannot be locked", &error))
    }

    /// Waits for a writer to end. Where nobody ever wrote there is nothing to wait for.
    fn lock_to_read(&self) -> Result<Option<File>, Trouble> {
        let locked = File::open(self.disk.join(LOCK)).and_then(|file| file.lock_shared().map(|()| file));
        match locked {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.trouble(LOCK, "cannot be locked", &error)),
        }
    }

    /// Reads what is published here. A file that is broken is never taken for an empty one.
    fn read(&self) -> Result<Option<Collection>, Trouble> {
        let text = match fs::read_to_string(self.disk.join("feed.json")) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(self.trouble("feed.json", "cannot be read", &error)),
        };
        json::read(&text).map(Some).map_err(|why| {
            Trouble::Before(format!(
                "{}/feed.json {why}; nothing was changed: put the last good one back, from git or a backup",
                self.name
            ))
        })
    }

    /// Makes sure that a folder without `feed.json` holds nobody's page, and no feed whose truth was lost.
    ///
    /// A page of ours with one post is what a crash leaves while the first post is written.
    fn is_free(&self) -> Result<(), Trouble> {
        let files =
            [("index.html", page::MARK, "<article class=\"post\""), ("atom.xml", atom::MARK, "<entry")];
        for (name, mark, post) in files {
            let text = match fs::read(self.disk.join(name)) {
                Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                Err(error) => return Err(self.trouble(name, "cannot be read", &error)),
            };
            let why = if !text.contains(mark) {
                "was not written by kalends and would be overwritten: move it away, or give the account another `folder`"
            } else if text.matches(post).count() > 1 {
                "shows posts, but the feed.json beside it is gone: put it back, from git or a backup; to begin anew, \
                 move index.html and atom.xml away"
            } else {
                continue;
            };
            return Err(Trouble::Before(format!("{}/{name} {why}", self.name)));
        }
        Ok(())
    }

    /// Writes the three files, `feed.json` last; those that say the same already stay as they are.
    fn write(&self, collection: &Collection, step: Step<'_>) -> Result<(), Trouble> {
        let truth = json::write(collection)
            .map_err(|why| Trouble::Before(format!("{}/feed.json cannot be written: {why}", self.name)))?;
        let page = page::write(collection);
        let atom = atom::write(collection);
        let files =
            [("index.html", page.as_bytes()), ("atom.xml", atom.as_bytes()), ("feed.json", truth.as_bytes())];
        whole::write(&self.disk, &self.name, &files, step)
    }

    fn trouble(&self, file: &str, what: &str, error: &io::Error) -> Trouble {
        Trouble::Before(format!("{}/{file} {what}: {error}{}", self.name, advice(error)))
    }
}

/// Reads `feed:FOLDER/entries/KEY` or `feed:FOLDER/media/NAME`.
fn address(url: &str) -> Result<Address<'_>, Trouble> {
    let parts = || {
        let (rest, name) = url.strip_prefix("feed:")?.rsplit_once('/')?;
        let (folder, kind) = rest.rsplit_once('/')?;
        let is_media = kind == "media";
        ((is_media || kind == "entries") && is_name(name)).then_some(Address { folder, is_media, name })
    };
    parts().ok_or_else(|| Trouble::Before(format!("the shelf has no place for {url:?}")))
}

/// Tells whether a name is a plain file's name: no separator, no hidden file, at most 250 bytes.
fn is_name(name: &str) -> bool {
    (1..=250).contains(&name.len())
        && !name.starts_with('.')
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'_'))
}

#[cfg(test)]
mod tests;
