//! Symfony's accounts, as its maker bundle makes them.

use super::{For, PLAIN, Preset, Step};

/// An entity `User` of `make:user`, with Doctrine and its underscore naming; Symfony 6.4 and 7.
///
/// - Table and columns: `make:user` names the table `user`, a reserved word that it quotes, with `email`, `roles` and
///   `password`. `is_verified` comes with `make:registration-form` only, and no reset asks for it.
/// - Sessions: `ContextListener::hasUserChanged` compares the stored password of the refreshed account. Remember-me
///   cookies are signed over `signature_properties`, by default the password; those of `DoctrineTokenProvider` are rows
///   of `rememberme_token` by the account's identifier, for `make:user` the address.
/// - Pending resets: `SymfonyCasts/reset-password-bundle`, whose rows belong to the account by `user_id`.
pub(super) const SYMFONY: Preset = Preset {
    name: "symfony",
    table: "user",
    after_reset: &[
        For::any(Step::if_table("reset_password_request", "DELETE FROM reset_password_request WHERE user_id = :id")),
        For::any(Step::if_table("rememberme_token", "DELETE FROM rememberme_token WHERE username = :email")),
    ],
    sessions: "Symfony compares the stored password at every request, so sessions and signed remember-me cookies end \
               with it; stored remember-me tokens and pending reset requests are deleted; JWTs live until they expire",
    marks: &[("user", &["email", "roles", "password"]), ("doctrine_migration_versions", &["version"])],
    ..PLAIN
};
