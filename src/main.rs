//! argv → exit code.

use std::process::ExitCode;

fn main() -> ExitCode {
    kalends::cli::main(std::env::args_os())
}
