//! Proposals for schemas made here.
