//! argv → exit code.

use std::process::ExitCode;

/// A large calendar is millions of small strings that several threads make and drop: with the system's own allocator
/// `kalends check` of 100,000 posts took half as long again (`cargo bench -- check`).
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    kalends::cli::main(std::env::args_os())
}
