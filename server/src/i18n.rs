//! The words, in every language there is.
