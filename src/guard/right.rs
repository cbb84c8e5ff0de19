//! What a person may change, by what they are on the target branch.

use chrono::NaiveDate;

use crate::calendar::{Calendar, Person, Post, Request, Role};
use crate::draft::DepartmentId;

use super::Sides;

/// Why a change is not its author's to make, and what to do.
pub struct Refusal {
    pub message: String,
    pub help: String,
}

/// Files outside of the calendar's folders by which a branch could have its way with whoever checks it out, or with the
/// machine that checks it.
const STEERING: [&str; 6] =
    [".gitattributes", ".gitmodules", ".gitlab-ci.yml", "CODEOWNERS", ".github/", ".gitlab/"];

/// Tells why a person may not change a file, if they may not.
pub fn refusal(sides: Sides<'_>, person: &Person, path: &str, day: NaiveDate) -> Option<Refusal> {
    if let Some(until) = person.until.as_ref().filter(|until| day > until.value) {
        return Some(Refusal {
            message: format!("{} changed it, whose last day was {}", person.name, until.value),
            help:
                "somebody who is here still takes it over; a coordinator changes `until` on the target branch"
                    .to_owned(),
        });
    }
    if is_allowed(sides.target, person, path) || role(person) == Some(Role::Coordinator) {
        return None;
    }
    if let Some(outside) = steering(path) {
        let may = role(person) == Some(Role::It);
        return (!may).then(|| {
            by_whom(
                person,
                &format!("`{outside}` decides what runs and what is shown"),
                "a coordinator or it",
            )
        });
    }
    let (folder, rest) = path.split_once('/').unwrap_or(("", path));
    match folder {
        // What lies beside the calendar is for those who keep the rest of the repository.
        ".." => None,
        "posts" => posts(sides, person, path).or_else(|| authorship(sides, person, path)),
        "media" => picture(sides, person, path),
        "approvals" | "proposals" | "acknowledgements" | "training" if is_own(person, rest) => None,
        // A plan is anybody's to submit; what is decided on it is signed.
        "proposals" if path.ends_with(".md") => None,
        "approvals" | "proposals" | "acknowledgements" | "training"
            if folder != "training" || rest.contains('/') =>
        {
            // Whoever squashes a branch commits what others signed: their signature says that it is theirs.
            if sides.target.has_signed(sides.branch, path) {
                return None;
            }
            Some(by_whom(person, "it says what somebody else signed", "whoever signed it"))
        }
        "requests" => request(sides, person, path),
        "campaigns" => campaign(sides, person, path),
        "goals" | "schedule" | "events" | "mappings" | "readings" | "experiments"
            if role(person) == Some(Role::Manager) =>
        {
            None
        }
        "accounts" | "runners" | "vault" if role(person) == Some(Role::It) => None,
        _ if is_guarded(path) => {
            Some(by_whom(person, "it is one of the calendar's own rules", "a coordinator"))
        }
        _ => None,
    }
}

fn role(person: &Person) -> Option<Role> {
    person.role.as_ref().map(|role| role.value)
}

fn by_whom(person: &Person, why: &str, whose: &str) -> Refusal {
    let what = role(person).map_or("without a role", Role::as_str);
    Refusal {
        message: format!("{} ({what}) may not change it: {why}", person.name),
        help: format!(
            "take it out of the branch; it is for {whose} to change, or for whom `[[changes.allow]]` in kalends.toml \
             on the target branch names"
        ),
    }
}

/// Tells whether the target's policy lets a person change a file beyond what their role does.
fn is_allowed(target: &Calendar, person: &Person, path: &str) -> bool {
    let Some(policy) = &target.root.changes else { return false };
    policy.allow.iter().any(|allow| {
        let is_whom = role(person).is_some_and(|role| allow.roles.contains(&role))
            || allow.people.iter().any(|id| id.value == person.id);
        let is_there = |files: &String| {
            let files = files.trim_end_matches('/');
            path == files || path.strip_prefix(files).is_some_and(|rest| rest.starts_with('/'))
        };
        is_whom && allow.files.iter().any(|files| is_there(&files.value))
    })
}

