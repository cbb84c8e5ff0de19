//! What new files say.

use std::fmt::Write;

use chrono::{Days, NaiveDate, NaiveDateTime};

use crate::cli::init::quoted;

/// Returns a post.
pub fn post(
    title: &str,
    at: NaiveDateTime,
    department: Option<&str>,
    author: Option<&str>,
    to: &[&str],
    text: Option<&str>,
) -> String {
    let to: Vec<String> = to.iter().map(|account| quoted(account)).collect();
    let mut file = format!("title = {}\n", quoted(title));
    line(&mut file, "department", department);
    line(&mut file, "author", author);
    put(&mut file, format_args!("at = {}\nto = [{}]\n", at.format("%Y-%m-%dT%H:%M:%S"), to.join(", ")));
    match text {
        Some(text) => put(&mut file, format_args!("text = {}\n", quoted(text))),
        None => put(&mut file, format_args!("text = \"\"\"\n{title}\n\"\"\"\n")),
    }
    file.push_str(
        "# link = \"https://…\"
# tags = [\"OneWord\"]

# [[media]]
# file = \"media/…\"
# alt = \"What the picture shows, for those who cannot see it\"

# [for.ACCOUNT]          # what differs on one account
# text = \"…\"
",
    );
    file
}

/// Returns a person.
pub fn person(name: &str, role: &str, department: Option<&str>, today: NaiveDate) -> String {
    let mut file = format!("name = {}\nrole = {}\n", quoted(name), quoted(role));
    line(&mut file, "department", department);
    if role == "freelancer" {
        put(&mut file, format_args!("until = {}   # the last day they may post\n", later(today, 90)));
    }
    file.push_str("# email = \"…\"\n# signing_key = \"ssh-ed25519 …\"   # what they sign approvals with\n");
    file
}

/// Returns an account.
pub fn account(
    name: &str,
    platform: &str,
    server: Option<&str>,
    handle: Option<&str>,
    today: NaiveDate,
) -> String {
    let mut file = format!("platform = {}\n", quoted(platform));
    line(&mut file, "server", server);
    line(&mut file, "handle", handle);
    if platform == "feed" {
        put(&mut file, format_args!("title = {}\n", quoted(name)));
    }
    put(&mut file, format_args!("since = {today}   # posts before this day do not go here\n"));
    file.push_str("# departments = [\"…\"]   # who may use it; everybody if left out\n");
    file
}

/// Returns a department.
pub fn department(name: &str) -> String {
    format!(
        "name = {}
# coordinator = \"…\"        # who answers for its posts
# contributors = [\"…\"]
# accounts = [\"…\"]         # what it may use
# quota = {{ day = 3, week = 10 }}
",
        quoted(name)
    )
}

/// Returns a campaign.
pub fn campaign(name: &str, today: NaiveDate) -> String {
    format!(
        "name = {}
from = {today}
until = {}
# goal = \"…\"
# tag = \"OneWord\"
# brief = \"What it is for\"
",
        quoted(name),
        later(today, 30)
    )
}

/// Returns a goal.
pub fn goal(name: &str, today: NaiveDate) -> String {
    format!(
        "name = {}
metric = \"followers\"    # what is counted
target = 1000
by = {}
# baseline = 800
# account = \"…\"
",
        quoted(name),
        later(today, 90)
    )
}

