//! Unleash.

use super::{For, PLAIN, Preset, PresetHistory, Step};
use crate::users::sql::engine::Engine::{Mysql, Postgres, Sqlite};

/// Unleash 5.12 to 8, which keeps itself in PostgreSQL.
///
/// - Table and columns: `src/migrations`, `create-users` and what alters it.
/// - Who may reset: `UserStore.activeUsers`, less the accounts that are machines.
/// - `UserService.changePassword`, in this order: `setPasswordHash` adds to `used_passwords` and keeps five,
///   `expireExistingTokensForUser` ends the pending tokens, `deleteSessionsForUser` the sessions by the key in their JSON.
///   Personal access tokens stay.
/// - Role: `AccessStore.getRootRoleForUser`, and Viewer without one as in `AccessService`.
pub(super) const UNLEASH: Preset = Preset {
    name: "unleash",
    password: "password_hash",
    owner_name: Some("name"),
    eligible: &[For::any("deleted_at IS NULL AND NOT is_service AND NOT is_system")],
    history: Some(PresetHistory {
        table: "used_passwords",
        account_id: "user_id",
        password: "password_hash",
        at: "used_at",
        keep: 5,
    }),
    after_reset: &[
        For::any(Step::run("UPDATE reset_tokens SET expires_at = CURRENT_TIMESTAMP WHERE user_id = :id")),
        For::on(
            &[Postgres],
            Step::run("DELETE FROM unleash_session WHERE sess -> 'user' ->> 'id' = CAST(:id AS text)"),
        ),
        For::on(
            &[Sqlite],
            Step::run("DELETE FROM unleash_session WHERE json_extract(sess, '$.user.id') = CAST(:id AS integer)"),
        ),
        For::on(
            &[Mysql],
            Step::run("DELETE FROM unleash_session WHERE JSON_UNQUOTE(JSON_EXTRACT(sess, '$.user.id')) = :id"),
        ),
    ],
    role: Some(
        "SELECT r.id, r.name, COALESCE(r.description, '') AS description, r.type \
         FROM roles r LEFT JOIN role_user ru ON ru.role_id = r.id AND ru.user_id = :id \
         WHERE r.type IN ('root', 'root-custom') AND (ru.user_id IS NOT NULL OR r.name = 'Viewer') \
         ORDER BY CASE WHEN ru.user_id IS NULL THEN 1 ELSE 0 END, r.id LIMIT 1",
    ),
    sessions: "Unleash's sessions of the account are deleted and its pending reset tokens expire; personal access \
               tokens stay",
    marks: &[
        ("users", &["email", "password_hash", "is_service", "is_system"]),
        ("used_passwords", &["user_id", "password_hash", "used_at"]),
        ("unleash_session", &["sess"]),
    ],
    ..PLAIN
};
