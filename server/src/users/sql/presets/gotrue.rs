//! GoTrue, the authentication server of Supabase.

use super::{For, PLAIN, Preset, Step};
use crate::users::sql::engine::Engine::Postgres;

/// supabase/auth 2.150 and later, whose schema is `auth` in PostgreSQL.
///
/// - Table and columns: `migrations`; `is_sso_user` is of December 2022, `is_anonymous` of March 2024.
/// - Who may reset: accounts that `FindUserByEmailAndAudience` finds (none of single sign-on), neither banned
///   (`User.IsBanned`) nor deleted; an anonymous one has no password. An address has to be confirmed, since
///   `ResourceOwnerPasswordGrant` lets nobody in whose is not.
/// - `User.UpdatePassword` clears these token columns, deletes `one_time_tokens` and every session; refresh tokens go
///   with their session by a foreign key, and those from before there were sessions are deleted too, by a `user_id`
///   that is a text.
/// - A column encrypted by GOTRUE_SECURITY_DB_ENCRYPTION holds JSON, which is no format that Regain knows: refused.
pub(super) const GOTRUE: Preset = Preset {
    name: "gotrue",
    engines: &[Postgres],
    table: "auth.users",
    password: "encrypted_password",
    eligible: &[For::on(
        &[Postgres],
        "deleted_at IS NULL AND (banned_until IS NULL OR banned_until <= now()) AND NOT is_sso_user \
         AND NOT is_anonymous",
    )],
    email_verified: Some("email_confirmed_at"),
    after_reset: &[
        For::on(
            &[Postgres],
            Step::run(
                "UPDATE auth.users SET confirmation_token = '', confirmation_sent_at = NULL, recovery_token = '', \
                 recovery_sent_at = NULL, email_change_token_current = '', email_change_token_new = '', \
                 email_change_sent_at = NULL, phone_change_token = '', phone_change_sent_at = NULL, \
                 reauthentication_token = '', reauthentication_sent_at = NULL, updated_at = now() WHERE id = :id",
            ),
        ),
        For::on(
            &[Postgres],
            Step::if_table("auth.one_time_tokens", "DELETE FROM auth.one_time_tokens WHERE user_id = :id"),
        ),
        For::on(&[Postgres], Step::if_table("auth.sessions", "DELETE FROM auth.sessions WHERE user_id = :id")),
        For::on(&[Postgres], Step::run("DELETE FROM auth.refresh_tokens WHERE user_id = CAST(:id AS text)")),
    ],
    sessions: "GoTrue's sessions, refresh tokens and one-time tokens are deleted; an access token that was handed out \
               works until it expires, by default within the hour",
    marks: &[
        ("auth.users", &["email", "encrypted_password", "email_confirmed_at", "is_sso_user", "is_anonymous"]),
        ("auth.refresh_tokens", &["user_id", "token"]),
    ],
    ..PLAIN
};
