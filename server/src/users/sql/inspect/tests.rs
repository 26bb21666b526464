//! The same small database on each engine, looked at.