/// Returns which of the steering files a path is, wherever it lies.
fn steering(path: &str) -> Option<&'static str> {
    let path = path.trim_start_matches("../");
    STEERING.into_iter().find(|steering| match steering.strip_suffix('/') {
        Some(folder) => path.split('/').any(|part| part.eq_ignore_ascii_case(folder)),
        None => path.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case(steering)),
    })
}

/// Tells whether a file in a folder of signed things is named after the person.
fn is_own(person: &Person, rest: &str) -> bool {
    let parts: Vec<&str> = rest.split('/').collect();
    matches!(parts.as_slice(), [_, name] if name.strip_suffix(".toml") == Some(person.id.as_str()))
}

/// Tells whether a path is a part of the calendar that says how things are done.
fn is_guarded(path: &str) -> bool {
    let folder = path.split('/').next().unwrap_or_default();
    let rules = [
        "people",
        "departments",
        "accounts",
        "runners",
        "vault",
        "protocols",
        "facts",
        "training",
        "schedule",
        "goals",
        "events",
        "experiments",
        "mappings",
        "readings",
    ];
    path == "kalends.toml" || rules.iter().any(|rule| folder.eq_ignore_ascii_case(rule))
}

/// Tells whether a person writes for a department, by the target's word.
fn writes_for(target: &Calendar, person: &Person, department: &DepartmentId) -> bool {
    let belongs = person.department.as_ref().is_some_and(|own| own.value == *department);
    let named = target.departments.get(department).is_some_and(|department| {
        department.coordinator.as_ref().is_some_and(|id| id.value == person.id)
            || department.contributors.iter().any(|id| id.value == person.id)
    });
    belongs || named
}

/// Tells whether a person writes for any department, by the target's word.
fn writes_for_any(target: &Calendar, person: &Person) -> bool {
    person.department.is_some() || target.departments.keys().any(|id| writes_for(target, person, id))
}

/// Tells why a person may not say of a post who wrote it: who approves it and who has read what hang on that word.
fn authorship(sides: Sides<'_>, person: &Person, path: &str) -> Option<Refusal> {
    let Sides { target, branch } = sides;
    let find = |calendar: &'_ Calendar| calendar.posts.iter().find(|post| post.file == path).cloned();
    let (before, after) = (find(target), find(branch)?);
    let said = |post: &Post| post.author.as_ref().map(|at| at.value.clone());
    if before.as_ref().is_some_and(|before| said(before) == said(&after)) {
        return None;
    }
    let hangs = target.asks_for_approvals() || target.asks_for_readers();
    let why = match said(&after) {
        Some(author) if author == person.id => return None,
        Some(author) => {
            let department = after.department.as_ref().map(|at| &at.value);
            let answers = department.is_some_and(|id| {
                let own = target.departments.get(id).and_then(|own| own.coordinator.as_ref());
                own.is_some_and(|own| own.value == person.id)
                    && target.people.get(&author).is_some_and(|author| writes_for(target, author, id))
            });
            if answers {
                return None;
            }
            format!("it says that `{author}` wrote it, and {} did", person.id)
        }
        None if hangs => "it does not say who wrote it, and who approves it hangs on that".to_owned(),
        None => return None,
    };
    Some(Refusal {
        message: format!("{} may not change it so: {why}", person.name),
        help: format!(
            "write `author = \"{}\"`; a department's coordinator names those who write for it",
            person.id
        ),
    })
}

/// Tells why a person may not change a picture: posts of others show it, and none of theirs.
fn picture(sides: Sides<'_>, person: &Person, path: &str) -> Option<Refusal> {
    let showing = sides.target.posts.iter().filter(|post| post.media_files().any(|file| file == path));
    let departments: Vec<Option<&DepartmentId>> =
        showing.map(|post| post.department.as_ref().map(|at| &at.value)).collect();
    let is_theirs = |department: &Option<&DepartmentId>| {
        department.is_none_or(|department| writes_for(sides.target, person, department))
    };
    if departments.is_empty() || departments.iter().any(is_theirs) {
        return None;
    }
    Some(by_whom(
        person,
        "posts of other departments show it, and none of theirs",
        "one of these departments",
    ))
}

