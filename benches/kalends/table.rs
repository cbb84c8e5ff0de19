//! The figures as a table that a README can take as it is.

use std::fmt::Write as _;

use crate::measure::{Pair, Taken};

/// One line of the table.
pub struct Row {
    /// What is measured.
    pub ours: String,
    /// What it is held against.
    pub theirs: String,
    /// The most that the ratio should be.
    pub aim: f64,
    /// What was measured.
    pub pair: Pair,
}

/// Returns the table. Each figure is a median, with the least and the most behind it.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from(
        "| what | time | against | time | ratio | aim | peak memory |\n|---|---|---|---|---|---|---|\n",
    );
    for row in rows {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} | **{}** | {:.2} | {} / {} |",
            row.ours,
            times(&row.pair.ours),
            row.theirs,
            times(&row.pair.theirs),
            spread(row.pair.ratios(), |ratio| format!("{ratio:.2}")),
            row.aim,
            peak(&row.pair.ours),
            peak(&row.pair.theirs),
        );
    }
    text
}

fn times(taken: &[Taken]) -> String {
    spread(taken.iter().map(|taken| taken.wall.as_secs_f64()).collect(), |seconds| match seconds {
        1.0.. => format!("{seconds:.2} s"),
        0.01.. => format!("{:.0} ms", seconds * 1e3),
        _ => format!("{:.2} ms", seconds * 1e3),
    })
}

/// Returns the most memory of any run.
fn peak(taken: &[Taken]) -> String {
    match taken.iter().filter_map(|taken| taken.peak_bytes).max() {
        Some(bytes) => format!("{:.0} MB", bytes as f64 / 1e6),
        None => "unknown".to_owned(),
    }
}

fn spread(mut numbers: Vec<f64>, show: impl Fn(f64) -> String) -> String {
    numbers.sort_by(f64::total_cmp);
    let (Some(least), Some(most)) = (numbers.first(), numbers.last()) else { return "nothing".to_owned() };
    let middle = numbers.get(numbers.len() / 2).copied().unwrap_or_default();
    format!("{} ({}–{})", show(middle), show(*least), show(*most))
}
