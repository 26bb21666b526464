//! Django's own accounts.

use super::{For, PLAIN, Preset};

/// `django.contrib.auth` with its `User` model, as of Django 5.2.
///
/// - Table and columns: `auth/migrations/0001_initial.py`.
/// - Who may reset: `PasswordResetForm.get_users` takes active accounts with a usable password and asks for no
///   verified address.
/// - Sessions: `AbstractBaseUser.get_session_auth_hash` is a digest of the stored password, and `auth.get_user` flushes
///   a session whose digest differs. `PasswordResetTokenGenerator._make_hash_value` holds the stored password too, so
///   Django's own reset links end as well.
pub(super) const DJANGO: Preset = Preset {
    name: "django",
    table: "auth_user",
    owner_name: Some("first_name"),
    eligible: &[For::any("is_active")],
    sessions: "Django's sessions and reset links hold a digest of the stored password, so they end with it; tokens of \
               an API (DRF's authtoken, JWT) stay, as they do when Django itself resets",
    marks: &[("auth_user", &["email", "password", "is_active"]), ("django_content_type", &["app_label"])],
    ..PLAIN
};
