//! The process that holds a secret, kept from others: no core dump of it, nobody attached to it.

use std::sync::Once;

static SHELTERED: Once = Once::new();

/// Turns off core dumps and, on Linux, that another process of the same user reads this one's memory.
///
/// A system that refuses costs a guard, not the work: who may ask for either is its administrator's word.
pub(super) fn shelter() {
    SHELTERED.call_once(|| {
        #[cfg(unix)]
        {
            use rustix::process::{Resource, Rlimit, setrlimit};
            let none = Rlimit { current: Some(0), maximum: Some(0) };
            let _refused = setrlimit(Resource::Core, none).is_err();
        }
        #[cfg(target_os = "linux")]
        {
            use rustix::process::{DumpableBehavior, set_dumpable_behavior};
            let _refused = set_dumpable_behavior(DumpableBehavior::NotDumpable).is_err();
        }
    });
}
