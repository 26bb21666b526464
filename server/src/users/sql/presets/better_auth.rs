//! better-auth.

use super::{For, PLAIN, Preset, PresetCredentials, Step};
use crate::users::sql::engine::Engine::{Mysql, Postgres, Sqlite};

/// better-auth 1.x with the names that its own migrations give, in capitals in the middle: PostgreSQL needs them quoted.
///
/// - Tables and columns: `getAuthTables` in `@better-auth/core`. The password is in `account`, in the one row of the
///   provider `credential`; those of social sign-in have none.
/// - Who may reset: `requestPasswordReset` in `api/routes/password.ts` asks for nothing but an account. An account
///   without a password gets one there; Regain writes none that is not replacing another.
/// - Sessions: rows of `session`; `deleteSessions` deletes them by `userId`. With a secondary storage the table may be
///   absent.
/// - Pending resets: rows of `verification` whose `value` is the key of the account. Second factors and deletions that
///   are under way look the same and end as well: the old password led to them.
pub(super) const BETTER_AUTH: Preset = Preset {
    name: "better-auth",
    table: "user",
    owner_name: Some("name"),
    credentials: Some(PresetCredentials {
        table: "account",
        account_id: "userId",
        condition: &[
            For::on(&[Postgres], "\"providerId\" = 'credential'"),
            For::on(&[Sqlite, Mysql], "providerId = 'credential'"),
        ],
    }),
    after_reset: &[
        For::on(&[Postgres], Step::if_table("session", "DELETE FROM \"session\" WHERE \"userId\" = :id")),
        For::on(&[Sqlite, Mysql], Step::if_table("session", "DELETE FROM session WHERE userId = :id")),
        For::any(Step::if_table("verification", "DELETE FROM verification WHERE value = :id")),
    ],
    sessions: "better-auth's sessions and pending verifications of the account are deleted; with its cookie cache a \
               session is believed until the cache expires, by default 5 minutes, and sessions in a secondary \
               storage have to be ended there",
    marks: &[("user", &["email", "emailVerified"]), ("account", &["userId", "providerId", "password"])],
    ..PLAIN
};
