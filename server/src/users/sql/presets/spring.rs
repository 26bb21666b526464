//! Spring Security's own accounts.

use super::{For, PLAIN, Preset, Step};
use crate::users::sql::engine::Engine::{Mysql, Postgres, Sqlite};

/// `JdbcUserDetailsManager` of Spring Security 6 and 7, and Spring Session 3 and 4 where it keeps the sessions.
///
/// - Table and columns: `core/userdetails/jdbc/users.ddl`. There is no column for an address: the name that one signs
///   in with is the key, and here it has to be the address, unless `users.email` names a column of the application's.
/// - Who may reset: `enabled`, as `JdbcDaoImpl` reads it.
/// - Sessions: nothing compares a session with the password, so it lives on in the server's memory; those of Spring
///   Session are rows of `SPRING_SESSION` by `PRINCIPAL_NAME`, whose attributes go with them by a foreign key.
///   PostgreSQL has folded the name, MySQL keeps it as `schema-mysql.sql` writes it.
/// - Remember-me: `JdbcTokenRepositoryImpl.removeUserTokens` deletes by `username` as here; the plain cookies of
///   `TokenBasedRememberMeServices` are signed over the stored password.
pub(super) const SPRING: Preset = Preset {
    name: "spring",
    id: "username",
    email: "username",
    eligible: &[For::any("enabled")],
    after_reset: &[
        For::any(Step::if_table("persistent_logins", "DELETE FROM persistent_logins WHERE username = :id")),
        For::on(&[Postgres], Step::if_table("spring_session", "DELETE FROM spring_session WHERE principal_name = :id")),
        For::on(
            &[Sqlite, Mysql],
            Step::if_table("SPRING_SESSION", "DELETE FROM SPRING_SESSION WHERE PRINCIPAL_NAME = :id"),
        ),
    ],
    sessions: "remember-me tokens and the sessions of Spring Session in the database are deleted; sessions in the \
               server's memory or Redis live until they expire, since Spring Security does not compare the password",
    marks: &[("users", &["username", "password", "enabled"]), ("authorities", &["username", "authority"])],
    ..PLAIN
};
