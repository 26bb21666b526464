//! The encryption of a connection, and whose certificate is believed.

use super::Unusable;
use crate::roots;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::verify_server_cert_signed_by_trust_anchor;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_postgres_rustls::MakeRustlsConnect;

/// libpq's `sslmode`. The path is that of the roots to believe; without one, the system's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Encryption {
    /// None.
    Disable,
    /// If the server offers it, whoever it is.
    Prefer,
    /// Always, whoever it is.
    Require,
    /// With a server that a root vouches for, whatever its name.
    VerifyCa(Option<PathBuf>),
    /// With the server of that name.
    VerifyFull(Option<PathBuf>),
}

impl Encryption {
    /// Whether the server has to show that it is the one that is named.
    pub(crate) fn is_verified(&self) -> bool {
        matches!(self, Self::VerifyFull(_))
    }
}

/// What makes encrypted connections.
#[derive(Clone)]
pub(crate) struct Tls {
    pub(crate) connector: MakeRustlsConnect,
    /// Whether a server has shown a certificate: the driver does not tell whether `prefer` found what it preferred.
    met: Arc<AtomicBool>,
}

impl Tls {
    /// # Errors
    /// [`Unusable`], if there are no roots to believe.
    pub(crate) fn new(encryption: &Encryption) -> Result<Self, Unusable> {
        let provider = Arc::new(ring::default_provider());
        let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| unusable(&error.to_string()))?;
        let met = Arc::new(AtomicBool::new(false));
        let lenient = |roots| Arc::new(Lenient { roots, met: Arc::clone(&met), provider: Arc::clone(&provider) });
        let config = match encryption {
            Encryption::VerifyFull(path) => builder.with_root_certificates(roots(path.as_deref())?),
            Encryption::VerifyCa(path) => {
                let verifier = lenient(Some(roots(path.as_deref())?));
                builder.dangerous().with_custom_certificate_verifier(verifier)
            }
            Encryption::Disable | Encryption::Prefer | Encryption::Require => {
                builder.dangerous().with_custom_certificate_verifier(lenient(None))
            }
        };
        Ok(Self { connector: MakeRustlsConnect::new(config.with_no_client_auth()), met })
    }

    /// Whether connections made under `encryption` are encrypted, as far as was seen until now.
    pub(crate) fn encrypts(&self, encryption: &Encryption) -> bool {
        match encryption {
            Encryption::Disable => false,
            Encryption::Prefer => self.met.load(Ordering::Relaxed),
            Encryption::Require | Encryption::VerifyCa(_) | Encryption::VerifyFull(_) => true,
        }
    }
}

fn roots(path: Option<&Path>) -> Result<RootCertStore, Unusable> {
    let Some(path) = path else {
        let roots = roots::native();
        return match roots.is_empty() {
            true => Err(unusable("this system has no root certificates; name a file with sslrootcert in the URL")),
            false => Ok(roots),
        };
    };
    roots::in_file(path).map_err(|error| unusable(&format!("sslrootcert {}: {error}", path.display())))
}

fn unusable(cause: &str) -> Unusable {
    Unusable { what: "cannot be reached over TLS", cause: cause.to_owned() }
}

/// Does not ask for the server's name, as `verify-ca` wants it; without roots, not for anything.
#[derive(Debug)]
struct Lenient {
    roots: Option<RootCertStore>,
    met: Arc<AtomicBool>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        self.met.store(true, Ordering::Relaxed);
        if let Some(roots) = &self.roots {
            let certificate = ParsedCertificate::try_from(end_entity)?;
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(&certificate, roots, intermediates, now, algorithms)?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
