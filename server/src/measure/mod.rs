//! Whether known and unknown addresses can be told apart, measured from outside as an attacker would: over one kept
//! connection, one request at a time, in an order that nothing could learn.
//!
//! [`collect`](series::collect) asks and takes times; [`judge`](verdict::judge) compares them by
//! [`regain_core::statistics`], and the answers octet by octet. `regain measure` does this on an operator's own
//! deployment, and the benchmark `told-apart` on settings of its own.

pub mod answers;
pub mod line;
pub mod made_up;
pub mod plot;
pub mod series;
pub mod target;
pub mod verdict;

/// What is timed of each request, in microseconds: to the first byte of the answer, to its last, and to the last byte of
/// the answer to the request that followed at once. If a request for an account leaves the server busy, the next one
/// feels it.
pub type Times = [f64; 3];

/// What [`Times`] are, in their order.
pub const TIMED: [&str; 3] = ["first byte", "last byte", "next request"];

/// What a difference of medians has to exceed to be one, in microseconds: clocks, and the machine that measures, are not
/// finer.
pub const RESOLUTION: f64 = 1.0;

/// The least delay, in microseconds, that the control injects.
pub const INJECTED_MIN: f64 = 20.0;
