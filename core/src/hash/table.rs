//! The table of formats: a row for each.

use super::pepper::Pepper;
use super::recipe::Method;
use super::{
    HashError, argon2, aspnet_identity, bcrypt, better_auth, django_argon2, django_bcrypt, django_pbkdf2,
    django_scrypt, drupal, firebase, flask_bcrypt, ldap_argon2, ldap_crypt, ldap_salted, passlib_bcrypt,
    passlib_pbkdf2, phc_pbkdf2, php_bcrypt, phpass, scrypt_crypt, sha_crypt, spring, werkzeug, wordpress, yescrypt,
};
use std::sync::Arc;

/// What the rest of the module knows of a format.
pub(super) struct Row {
    pub(super) name: &'static str,
    /// Whether a stored password looks like this format, and no other. None where the application's own treatment of
    /// the password leaves no mark in the text: such a format is used if it is configured.
    pub(super) recognises: Option<fn(&str) -> bool>,
    /// Beyond it the format would cut the password.
    pub(super) bytes_max: Option<usize>,
    pub(super) nul_allowed: bool,
    pub(super) pepper: Pepper,
    pub(super) verify: fn(&str, &[u8]) -> Result<bool, HashError>,
    /// How to make another one with the cost and lengths of this.
    pub(super) keep: fn(&str) -> Result<Arc<dyn Method>, HashError>,
    /// How to make one where there is nothing to go by; none if it is only read.
    pub(super) default: Option<fn() -> Arc<dyn Method>>,
}

pub(super) static TABLE: &[Row] = &[
    argon2::ROW_ID,
    bcrypt::ROW,
    argon2::ROW_I,
    phc_pbkdf2::ROW_SHA256,
    phc_pbkdf2::ROW_SHA512,
    php_bcrypt::ROW,
    php_bcrypt::ROW_SYMFONY,
    php_bcrypt::ROW_DRUPAL,
    wordpress::ROW,
    django_argon2::ROW,
    django_bcrypt::ROW,
    django_bcrypt::ROW_SHA256,
    django_pbkdf2::ROW,
    django_scrypt::ROW,
    aspnet_identity::ROW,
    aspnet_identity::ROW_V2,
    spring::ROW_BCRYPT,
    spring::ROW_ARGON2,
    spring::ROW_PBKDF2,
    spring::ROW_SCRYPT,
    werkzeug::ROW_SCRYPT,
    werkzeug::ROW_PBKDF2,
    flask_bcrypt::ROW,
    passlib_pbkdf2::ROW_SHA256,
    passlib_pbkdf2::ROW_SHA512,
    passlib_bcrypt::ROW,
    better_auth::ROW,
    firebase::ROW,
    phpass::ROW,
    phpass::ROW_WORDPRESS,
    drupal::ROW,
    sha_crypt::ROW_SHA512,
    sha_crypt::ROW_SHA256,
    yescrypt::ROW,
    yescrypt::ROW_GOST,
    scrypt_crypt::ROW,
    ldap_salted::ROW_SHA1,
    ldap_salted::ROW_SHA256,
    ldap_salted::ROW_SHA512,
    ldap_crypt::ROW,
    ldap_crypt::ROW_BCRYPT,
    passlib_pbkdf2::ROW_LDAP_SHA1,
    passlib_pbkdf2::ROW_LDAP_SHA256,
    passlib_pbkdf2::ROW_LDAP_SHA512,
    ldap_argon2::ROW,
];
