//! A report as a page that stands alone.

use crate::evidence::Evidence;
use crate::html::Html;
use crate::report::Report;
use crate::ui::page::album::Album;
use crate::ui::page::{Carry, document};

/// Returns the page.
pub fn page(_evidence: &Evidence<'_>, report: &Report, _album: &Album) -> String {
    document(Carry::Alone, &report.organisation, &Html::new())
}