/// Returns a protocol with one rule that no post breaks by chance, and others to choose from.
pub fn protocol(title: &str) -> String {
    format!(
        "title = {}
text = \"\"\"
What people read and agree to, in plain words.
\"\"\"
# acknowledge = \"coordinators\"   # who signs that they read it before their posts go out; or \"everyone\"
# training = [\"…\"]              # what they must have learnt: ids of training/

# Each rule is tried on every post, and on its own examples; what breaks it is not published.
[[rule]]
kind = \"pattern\"
say = \"One exclamation mark is enough\"   # what is said where a post breaks the rule
severity = \"warning\"                    # \"error\" holds the post
pattern = '!\\s*!'
good = [\"Come and see!\"]
bad = [\"Come and see!!\"]

# [[rule]]
# kind = \"forbidden-words\"   # `kalends schema protocol` has every kind
# say = \"…\"
# words = [\"…\"]
# departments = [\"…\"]        # whom it is for: also accounts, platforms, campaigns, topics; all if left out
",
        quoted(title)
    )
}

/// What somebody asks for.
pub struct Asked<'a> {
    pub title: &'a str,
    pub department: Option<&'a str>,
    pub from: Option<&'a str>,
    pub to_department: Option<&'a str>,
    pub wanted: Option<NaiveDate>,
    pub accounts: &'a [String],
    pub text: Option<&'a str>,
    pub why: Option<&'a str>,
}

/// Returns a request; what was not said stands in it as a comment.
pub fn request(asked: &Asked<'_>, today: NaiveDate) -> String {
    let mut file = format!("title = {}\n", quoted(asked.title));
    let mut or_else = |key: &str, value: Option<&str>, comment: &str| match value {
        Some(value) => put(&mut file, format_args!("{key} = {}\n", quoted(value))),
        None => file.push_str(comment),
    };
    let is_nobody = asked.department.is_none() && asked.from.is_none();
    let who = if is_nobody { "department = \"…\"        # the department that asks\n" } else { "" };
    or_else("department", asked.department, who);
    or_else("from", asked.from, "# from = \"…\"            # the person who asks\n");
    or_else(
        "to_department",
        asked.to_department,
        "# to_department = \"…\"   # whom you ask, if it is another department\n",
    );
    or_else("why", asked.why, "# why = \"…\"             # why, and for whom\n");
    or_else("text", asked.text, "# text = \"…\"            # what the post is to say\n");
    match asked.wanted {
        Some(wanted) => put(&mut file, format_args!("wanted = {wanted}\n")),
        None => put(
            &mut file,
            format_args!(
                "# wanted = {}     # the day it is wanted on; any day if left out\n",
                later(today, 14)
            ),
        ),
    }
    put(&mut file, format_args!("# until = {}      # the last day that will do\n", later(today, 21)));
    match asked.accounts {
        [] => file.push_str("# accounts = [\"…\"]      # where; whoever takes it chooses if left out\n"),
        accounts => {
            let accounts: Vec<String> = accounts.iter().map(|account| quoted(account)).collect();
            put(&mut file, format_args!("accounts = [{}]\n", accounts.join(", ")));
        }
    }
    file.push_str(
        "# link = \"https://…\"

# [[media]]
# file = \"media/…\"
# alt = \"What the picture shows, for those who cannot see it\"

# What becomes of it is written below by whoever takes it: kalends request list shows it.
",
    );
    file
}

/// Returns a training with one question of each kind, right as they stand.
pub fn training(title: &str) -> String {
    format!(
        "title = {}
# What is to be read before the questions: short, and with an example.
text = \"\"\"
What people should know, in plain words.
\"\"\"
# pass = 0.8          # the share of the questions that must be right; all if left out
# valid = \"1y\"        # how long it counts; for good if left out
# since = 2027-09-01  # the first day on which posts wait for it; at once if left out

# A protocol asks for it: training = [\"THIS FILE'S NAME\"] in a file of protocols/.

[[question]]
ask = \"Who must know what this training teaches?\"
options = [\"Whoever posts for us\", \"Nobody\"]
answer = \"Whoever posts for us\"             # several right ones: answer = [\"…\", \"…\"]
why = \"What goes out under our name is ours, whoever wrote it\"

[[question]]
ask = \"In one word: what do we call the file that says how we post?\"
answer = [\"protocol\", \"a protocol\"]        # without options: each way of saying it, in any case
why = \"Protocols lie in protocols/; kalends check tries their rules on every post\"
",
        quoted(title)
    )
}

fn later(today: NaiveDate, days: u64) -> NaiveDate {
    today.checked_add_days(Days::new(days)).unwrap_or(today)
}

fn line(file: &mut String, key: &str, value: Option<&str>) {
    if let Some(value) = value {
        put(file, format_args!("{key} = {}\n", quoted(value)));
    }
}

fn put(file: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    _ = file.write_fmt(words);
}
