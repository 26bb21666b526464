//! Laravel's own accounts.

use super::{For, PLAIN, Preset, Step};

/// Laravel 13 with the tables of its skeleton; 8 to 12 differ in the name of the table of reset tokens alone.
///
/// - Table and columns: `database/migrations/0001_01_01_000000_create_users_table.php` of laravel/laravel.
/// - Who may reset: `PasswordBroker::sendResetLink` asks for nothing but an account; `MustVerifyEmail` guards routes.
/// - Sessions: `DatabaseSessionHandler` keeps `user_id` beside each session, in `sessions`. Sessions in files or Redis
///   go on unless `AuthenticateSession`, which compares the stored password, is among the middleware.
/// - Remember-me cookies hold `remember_token`; `EloquentUserProvider::retrieveByToken` refuses an empty one, and
///   `SessionGuard` makes another at the next sign-in that wants one.
/// - Pending resets: `DatabaseTokenRepository::deleteExisting` deletes by address, as here.
pub(super) const LARAVEL: Preset = Preset {
    name: "laravel",
    owner_name: Some("name"),
    after_reset: &[
        For::any(Step::run("UPDATE users SET remember_token = NULL WHERE id = :id")),
        For::any(Step::if_table("sessions", "DELETE FROM sessions WHERE user_id = :id")),
        For::any(Step::if_table("password_reset_tokens", "DELETE FROM password_reset_tokens WHERE email = :email")),
        For::any(Step::if_table("password_resets", "DELETE FROM password_resets WHERE email = :email")),
    ],
    sessions: "Laravel's remember-me token, its sessions in the database and its pending reset tokens go; sessions in \
               files, cookies or Redis end only where the middleware AuthenticateSession is on; Sanctum's tokens stay",
    marks: &[("users", &["email", "password", "remember_token"]), ("migrations", &["migration", "batch"])],
    ..PLAIN
};
