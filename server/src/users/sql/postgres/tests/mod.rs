//! PostgreSQL held to the conformance suite, and what only PostgreSQL does.

mod fixture;

use crate::users::conformance::conformance;
use fixture::Database;

conformance!(Database);
