//! The driver's and the server's errors in words that an operator may read: never a value out of a row.

use crate::users::StoreFault;
use mysql_async::{DriverError, Error, ServerError};

/// Translates an error.
pub(in crate::users::sql) fn fault(what: &'static str, error: &Error) -> StoreFault {
    StoreFault { what, cause: words(error) }
}

/// The error without values.
pub(super) fn words(error: &Error) -> String {
    match error {
        Error::Server(error) => server_words(error),
        Error::Driver(DriverError::NoClientSslFlagFromServer) => {
            "the server has no TLS; write ?ssl-mode=disabled if the way to it is private".into()
        }
        Error::Driver(DriverError::UnexpectedPacket { .. }) => "what answers there does not speak MySQL".into(),
        Error::Driver(DriverError::ConnectionClosed) => "the server closed the connection".into(),
        Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// No time was left.
pub(super) fn overdue() -> StoreFault {
    let cause = "it is slow, out of reach, or another client holds a lock on the account".into();
    StoreFault { what: "did not answer in time", cause }
}

/// The server's own words, if they are of a kind that quotes no value; otherwise its number, and the key or column.
fn server_words(ServerError { code, message, state }: &ServerError) -> String {
    if WITHOUT_VALUES.contains(code) {
        return format!("{message} (error {code})");
    }
    let named = [" for key ", " for column "].into_iter().find_map(|before| {
        let (_, name) = message.rsplit_once(before)?;
        let name = name.strip_prefix(['\'', '`'])?.split(['\'', '`']).next()?;
        Some(format!("{before}`{name}`"))
    });
    format!("error {code} ({state}){}", named.unwrap_or_default())
}

/// Errors whose words name tables, columns, accounts of the server and limits, and the operator's SQL; but no value.
const WITHOUT_VALUES: &[u16] = &[
    1040, 1044, 1045, 1046, 1048, 1049, 1051, 1052, 1054, 1064, 1093, 1114, 1129, 1130, 1136, 1142, 1143, 1146, 1149,
    1176, 1203, 1205, 1213, 1226, 1227, 1267, 1290, 1305, 1317, 1356, 1364, 1370, 1406, 1451, 1452, 1665, 1698, 1792,
    1820, 1836, 1927, 1969, 2013, 3024, 3118, 4031, 4151,
];

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: u16, message: &str) -> String {
        words(&Error::Server(ServerError { code, message: message.into(), state: "23000".into() }))
    }

    #[test]
    fn values_are_left_out() {
        let duplicate = said(1062, "Duplicate entry 'ada@example.com' for key 'accounts.by_email'");
        assert_eq!(duplicate, "error 1062 (23000) for key `accounts.by_email`");
        let wrong = said(1366, "Incorrect integer value: 'for key secret' for column `a`.`b` at row 1");
        assert!(wrong.contains("1366") && !wrong.contains("secret"), "{wrong}");
        assert_eq!(said(1644, "no: $2y$12$abc"), "error 1644 (23000)");
        assert_eq!(said(1062, "Duplicate entry 'x for key 'y"), "error 1062 (23000) for key `y`");
    }

    #[test]
    fn what_quotes_no_value_is_told_in_full() {
        assert!(said(1146, "Table 'app.sessions' doesn't exist").contains("app.sessions"));
    }
}
