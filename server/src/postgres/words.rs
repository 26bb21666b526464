//! The server's errors, in words for the operator: what it says, and never a value out of a row or a statement.

use std::error::Error as _;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

/// Whether the server took too long: it cancelled the statement, or gave up waiting for a lock.
pub(crate) fn is_overdue(error: &Error) -> bool {
    [&SqlState::QUERY_CANCELED, &SqlState::LOCK_NOT_AVAILABLE].iter().any(|overdue| error.code() == Some(overdue))
}

/// What an error says. The server's DETAIL and CONTEXT are left out: they quote rows and parameters.
pub(crate) fn cause(error: &Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("{} (SQLSTATE {})", without_values(error), error.code().code()),
        None => {
            let sources = std::iter::successors(error.source(), |&source| source.source());
            sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
        }
    }
}

/// The message; of an error about data, what it quotes is the data.
fn without_values(error: &DbError) -> String {
    let message = error.message();
    let quotes =
        if error.code().code().starts_with(DATA_EXCEPTION) { message.find('"').zip(message.rfind('"')) } else { None };
    match quotes {
        Some((first, last)) if first < last => format!("{}…{}", &message[..=first], &message[last..]),
        _ => message.to_owned(),
    }
}

/// Class 22 of the SQLSTATEs.
pub(crate) const DATA_EXCEPTION: &str = "22";
