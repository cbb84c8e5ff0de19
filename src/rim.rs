//! The rim: the only code that touches the clock, the disk, the network, git and the environment.
//!
//! Everything here gives real things to the seams of [`crate::world`], or reads and writes people's files for the
//! commands. It decides nothing about posts.

pub mod branch;
pub mod chance;
pub mod clock;
pub mod disk;
pub mod environment;
pub mod folder;
pub mod last_run;
pub mod lock;
pub mod log_file;
pub mod loopback;
pub mod program;
pub mod repo;
pub mod shelf;
pub mod ssh;
pub mod vault;
pub mod wire;
