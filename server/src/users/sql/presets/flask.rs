//! Flask with Flask-SQLAlchemy.

use super::{PLAIN, Preset};

/// A model `User` of Flask-SQLAlchemy 3, hashed by Werkzeug and signed in by Flask-Login 0.6.
///
/// - Flask has no accounts of its own. Flask-SQLAlchemy names the table of a model `User` `user`
///   (`camel_to_snake_case`); `email` and `password_hash` are what its users write most, and nothing but convention.
/// - Sessions: Flask-Login puts nothing but `get_id()` into the signed cookie, so no row ends a session. Where the
///   application keeps sessions, or Flask-Security's `fs_uniquifier`, `users.after_reset` has to end them.
pub(super) const FLASK: Preset = Preset {
    name: "flask",
    table: "user",
    password: "password_hash",
    sessions: "Flask-Login's cookie holds the account's key alone, so nothing ends its sessions: have get_id() return \
               a text that changes with the password, or end what the application keeps in users.after_reset",
    ends_sessions: false,
    marks: &[("user", &["email", "password_hash"])],
    ..PLAIN
};
