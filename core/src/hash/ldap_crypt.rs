//! crypt(3) of LDAP servers: `{CRYPT}$6$…`, and whatever else the server's crypt(3) reads.
//!
//! bcrypt has a row of its own, for its limit of 72 bytes.

use super::labelled::{labelled, split_braces};
use super::recipe::Method;
use super::table::Row;
use super::{HashError, Pepper, bcrypt, opens_with, sha_crypt, yescrypt};
use std::sync::Arc;

pub(super) const ROW: Row = Row {
    name: "ldap_crypt",
    recognises: Some(|stored| opens_with(stored, &LABELS) && row_within(stored).is_some()),
    bytes_max: Some(sha_crypt::CRYPT_BYTES_MAX),
    nul_allowed: false,
    pepper: Pepper::None,
    verify: |stored, password| (row(stored)?.verify)(split_braces(stored).1, password),
    keep: |stored| keep(row(stored)?, stored),
    default: Some(|| labelled(LABELS[0], sha_crypt::default_sha512())),
};

pub(super) const ROW_BCRYPT: Row = Row {
    name: "ldap_crypt_bcrypt",
    recognises: Some(|stored| opens_with(stored, &LABELS) && opens_with(split_braces(stored).1, &["$2"])),
    bytes_max: Some(bcrypt::BYTES_MAX),
    verify: |stored, password| bcrypt::verify(split_braces(stored).1, password),
    keep: |stored| keep(&bcrypt::ROW, stored),
    default: Some(|| labelled(LABELS[0], Arc::new(bcrypt::DEFAULT))),
    ..ROW
};

fn keep(row: &Row, stored: &str) -> Result<Arc<dyn Method>, HashError> {
    let (label, hash) = split_braces(stored);
    Ok(labelled(label, (row.keep)(hash)?))
}

/// The format that the hash within looks like.
fn row_within(stored: &str) -> Option<&'static Row> {
    let hash = split_braces(stored).1;
    WITHIN.iter().find(|row| row.recognises.is_some_and(|recognises| recognises(hash)))
}

fn row(stored: &str) -> Result<&'static Row, HashError> {
    let what = "what follows the scheme is in none of crypt(3)'s formats known here";
    row_within(stored).ok_or(HashError::Malformed { format: ROW.name, what })
}

static WITHIN: [Row; 4] = [sha_crypt::ROW_SHA512, sha_crypt::ROW_SHA256, yescrypt::ROW, yescrypt::ROW_GOST];
/// A scheme's case means nothing to LDAP servers; an account keeps its spelling.
pub(super) const LABELS: [&str; 2] = ["{CRYPT}", "{crypt}"];
