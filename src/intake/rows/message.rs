//! Messages of an inbox: that they came, and after how long they were answered.

use chrono::{DateTime, TimeDelta, Utc};

use crate::calendar::ColumnRole;
use crate::finding::{Code, Finding};
use crate::metric::Metric;
use crate::number::Amount;
use crate::reading::Figure;
use crate::spreadsheet::Place;

use super::super::Fact;
use super::super::cells::Cells;
use super::super::moment::When;
use super::Taker;
use super::target::Target;

impl Taker<'_> {
    /// Makes a message's facts: that it came, and after how long it was answered.
    pub(super) fn message(&mut self, cells: &mut Cells<'_, '_>, target: &Target) {
        let (received, replied) = (cells.when(ColumnRole::Received), cells.when(ColumnRole::Replied));
        let Some(When::At(received)) = received else {
            if received.is_some() {
                let finding = Finding::new(
                    Code::BadMoment,
                    &self.export.name,
                    format!("line {} names a day and no hour", cells.row.line),
                );
                cells.say(finding.help("an answer's time is counted from the hour that a message came at"));
            }
            return;
        };
        let place = cells.row.cells.first().map_or(Place::Text(0..0), |cell| cell.place.clone());
        let mut say = |metric, name: &str, value, unit: &str, until: DateTime<Utc>, what: &str| {
            let until = until.max(received + TimeDelta::seconds(1));
            self.taken.facts.push(Fact {
                figure: Figure {
                    read: self.asked.as_of,
                    subject: target.subject.clone(),
                    metric,
                    name: name.to_owned(),
                    value,
                    unit: unit.to_owned(),
                    window: Some((received, until)),
                    definition: what.to_owned(),
                },
                file: self.export.name.clone(),
                line: cells.row.line,
                place: place.clone(),
            });
        };
        say(Metric::Messages, "received", Amount::whole(1), "", received, "a message that somebody sent");
        match replied {
            Some(When::At(replied)) if replied >= received => {
                let seconds = Amount::whole((replied - received).num_seconds());
                say(
                    Metric::FirstReply,
                    "replied",
                    seconds,
                    "s",
                    replied,
                    "seconds from a message to its first answer",
                );
            }
            Some(_) => {
                let message =
                    format!("line {}: the message is answered before it came, or at no hour", cells.row.line);
                let finding = Finding::new(Code::BadMoment, &self.export.name, message);
                cells.say(finding.help("see whether the two columns are of one zone, and both have hours"));
            }
            None => {}
        }
    }
}
