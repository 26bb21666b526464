//! The server's errors, in words for the operator: what it says, and never a value out of a row or a statement.

use crate::users::StoreFault;
use std::error::Error as _;
use tokio_postgres::Error;
use tokio_postgres::error::{DbError, SqlState};

/// Translates an error. What the server took too long for is said to be so, whatever it was.
pub(in crate::users::sql) fn fault(what: &'static str, error: &Error) -> StoreFault {
    let overdue = [&SqlState::QUERY_CANCELED, &SqlState::LOCK_NOT_AVAILABLE];
    match error.code() {
        Some(code) if overdue.contains(&code) => StoreFault { what: OVERDUE, cause: cause(error) },
        _ => StoreFault { what, cause: cause(error) },
    }
}

/// What an error says. The server's DETAIL and CONTEXT are left out: they quote rows and parameters.
pub(super) fn cause(error: &Error) -> String {
    match error.as_db_error() {
        Some(error) => format!("{} (SQLSTATE {})", without_values(error), error.code().code()),
        None => {
            let sources = std::iter::successors(error.source(), |&source| source.source());
            sources.fold(error.to_string(), |text, source| format!("{text}: {source}"))
        }
    }
}

/// Whether the server could not read the parameter `mark` as what it is compared with: then nothing equals it.
pub(super) fn is_no_such_value(error: &Error, mark: &str) -> bool {
    let Some(error) = error.as_db_error() else { return false };
    let in_parameter = |context: &str| context.split_whitespace().any(|word| word.trim_end_matches(',') == mark);
    error.code().code().starts_with(DATA_EXCEPTION) && error.where_().is_some_and(in_parameter)
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

pub(super) const OVERDUE: &str = "did not answer in time";
/// Class 22 of the SQLSTATEs.
const DATA_EXCEPTION: &str = "22";
