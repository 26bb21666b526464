//! Whose certificates are believed where no others are named: the relay's, the database's.

use rustls::RootCertStore;

/// The authorities that this machine trusts, or those in `SSL_CERT_FILE`. Certificates that cannot be read are left
/// out, with a warning.
#[must_use]
pub fn native() -> RootCertStore {
    let found = rustls_native_certs::load_native_certs();
    for error in found.errors {
        tracing::warn!(%error, "a trusted certificate cannot be read");
    }
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(found.certs);
    roots
}
