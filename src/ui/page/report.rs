//! A report as a page that stands alone: it runs no script, asks nothing of any server, and prints as it reads.

mod charts;
mod closing;
mod tables;

use crate::definition::{Measure, Part};
use crate::evidence::Evidence;
use crate::html::Html;
use crate::report::{GoalLine, Number, Ranked, Report, Scope, Which};
use crate::ui::chart;
use crate::ui::page::album::Album;
use crate::ui::page::{Carry, foot, long_moment, styled};

/// What a report's page has beside the style of every page.
const STYLE: &str = include_str!("report.css");

/// What a page is drawn from.
struct Desk<'a> {
    evidence: &'a Evidence<'a>,
    report: &'a Report,
    album: &'a Album,
}

/// Returns the page.
pub fn page(evidence: &Evidence<'_>, report: &Report, album: &Album) -> String {
    let desk = Desk { evidence, report, album };
    let name = report.period().name();
    let mut body = Html::new();
    body.raw("<div class=\"report\">\n");
    album.carry(&mut body);
    chart::patterns(&mut body);
    head(&mut body, &desk);
    body.raw("<main id=\"main\">\n");
    for part in Part::ALL {
        section(&mut body, part.as_str(), part.name(), part.question(), &desk.part(part));
    }
    for (id, heading, question, scopes) in [
        ("platforms", "By platform", "Where it happened.", &report.platforms),
        ("accounts", "By account", "Under which name.", &report.accounts),
        ("departments", "By department", "Whose posts they were.", &report.departments),
        ("campaigns", "By campaign", "What they belonged to.", &report.campaigns),
    ] {
        let mut content = Html::new();
        tables::groups(&mut content, report, id, scopes);
        if !content.is_empty() {
            section(&mut body, id, heading, question, &content);
        }
    }
    section(
        &mut body,
        "missing",
        "What is missing, and why",
        "What to know before believing a number.",
        &closing::missing(report),
    );
    section(
        &mut body,
        "definitions",
        "Definitions",
        "What each number means, and what it cannot say.",
        &closing::definitions(report),
    );
    body.end("main");
    foot(
        &mut body,
        "Made of the calendar, the ledger and the readings alone: the same commits give the same page.",
    );
    body.raw("</div>\n");
    styled(Carry::Alone, STYLE, &format!("{name} · {}", report.organisation), &body)
}

/// Writes the head: what it is of, up to when, in whose time, and the whole in plain words.
fn head(html: &mut Html, desk: &Desk<'_>) {
    let (report, zone) = (desk.report, desk.evidence.calendar.zone());
    html.raw("<header class=\"masthead\">\n");
    html.line("p", &[("class", "kicker"), ("dir", "auto")], &format!("{}: the numbers", report.organisation));
    html.line("h1", &[], &report.period().name());
    html.line("p", &[("class", "lead"), ("dir", "auto")], &report.summary.join(" "));
    html.raw("<dl class=\"facts\">\n");
    let cutoff = long_moment(zone.local(report.period().cutoff));
    let mut facts = vec![
        ("As it stood on".to_owned(), cutoff),
        ("Counted in the time of".to_owned(), report.zone.clone()),
    ];
    facts.extend(report.periods.iter().skip(1).map(|other| {
        let stood = zone.local(other.cutoff).format("%-d %B %Y");
        ("Compared with".to_owned(), format!("{}, as it stood on {stood}", other.name()))
    }));
    facts.extend(report.commits.iter().map(|(of, commit)| (format!("From the {of}"), commit.clone())));
    for (what, is) in facts {
        html.raw("<div>").word("dt", &[], &what).word("dd", &[], &is).end("div");
    }
    html.raw("</dl>\n<nav class=\"contents\" aria-label=\"Sections\">\n<ul>\n");
    let parts = Part::ALL.map(|part| (part.as_str(), part.name()));
    let others = [
        ("platforms", "Platforms", report.platforms.len()),
        ("accounts", "Accounts", report.accounts.len()),
        ("departments", "Departments", report.departments.len()),
        ("campaigns", "Campaigns", report.campaigns.len()),
        ("missing", "Missing", 1),
        ("definitions", "Definitions", 1),
    ];
    let others = others.into_iter().filter(|(.., count)| *count > 0).map(|(id, name, _)| (id, name));
    for (id, name) in parts.into_iter().chain(others) {
        html.raw("<li>").word("a", &[("href", &format!("#{id}"))], name).end("li");
    }
    html.raw("</ul>\n").end("nav").end("header");
}

fn section(html: &mut Html, id: &str, heading: &str, question: &str, content: &Html) {
    html.open("section", &[("aria-labelledby", id)]).raw("\n").line("h2", &[("id", id)], heading);
    html.line("p", &[("class", "question")], question).add(content).end("section");
}

