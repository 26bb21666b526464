//! The store against a real MariaDB: the promises of every store, and what is so of this engine alone.

mod fixture;

use super::*;
use crate::users::conformance::conformance;
use fixture::MariaDb;

conformance!(MariaDb);
