//! Who sees a post, and what is shown to them first.

use crate::draft::Visibility;
use crate::finding::{Code, Finding};

use super::Copy;

pub(super) fn warning_unsupported(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some(warning) = copy.sheet.warning().filter(|_| !copy.limits.warnings) else { return };
    let message = format!("{} has no content warnings: the text shows at once", copy.name());
    let help = match copy.limits.labels {
        true => format!(
            "say it in the text in `{variant}`, and `warning = \"\"`; `labels` hides pictures there",
            variant = copy.variant()
        ),
        false => format!("say it in the text in `{}`, and `warning = \"\"`", copy.variant()),
    };
    let finding = copy.finding(Code::WarningUnsupported, Some(warning.span.clone()), message);
    findings.push(finding.label("not shown there").help(help));
}

pub(super) fn labels_unsupported(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some(labels) = copy.sheet.labels().filter(|_| !copy.limits.labels) else { return };
    let message = format!("{} hides no post by its labels: everybody sees it at once", copy.name());
    let finding = copy.finding(Code::LabelsUnsupported, Some(labels.span.clone()), message);
    findings.push(finding.label("not taken there").help(format!(
        "take the account out of `to`, or say in `{}` what may be shown there, and `labels = []`",
        copy.variant()
    )));
}

pub(super) fn visibility_unsupported(copy: &Copy<'_>, findings: &mut Vec<Finding>) {
    let Some(visibility) = copy.sheet.visibility() else { return };
    let (taken, whom) = match visibility.value {
        Visibility::Public => return,
        Visibility::Unlisted => (copy.limits.unlisted, "those alone who have its link"),
        Visibility::Followers => (copy.limits.followers, "followers alone"),
    };
    if taken {
        return;
    }
    let message = format!("{} has no posts for {whom}", copy.name());
    let finding = copy.finding(Code::VisibilityUnsupported, Some(visibility.span.clone()), message);
    findings.push(finding.label("not taken there").help(format!(
        "take the account out of `to`, or write `visibility = \"public\"` in `{}`",
        copy.variant()
    )));
}
