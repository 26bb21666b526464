//! The way to a PostgreSQL server, whatever is kept there: its URL, its encryption, and what it says when it fails.

mod tls;
mod url;
mod words;

pub(crate) use tls::Tls;
pub(crate) use url::Target;
pub(crate) use words::{DATA_EXCEPTION, cause, is_overdue};

/// Why a URL leads nowhere, for the operator. It never quotes the URL: that may hold a password.
#[derive(Debug)]
pub(crate) struct Unusable {
    /// What is the matter, as a predicate: "cannot be used as configured".
    pub(crate) what: &'static str,
    /// What to write.
    pub(crate) cause: String,
}
