//! Whose certificate is believed.

use crate::config;
use crate::roots;
use crate::users::StoreFault;
use rustls::ClientConfig;
use rustls::crypto::ring;
use std::sync::Arc;

/// The authorities in `users.ldap.ca_file`, or else those that this machine trusts.
///
/// # Errors
/// [`StoreFault`], if there are none and one is needed.
pub(super) fn believing(ldap: &config::Ldap) -> Result<Arc<ClientConfig>, StoreFault> {
    let unusable = |cause: String| StoreFault { what: "cannot be reached over TLS", cause };
    let roots = match &ldap.ca_file {
        Some(path) => {
            roots::in_file(path).map_err(|cause| unusable(format!("users.ldap.ca_file {}: {cause}", path.display())))?
        }
        None => roots::native(),
    };
    if roots.is_empty() && ldap.servers.iter().any(|server| server.tls != config::LdapTls::Clear) {
        let cause = "this system has no root certificates; name a file with users.ldap.ca_file";
        return Err(unusable(cause.into()));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| unusable(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}
