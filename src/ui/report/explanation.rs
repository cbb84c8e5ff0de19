//! A number's rows, in a terminal.

use super::{plain, push_wrapped};
use crate::report::{Explanation, Line, Period, Report};
use crate::time::Zone;
use crate::ui::{QUIET, STRONG, paint};

/// Returns a number with everything behind it.
pub fn explanation(report: &Report, explained: &Explanation, zone: &Zone, width: usize) -> String {
    let number = &explained.number;
    let definition = number.question.measure.definition();
    let period = report.periods.get(number.question.period).map(Period::name).unwrap_or_default();
    let of = plain(report.name(&number.question.scope));
    let of = if of.is_empty() { plain(&number.question.scope.to_string()) } else { of };
    let mut out = String::new();
    push_wrapped(&mut out, &format!("{} of {of}, {period}: {}", definition.name, number.shown()), width, 0);
    if let Some(partly) = number.partly() {
        push_wrapped(&mut out, &partly, width, 0);
    }
    out.push('\n');
    push_wrapped(&mut out, definition.words, width, 0);
    push_wrapped(&mut out, definition.limit, width, 0);
    let headings = if explained.under.is_empty() { ["", ""] } else { ["ABOVE THE LINE", "BELOW THE LINE"] };
    for (heading, lines) in headings.iter().zip([&explained.over, &explained.under]) {
        if lines.is_empty() {
            continue;
        }
        out.push_str(&if heading.is_empty() {
            "\n".to_owned()
        } else {
            format!("\n{}\n", paint(STRONG, heading))
        });
        lines.iter().for_each(|line| one(&mut out, line, zone, width));
    }
    out.push('\n');
    push_wrapped(&mut out, &explained.sum, width, 0);
    out
}

fn one(out: &mut String, line: &Line, zone: &Zone, width: usize) {
    let mut words = vec![line.value.to_string()];
    words.extend(
        [&line.subject, &line.metric].into_iter().filter(|word| !word.is_empty()).map(|word| plain(word)),
    );
    if !line.name.is_empty() && line.name != line.metric {
        words.push(format!("(there `{}`)", plain(&line.name)));
    }
    push_wrapped(out, &words.join(" "), width, 0);
    let at = line.at.map(|at| format!(", {}", zone.local(at).format("%Y-%m-%d %H:%M"))).unwrap_or_default();
    for line in crate::ui::wrap::wrap(&format!("{}{at}", plain(&line.place)), width.saturating_sub(4)) {
        out.push_str(&format!("    {}\n", paint(QUIET, line)));
    }
}
