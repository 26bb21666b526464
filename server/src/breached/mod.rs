//! The filter of breached passwords: one compact file that says of a password whether it is on a list, offline.
//!
//! Such lists hold some thousand million SHA-1 hashes, tens of gigabytes. Of each hash the filter keeps just enough that
//! one password in 65,536 which is *not* on the list is taken for one that is (see [`format`]); one that is on the list
//! is always found. `docs/decisions/0026-a-list-of-gaps.md` says why it is made like this.
//!
//! A list becomes a filter in [`build`](fn@build): read line by line ([`list`]), sorted in bounded memory ([`sort`]),
//! written beside its place and renamed into it. [`Filter`] looks things up, in two reads of the file.

mod build;
mod filter;
mod format;
mod list;
mod sort;
#[cfg(test)]
mod tests;

pub use build::{BuildFault, Built, Progress, build};
pub use filter::{Filter, FilterFault};
pub use format::FALSE_POSITIVES;
