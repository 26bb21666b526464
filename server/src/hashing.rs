//! Password hashing on a bounded number of threads.
