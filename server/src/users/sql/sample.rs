//! (sample)
