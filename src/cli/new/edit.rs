//! The user's editor.

use std::path::Path;
use std::process::Command;

use crate::rim::environment;
use crate::ui::Ui;

/// Opens a file in the editor that `VISUAL` or `EDITOR` names, and waits for it. That there is none is no failure.
pub fn open(ui: &mut Ui, path: &Path) {
    let Some(words) = environment::variable("VISUAL").or_else(|| environment::variable("EDITOR")) else {
        return;
    };
    let mut words = words.split_whitespace();
    let Some(program) = words.next() else { return };
    if let Err(fault) = Command::new(program).args(words).arg(path).status() {
        ui.warning(format!("the editor {program} cannot be started: {fault}"));
    }
}
