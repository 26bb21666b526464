//! Hashes of one format with a label before them: Spring's ids, Django's algorithm names, LDAP's schemes.

use super::{HashError, Method};
use crate::entropy::Entropy;
use std::sync::Arc;

#[derive(Debug)]
struct Labelled {
    label: String,
    method: Arc<dyn Method>,
}

/// What `method` makes, after `label`.
pub(super) fn labelled(label: &str, method: Arc<dyn Method>) -> Arc<dyn Method> {
    Arc::new(Labelled { label: label.to_owned(), method })
}

impl Method for Labelled {
    fn make(&self, password: &[u8], entropy: &dyn Entropy) -> Result<String, HashError> {
        self.method.make(password, entropy).map(|hash| format!("{}{hash}", self.label))
    }
}

/// A label in braces, with them, and what follows it; no label if there are none.
pub(super) fn split_braces(stored: &str) -> (&str, &str) {
    let end = stored.find('}').filter(|_| stored.starts_with('{')).map_or(0, |place| place + 1);
    stored.split_at(end)
}