fn posts(sides: Sides<'_>, person: &Person, path: &str) -> Option<Refusal> {
    let Sides { target, branch } = sides;
    let of = |calendar: &'_ Calendar| -> Option<Option<DepartmentId>> {
        let post = calendar.posts.iter().find(|post: &&Post| post.file == path)?;
        Some(post.department.as_ref().map(|department| department.value.clone()))
    };
    // As it was, and as it shall be: a post is neither taken from a department nor given to one.
    let departments: Vec<Option<DepartmentId>> = of(target).into_iter().chain(of(branch)).collect();
    let refused = departments.iter().find_map(|department| match department {
        Some(department) if writes_for(target, person, department) => None,
        Some(department) => Some(format!("it is a post of `{department}`, for which they do not write")),
        None if !writes_for_any(target, person) => None,
        None => Some("it is a post of no department, and they write for one".to_owned()),
    });
    if let Some(why) = refused {
        return Some(by_whom(person, &why, "that department, or a coordinator"));
    }
    let post = branch.posts.iter().find(|post| post.file == path)?;
    let department =
        post.department.as_ref().and_then(|department| target.departments.get(&department.value))?;
    let own = &department.accounts;
    let other =
        post.to.value.iter().find(|to| !own.is_empty() && own.iter().all(|id| id.value != to.value))?;
    let why = format!("on the target branch `{}` may not use the account `{}`", department.id, other.value);
    Some(by_whom(person, &why, "a coordinator"))
}

/// A department asks for its own posts; whom it asks, and coordinators, answer.
fn request(sides: Sides<'_>, person: &Person, path: &str) -> Option<Refusal> {
    fn of<'a>(calendar: &'a Calendar, path: &str) -> Option<&'a Request> {
        calendar.requests.values().find(|request| request.file == path)
    }
    let (before, after) = (of(sides.target, path), of(sides.branch, path));
    let asks = |request: &Request| match &request.department {
        Some(department) => writes_for(sides.target, person, &department.value),
        None => request.from.as_ref().is_none_or(|from| from.value == person.id),
    };
    let answers = |request: &Request| {
        role(person) == Some(Role::DepartmentCoordinator)
            || request.asked().is_some_and(|asked| writes_for(sides.target, person, &asked.value))
    };
    let (is_asked_otherwise, is_answered) = match (before, after) {
        (Some(before), Some(after)) => (!before.asks_the_same(after), before.answer() != after.answer()),
        (None, Some(after)) => (true, after.answer() != (Vec::new(), Vec::new(), None)),
        (Some(_), None) => (true, false),
        (None, None) => return None,
    };
    // As it was, and as it shall be: nobody makes a request theirs by changing whom it is of.
    let mut versions = before.into_iter().chain(after);
    if is_asked_otherwise && !versions.clone().all(asks) {
        let why = "it is what another department asks for";
        return Some(by_whom(person, why, "that department, or a coordinator"));
    }
    if is_answered && !versions.next().is_some_and(answers) {
        let why = "it says what became of a request";
        return Some(by_whom(person, why, "the department that is asked, or a coordinator"));
    }
    None
}

fn campaign(sides: Sides<'_>, person: &Person, path: &str) -> Option<Refusal> {
    let of = |calendar: &Calendar| {
        let found = calendar.campaigns.values().find(|campaign| campaign.file == path)?;
        Some(found.department.as_ref().map(|department| department.value.clone()))
    };
    let may = role(person) == Some(Role::DepartmentCoordinator)
        && of(sides.target).into_iter().chain(of(sides.branch)).all(|department| {
            department.is_some_and(|department| writes_for(sides.target, person, &department))
        });
    (!may).then(|| by_whom(person, "it is a campaign", "the coordinator of its department, or of all"))
}
