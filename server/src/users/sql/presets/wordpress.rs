//! WordPress.

use super::{For, PLAIN, Preset, Step};

/// WordPress 6.8 and later with the prefix `wp_`; earlier ones have the same tables and older hashes.
///
/// - Table and columns: `wp_get_db_schema` in `wp-admin/includes/schema.php`. `user_status` is of no use to WordPress,
///   and `spam` and `deleted` are there on a network of sites only.
/// - Who may reset: `get_password_reset_key` asks for nothing but an account (and, on a network, one that is no spam).
/// - Sessions: `wp_validate_auth_cookie` checks four characters of the stored password, and
///   `WP_User_Meta_Session_Tokens` keeps the sessions in the meta `session_tokens`.
/// - Pending resets: `wp_set_password` empties `user_activation_key`, as here.
/// - Hashes: 6.8 reads phpass' `$P$`, which Regain writes only where it is named, and replaces it with its own at the
///   next log-in. So does a reset: `$wp$`, at the account's cost if it has one already. Before 6.8 WordPress cannot read
///   that; such a site needs `users.hash = "wordpress_phpass"`, which `regain init` writes if it finds nothing newer,
///   and for want of which `regain check` has an advice.
/// - `wp_cache_delete` of the account cannot be done from SQL: a persistent object cache keeps the old row.
pub(super) const WORDPRESS: Preset = Preset {
    name: "wordpress",
    table: "wp_users",
    id: "ID",
    email: "user_email",
    password: "user_pass",
    owner_name: Some("display_name"),
    hash: "wordpress_bcrypt",
    after_reset: &[
        For::any(Step::run("UPDATE wp_users SET user_activation_key = '' WHERE ID = :id")),
        For::any(Step::run("DELETE FROM wp_usermeta WHERE user_id = :id AND meta_key = 'session_tokens'")),
    ],
    sessions: "WordPress's session tokens and the pending key of its own reset are deleted; with a persistent object cache (Redis, \
               Memcached) it knows the old password and sessions until the account leaves that cache; application \
               passwords stay",
    marks: &[
        ("wp_users", &["user_email", "user_pass", "user_activation_key"]),
        ("wp_usermeta", &["user_id", "meta_key"]),
    ],
    ..PLAIN
};
