//! What fails, in words for the operator.

use crate::postgres::{DATA_EXCEPTION, Unusable, cause, is_overdue};
use crate::users::StoreFault;
use tokio_postgres::Error;

/// Translates an error. What the server took too long for is said to be so, whatever it was.
pub(in crate::users::sql) fn fault(what: &'static str, error: &Error) -> StoreFault {
    StoreFault { what: if is_overdue(error) { OVERDUE } else { what }, cause: cause(error) }
}

impl From<Unusable> for StoreFault {
    fn from(Unusable { what, cause }: Unusable) -> Self {
        Self { what, cause }
    }
}

/// Whether the server could not read the parameter `mark` as what it is compared with: then nothing equals it.
pub(super) fn is_no_such_value(error: &Error, mark: &str) -> bool {
    let Some(error) = error.as_db_error() else { return false };
    let in_parameter = |context: &str| context.split_whitespace().any(|word| word.trim_end_matches(',') == mark);
    error.code().code().starts_with(DATA_EXCEPTION) && error.where_().is_some_and(in_parameter)
}

pub(super) const OVERDUE: &str = "did not answer in time";
