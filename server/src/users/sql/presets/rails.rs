//! Ruby on Rails with Devise.

use super::{For, PLAIN, Preset, Step};

/// Devise 5.0 on a model named `User`.
///
/// - Table and columns: `lib/generators/active_record/devise_generator.rb`. Of its modules `confirmable` and `lockable`
///   are commented out there, so nothing here may need their columns.
/// - Who may reset: `Recoverable.send_reset_password_instructions` asks for nothing but an account.
/// - Sessions: `Authenticatable.serialize_into_session` stores `authenticatable_salt`, the first 29 characters of the
///   stored password, and `serialize_from_session` compares it; `Rememberable#rememberable_value` is the same.
/// - Pending resets: `Recoverable#clear_reset_password_token` runs before every update that changes the password.
pub(super) const RAILS: Preset = Preset {
    name: "rails",
    password: "encrypted_password",
    after_reset: &[For::any(Step::run(
        "UPDATE users SET reset_password_token = NULL, reset_password_sent_at = NULL WHERE id = :id",
    ))],
    sessions: "Devise's sessions and remember-me cookies hold the salt of the stored password, so they end with it; \
               its own pending reset token is cleared",
    marks: &[
        ("users", &["email", "encrypted_password", "reset_password_token", "reset_password_sent_at"]),
        ("schema_migrations", &["version"]),
    ],
    ..PLAIN
};
