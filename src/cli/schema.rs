//! `kalends schema`

use clap::builder::PossibleValuesParser;

use crate::calendar::{Kind, schema};
use crate::cli::here::Here;
use crate::error::{Error, Outcome};
use crate::ui::{Ui, plural};

/// Where `--write` puts the schemas, relative to the calendar's root.
const FOLDER: &str = ".kalends/schema";

/// Writes the JSON Schema of a kind of file, for editors.
///
/// An editor that knows TOML completes keys and marks mistakes by it: in a post, say
/// `#:schema ../../../.kalends/schema/post.json` on the first line.
#[derive(Debug, clap::Args)]
#[command(after_long_help = "\
Examples:
  kalends schema post
  kalends schema --write      # all of them, into .kalends/schema of the calendar")]
pub struct Args {
    /// The kind of file
    #[arg(value_name = "KIND", value_parser = PossibleValuesParser::new(Kind::ALL.map(Kind::name)))]
    #[arg(required_unless_present = "write")]
    kind: Option<String>,
    /// Write every schema into the calendar's .kalends/schema
    #[arg(long, conflicts_with = "kind")]
    write: bool,
}

/// Runs the command.
pub fn run(args: &Args, ui: &mut Ui, here: &Here) -> Result<Outcome, Error> {
    if args.write {
        let folder = here.repo()?.root().join(FOLDER);
        for kind in Kind::ALL {
            here.write(&folder.join(format!("{}.json", kind.name())), &pretty(kind))?;
        }
        ui.status(format!("{} in {}", plural(Kind::ALL.len(), "schema"), here.show(&folder)));
        return Ok(Outcome::Done);
    }
    let kind = Kind::ALL.into_iter().find(|kind| Some(kind.name()) == args.kind.as_deref());
    if let Some(kind) = kind {
        ui.raw(&pretty(kind))?;
    }
    Ok(Outcome::Done)
}

fn pretty(kind: Kind) -> Vec<u8> {
    let mut text = serde_json::to_vec_pretty(&schema(kind)).unwrap_or_default();
    text.push(b'\n');
    text
}
