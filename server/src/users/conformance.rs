//! What every user store does, whatever its engine.
use crate::config;
use std::path::PathBuf;

/// A mapping onto the fixture's table.
pub(crate) fn users_config(path: PathBuf) -> config::Users {
    config::Users {
        path,
        table: "accounts".into(),
        id: "id".into(),
        email: "email".into(),
        password: "password".into(),
        name: Some("name".into()),
        locale: Some("locale".into()),
        eligible: Some("is_active".into()),
        email_verified: Some("email_verified".into()),
        hash: "keep".into(),
        after_reset: vec!["DELETE FROM sessions WHERE account_id = :id".into()],
    }
}
