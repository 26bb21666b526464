//! Drupal.

use super::{For, PLAIN, Preset, Step};
use crate::users::sql::engine::Engine::{Mysql, Postgres, Sqlite};

/// Drupal 10 and 11 without a table prefix.
///
/// - Table and columns: `User::baseFieldDefinitions` and `UserStorageSchema`. Account 0 is the anonymous visitor. With
///   translated accounts there is a row for each language, of which one has `default_langcode`.
/// - Who may reset: `UserPasswordForm::validateForm` takes accounts that are not blocked.
/// - Sessions: `User::postSave` deletes the account's rows of `sessions` when the password changed. One-time log-in
///   links are signed over the stored password (`user_pass_rehash`).
/// - Caches: `ContentEntityStorageBase::buildCacheId` keeps loaded accounts, their passwords included, under
///   `values:user:ID` in the bin `entity`, with Drupal's own backend the table `cache_entity`.
pub(super) const DRUPAL: Preset = Preset {
    name: "drupal",
    table: "users_field_data",
    id: "uid",
    email: "mail",
    password: "pass",
    owner_name: Some("name"),
    locale: Some("preferred_langcode"),
    eligible: &[For::any("uid > 0 AND status = 1 AND default_langcode = 1")],
    // Its log-in form trims what is typed, which leaves no mark in the hash; and since 10.1 it writes nothing older.
    hash: "drupal_bcrypt",
    after_reset: &[
        For::any(Step::if_table("sessions", "DELETE FROM sessions WHERE uid = :id")),
        For::on(
            &[Sqlite, Postgres],
            Step::if_table("cache_entity", "DELETE FROM cache_entity WHERE cid = 'values:user:' || CAST(:id AS text)"),
        ),
        For::on(
            &[Mysql],
            Step::if_table("cache_entity", "DELETE FROM cache_entity WHERE cid = CONCAT('values:user:', :id)"),
        ),
    ],
    sessions: "Drupal's sessions and its cached copy of the account are deleted, and one-time log-in links end with \
               the stored password; a cache or sessions kept in Redis or Memcached has to be cleared there",
    marks: &[("users_field_data", &["uid", "pass", "mail", "status", "default_langcode"])],
    ..PLAIN
};
