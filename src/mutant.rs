//! Faults that can be planted in the protocol, so that the simulator can show that it would find each of them.
//!
//! Each is a plausible design that RELIABILITY (§0, §2) names as wrong. Outside tests [`planted`] is a constant
//! `false`, and the compiler takes the branches out.

/// A plausible mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mutant {
    /// Send first, write down afterwards.
    PostThenRecord,
    /// A sending is taken over after a while, like a claim.
    LeaseOnSending,
    /// One look that does not see the post proves that it is not there, however early the look.
    LookTooEarly,
    /// A commit that lost the race is put on top of the winner's without asking whether it is still legal.
    RebaseLostRace,
    /// An append without an answer is taken as won.
    UnansweredIsWon,
    /// "The claim is mine" is decided by the runner's name, not by the process's nonce.
    OwnedByHost,
    /// A lost answer is written down as a failure, to be tried again.
    TimeoutIsFailure,
    /// A server's 500 is written down as a failure, to be tried again.
    ServerErrorIsFailure,
    /// The network layer repeats a request whose answer was lost.
    ClientRetries,
    /// The stop switch is looked at when the run begins, and not again.
    StopOnlyAtStart,
    /// A key with a window is used after its window.
    ReplayOutsideWindow,
    /// A ledger that went backwards is believed.
    BelieveRollback,
    /// Nothing is looked at between the second compare-and-swap and the first byte.
    NoDeadline,
    /// A slot's place in the ledger moves with the post's time.
    PathFromTime,
    /// After an outage everything that is due goes out at once.
    ResumeBursts,
    /// What was missed is dropped without a word.
    SilentMiss,
    /// A thread goes on after a part that failed.
    ThreadGoesOn,
    /// A doubt is dropped from the list of what is open.
    ForgetDoubt,
    /// A replay that was refused is taken as proof that nothing was published.
    ReplayRefusedIsProof,
}

#[cfg(test)]
thread_local! {
    static PLANTED: std::cell::Cell<Option<Mutant>> = const { std::cell::Cell::new(None) };
}

/// Tells whether a fault is planted in this thread.
#[cfg(test)]
pub(crate) fn planted(mutant: Mutant) -> bool {
    PLANTED.get() == Some(mutant)
}

/// Nothing is planted outside tests.
#[cfg(not(test))]
#[inline(always)]
pub(crate) const fn planted(_: Mutant) -> bool {
    false
}

/// Plants a fault in this thread, or takes it out.
#[cfg(test)]
pub(crate) fn plant(mutant: Option<Mutant>) {
    PLANTED.set(mutant);
}