impl Desk<'_> {
    /// Returns what stands in a part.
    fn part(&self, part: Part) -> Html {
        let (report, mut html) = (self.report, Html::new());
        if part == Part::Objectives {
            self.goals(&mut html);
            return html;
        }
        let measures = report.measures(part, &report.sides);
        if measures.is_empty() {
            let words = if part == Part::Impact {
                "Nothing is given of what it was worth: no goal with a number, no revenue, no spend."
            } else {
                "Nothing is known of it."
            };
            html.line("p", &[], words);
        }
        tables::sides(&mut html, report, part, &measures);
        match part {
            Part::Outputs => {
                report.sides.iter().for_each(|side| charts::kept(&mut html, report, side));
                closing::reasons(&mut html, self.evidence, report);
                charts::compared(&mut html, report, Measure::Impressions);
            }
            Part::OutTakes => {
                charts::compared(&mut html, report, Measure::Engagements);
                charts::followers(&mut html, report);
                self.posts(&mut html);
            }
            Part::Outcomes => charts::compared(&mut html, report, Measure::Sessions),
            Part::Impact if measures.iter().all(|(measure, _)| *measure == Measure::GoalsReached) => {
                html.line("p", &[], "No money is given: neither revenue nor advertising spend.");
            }
            _ => {}
        }
        html
    }

    fn goals(&self, html: &mut Html) {
        if self.report.goals.is_empty() {
            html.line(
                "p",
                &[],
                "The calendar has no goals: goals/<id>.toml says what its posts are to reach.",
            );
            return;
        }
        html.raw("<div class=\"goals\">\n");
        for goal in &self.report.goals {
            html.raw("<article>\n").line("h3", &[("dir", "auto")], &goal.name);
            let by = goal.by.map(|by| format!(" by {}", by.format("%-d %B %Y"))).unwrap_or_default();
            html.raw("<p>").word("span", &[("class", "verdict")], &capital(goal.verdict.word()));
            html.say(&format!(": {}{by}.", goal.metric));
            html.raw("</p>\n");
            charts::goal(html, self.report, goal);
            self.goal_numbers(html, goal);
            html.end("article");
        }
        html.end("div");
    }

    /// Writes a goal's numbers, each under its id.
    fn goal_numbers(&self, html: &mut Html, goal: &GoalLine) {
        html.raw("<table>\n");
        html.word("caption", &[("class", "unseen")], &format!("Numbers of the goal {}", goal.name))
            .raw("\n<tbody>\n");
        let asked = [
            Measure::GoalBaseline,
            Measure::GoalTarget,
            Measure::GoalNow,
            Measure::GoalMoved,
            Measure::GoalWay,
        ];
        for measure in asked {
            let Some(number) = self.report.number(measure, &goal.scope(), Which::This) else { continue };
            html.raw("<tr>").word("th", &[("scope", "row")], &capital(measure.name()));
            html.word("td", &[("class", "number"), ("id", &number.id)], &number.shown()).end("tr");
        }
        if let Some(outlook) = &goal.outlook {
            let shown = |amount: crate::number::Amount| {
                crate::report::show(crate::report::Value::Amount(amount), Measure::GoalNow, None)
            };
            html.raw("<tr>").word("th", &[("scope", "row")], "Forecast for its day, and 90% interval");
            let words =
                format!("{} ({} to {})", shown(outlook.middle), shown(outlook.low), shown(outlook.high));
            html.word("td", &[("class", "number")], &words).end("tr");
        }
        html.raw("</tbody>\n</table>\n");
    }

    /// Writes the best and the worst posts of each side, with their pictures.
    fn posts(&self, html: &mut Html) {
        for ranking in &self.report.rankings {
            let name = self.report.name(&ranking.side);
            for (word, ranked) in [("Best", &ranking.best), ("Worst", &ranking.worst)] {
                if !ranked.is_empty() {
                    html.line("h3", &[("dir", "auto")], &format!("{word} posts of {name}"));
                    html.raw("<ol class=\"posts\">\n");
                    ranked.iter().for_each(|one| self.post(html, one));
                    html.end("ol");
                }
            }
            if ranking.rate.is_none() {
                html.line("h3", &[("dir", "auto")], &format!("Best and worst posts of {name}"));
            }
            html.line("p", &[("class", "aside")], &ranking.rule());
        }
    }

    fn post(&self, html: &mut Html, ranked: &Ranked) {
        let work = self.evidence.works.get(ranked.work as usize);
        let (Some(work), Some(number)) = (work, self.report.numbers.get(&ranked.number)) else { return };
        html.raw("<li>");
        if let Some(picture) = &work.picture {
            self.album.show(html, Carry::Alone, picture, &format!("Picture of the post “{}”", work.title));
        }
        html.line("p", &[("class", "rate"), ("id", &number.id)], &number.shown());
        html.raw("<p class=\"title\" dir=\"auto\">");
        match &work.url {
            Some(url) => html.link(url, &work.title),
            None => html.say(&work.title),
        };
        let local = self.evidence.calendar.zone().local(work.published);
        let where_and_when = format!("{}, {}", work.account, local.format("%-d %B, %H:%M"));
        html.raw("</p>\n").line("p", &[("class", "aside")], &where_and_when).end("li");
    }
}

/// Returns words with a capital at their beginning.
fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + letters.as_str())
        .unwrap_or_default()
}

/// Returns a number's words for a drawing, where it is known.
fn drawn(number: Option<&Number>) -> Option<(f64, String)> {
    number.map(|number| (number.value.approximate(), number.shown()))
}

/// Returns a scope's place in the page's ids.
fn slug(scope: &Scope) -> String {
    scope.to_string().replace('.', "-")
}
