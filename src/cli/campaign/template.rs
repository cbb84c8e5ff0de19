//! What a new campaign's file says, and the first words of its posts.

use std::fmt::Write as _;

use chrono::NaiveDate;

use crate::calendar::{Planned, Tactic};
use crate::cli::init::quoted;

/// A campaign that is to be written.
pub struct Outline<'a> {
    pub id: &'a str,
    pub name: &'a str,
    pub days: (NaiveDate, NaiveDate),
    pub goal: Option<&'a str>,
    pub department: Option<&'a str>,
    pub tag: Option<&'a str>,
    pub link: Option<&'a str>,
    pub rules: Option<&'a str>,
    /// Each step with the accounts that it goes to.
    pub steps: Vec<(Planned, Vec<&'a str>)>,
}

/// Returns a campaign's file; what is still to be said stands in it as comments. `posts` are the ids of the steps' posts, where
/// they are written.
pub fn outline(plan: &Outline<'_>, posts: &[&str]) -> String {
    let mut file = format!("name = {}\nfrom = {}\nuntil = {}\n", quoted(plan.name), plan.days.0, plan.days.1);
    say(
        &mut file,
        "goal",
        plan.goal,
        "# goal = \"…\"            # the goal it serves; or `metric` and `target` of its own\n",
    );
    say(&mut file, "department", plan.department, "# department = \"…\"\n");
    say(&mut file, "tag", plan.tag, "# tag = \"OneWord\"\n");
    say(&mut file, "link", plan.link, "# link = \"https://…\"\n");
    file.push_str(
        "# brief = \"What it is for\"

# Each step has a day, a tactic, and the number that will judge it. `kalends campaign check` tells what is missing.
",
    );
    for (index, (step, accounts)) in plan.steps.iter().enumerate() {
        put(&mut file, format_args!("\n# {}\n[[step]]\n", comment(step)));
        put(&mut file, format_args!("at = {}\n", step.at.format("%Y-%m-%dT%H:%M:%S")));
        put(&mut file, format_args!("tactic = \"{}\"\n", step.tactic.as_str()));
        if let Some(ends) = step.ends {
            put(&mut file, format_args!("ends = \"{}\"\n", ends.as_str()));
        }
        let accounts: Vec<String> = accounts.iter().map(|account| quoted(account)).collect();
        put(&mut file, format_args!("accounts = [{}]\n", accounts.join(", ")));
        if let Some(closes) = step.closes {
            put(&mut file, format_args!("closes = {closes}\n"));
        }
        let needs = step.tactic.needs();
        if needs.rules {
            say(
                &mut file,
                "rules",
                plan.rules,
                "# rules = \"https://…\"     # or the rules themselves, in a few words\n",
            );
        }
        if needs.tag && plan.tag.is_none() {
            file.push_str("# tag = \"OneWord\"         # the tag under which people show what they made\n");
        }
        if needs.rights {
            file.push_str(
                "# rights = \"…\"           # what people are told of the leave they give, in one sentence\n",
            );
        }
        if let Some(post) = posts.get(index) {
            put(&mut file, format_args!("post = {}\n", quoted(post)));
        }
        file.push_str("# metric = \"link clicks\"  # what is counted to judge this step\n# target = 200\n");
    }
    file
}

/// Says what a step is for.
fn comment(step: &Planned) -> &'static str {
    match (step.tactic, step.ends) {
        (_, Some(Tactic::Contest)) => "Who won: names the winner of the contest.",
        (_, Some(_)) => "The answer: says what came of the question.",
        (Tactic::Announce, None) => "The beginning: what comes, and when.",
        (Tactic::Poll, None) => "A poll: its post has a [poll].",
        (Tactic::Contest, None) => "A contest: with rules and a last day; a later step names the winner.",
        (Tactic::Question, None) => "A question: a later step answers it.",
        (Tactic::UserContent, None) => {
            "People show what they made, under a tag; they are told what leave they give."
        }
        (Tactic::Reminder, None) => "Once more, while there is time.",
        (Tactic::Thanks, None) => "Thanks to those who came.",
    }
}

/// Returns the first words of a step's post: what is known, for somebody to make a text of.
pub fn says(plan: &Outline<'_>, step: &Planned) -> String {
    let name = plan.name;
    let closes = step.closes.map_or_else(String::new, |day| format!(" until {}", day.format("%-d %B")));
    match (step.tactic, step.ends) {
        (_, Some(Tactic::Contest)) => format!("{name}: this is who won."),
        (_, Some(_)) => format!("{name}: you asked, we answer."),
        (Tactic::Announce, None) => format!("{name} begins on {}.", plan.days.0.format("%-d %B")),
        (Tactic::Poll, None) => format!("{name}: you choose{closes}. Which one?"),
        (Tactic::Contest, None) => {
            let rules = plan.rules.map_or_else(String::new, |rules| format!(" The rules: {rules}"));
            format!("{name}: take part{closes}.{rules}")
        }
        (Tactic::Question, None) => format!("{name}: what would you like to know? Ask us{closes}."),
        (Tactic::UserContent, None) => {
            let tag = plan.tag.map_or_else(String::new, |tag| format!(" with #{tag}"));
            format!("{name}: show us yours{tag}{closes}.")
        }
        (Tactic::Reminder, None) => format!("{name} goes on until {}.", plan.days.1.format("%-d %B")),
        (Tactic::Thanks, None) => format!("Thank you for {name}."),
    }
}

fn say(file: &mut String, key: &str, value: Option<&str>, comment: &str) {
    match value {
        Some(value) => put(file, format_args!("{key} = {}\n", quoted(value))),
        None => file.push_str(comment),
    }
}

fn put(file: &mut String, words: std::fmt::Arguments<'_>) {
    // Writing into a string cannot fail.
    _ = file.write_fmt(words);
}
