//! Phoenix.

use super::{For, PLAIN, Preset, Step};

/// What `mix phx.gen.auth Accounts User users` writes, Phoenix 1.6 to 1.8.
///
/// - Tables and columns: `priv/templates/phx.gen.auth/migration.ex.eex`. An account made by magic link (1.8) has no
///   password until its owner sets one.
/// - Who may reset: the controllers of 1.6 and 1.7 mail any account; 1.8 has no reset of its own.
/// - Sessions: `update_user_and_delete_all_tokens` in `context_functions.ex.eex` deletes all rows of the account, those
///   of sessions and those of mailed links. The broadcast that closes open LiveViews cannot be sent from here.
pub(super) const PHOENIX: Preset = Preset {
    name: "phoenix",
    password: "hashed_password",
    after_reset: &[For::any(Step::run("DELETE FROM users_tokens WHERE user_id = :id"))],
    sessions: "all tokens of the account are deleted, its sessions and mailed links among them; a LiveView that is \
               open stays until it connects again",
    marks: &[("users", &["email", "hashed_password"]), ("users_tokens", &["user_id", "token", "context"])],
    ..PLAIN
};
