//! TLS on the public port, from two PEM files, which are read again when they change.

use crate::config::TlsFiles;
use crate::metrics::Metrics;
use rustls::ServerConfig;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use secrecy::zeroize::Zeroizing;
use sha2::{Digest, Sha256};
use std::fmt::Display;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use thiserror::Error;
use tokio::signal::unix::{SignalKind, signal};
use tokio_rustls::TlsAcceptor;

/// A certificate and its key, as they are in the files.
pub struct Certificate {
    files: TlsFiles,
    /// Of both files.
    digest: [u8; 32],
    current: Arc<Current>,
    config: Arc<ServerConfig>,
}

/// The public port cannot speak TLS, or not with what is in the files now; for the operator.
#[derive(Debug, Error)]
#[error("{file}: {cause}; check `server.tls_certificate_file` and `server.tls_key_file`")]
pub struct TlsFault {
    /// Which file.
    pub file: String,
    /// What is wrong with it.
    pub cause: String,
}

impl Certificate {
    /// Reads the files. TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1.
    ///
    /// # Errors
    /// [`TlsFault`], if a file cannot be read, or they do not belong together.
    pub fn load(files: TlsFiles) -> Result<Self, TlsFault> {
        let pair = Pair::read(&files)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let current = Arc::new(Current(RwLock::new(pair.certified(&files, &provider)?)));
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(|error| fault(&files.certificate_file, error))?
            .with_no_client_auth()
            .with_cert_resolver(current.clone());
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(Self { digest: pair.digest(), files, current, config: Arc::new(config) })
    }

    /// Speaks TLS with whatever the certificate is at the time.
    #[must_use]
    pub fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.config))
    }

    /// Looks every few seconds, and at once on SIGHUP, whether the files have changed; never returns. New connections get
    /// the new certificate. What cannot be used is said once and passed over: the old one stays.
    pub async fn follow(mut self, metrics: &Metrics) {
        let mut hang_up = signal(SignalKind::hangup()).ok();
        let mut said = String::new();
        loop {
            let told = async {
                match &mut hang_up {
                    Some(hang_up) => drop(hang_up.recv().await),
                    None => std::future::pending().await,
                }
            };
            let _ = tokio::time::timeout(BETWEEN_LOOKS, told).await;
            let files = self.files.clone();
            // The files are small, but may lie on a disk that is asleep.
            let Ok(read) = tokio::task::spawn_blocking(move || Pair::read(&files)).await else { continue };
            match read.and_then(|pair| self.take(&pair)) {
                Ok(false) => said.clear(),
                Ok(true) => {
                    said.clear();
                    metrics.certificates.of("taken").count();
                    tracing::info!(file = %self.files.certificate_file.display(), "a new certificate is in use");
                }
                Err(fault) if fault.to_string() == said => {}
                Err(fault) => {
                    said = fault.to_string();
                    metrics.certificates.of("refused").count();
                    tracing::error!(%fault, "a new certificate cannot be used; the old one stays");
                }
            }
        }
    }

    /// Whether it is another pair than before.
    fn take(&mut self, pair: &Pair) -> Result<bool, TlsFault> {
        let digest = pair.digest();
        if digest == self.digest {
            return Ok(false);
        }
        let certified = pair.certified(&self.files, self.config.crypto_provider())?;
        *self.current.0.write().unwrap_or_else(PoisonError::into_inner) = certified;
        self.digest = digest;
        Ok(true)
    }
}

/// What new connections get.
#[derive(Debug)]
struct Current(RwLock<Arc<CertifiedKey>>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// What the two files hold.
struct Pair {
    chain: Vec<u8>,
    key: Zeroizing<Vec<u8>>,
}

impl Pair {
    fn read(files: &TlsFiles) -> Result<Self, TlsFault> {
        let read = |file: &Path| std::fs::read(file).map_err(|error| fault(file, error));
        Ok(Self { chain: read(&files.certificate_file)?, key: read(&files.key_file)?.into() })
    }

    fn digest(&self) -> [u8; 32] {
        let chain = Sha256::digest(&self.chain);
        Sha256::new().chain_update(chain).chain_update(&*self.key).finalize().into()
    }

    fn certified(&self, files: &TlsFiles, provider: &CryptoProvider) -> Result<Arc<CertifiedKey>, TlsFault> {
        let chain = CertificateDer::pem_slice_iter(&self.chain).collect::<Result<Vec<_>, _>>();
        let chain = chain.map_err(|error| fault(&files.certificate_file, error))?;
        if chain.is_empty() {
            return Err(fault(&files.certificate_file, "it holds no certificate"));
        }
        let key = PrivateKeyDer::from_pem_slice(&self.key).map_err(|error| fault(&files.key_file, error))?;
        let certified = CertifiedKey::from_der(chain, key, provider);
        certified.map(Arc::new).map_err(|error| fault(&files.key_file, error))
    }
}

fn fault(file: &Path, cause: impl Display) -> TlsFault {
    TlsFault { file: file.display().to_string(), cause: cause.to_string() }
}

/// A renewed certificate is good for weeks, and whoever renews one looks whether it is served.
const BETWEEN_LOOKS: Duration = Duration::from_secs(2);

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use tempfile::TempDir;

    fn files(dir: &TempDir) -> TlsFiles {
        TlsFiles { certificate_file: dir.path().join("cert.pem"), key_file: dir.path().join("key.pem") }
    }

    /// A new certificate and its key, in PEM.
    fn pair() -> (String, String) {
        let made = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
        (made.cert.pem(), made.signing_key.serialize_pem())
    }

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let (files, (mine, my_key), (_, other_key)) = (files(&dir), pair(), pair());
        fs::write(&files.certificate_file, mine).unwrap();
        fs::write(&files.key_file, my_key).unwrap();
        assert!(Certificate::load(files.clone()).is_ok());
        fs::write(&files.key_file, other_key).unwrap();
        assert!(Certificate::load(files.clone()).is_err());
        fs::write(&files.certificate_file, "nothing").unwrap();
        assert!(Certificate::load(files.clone()).err().unwrap().to_string().contains("no certificate"));
        fs::remove_file(&files.key_file).unwrap();
        assert!(Certificate::load(files).is_err());
    }

    #[test]
    fn only_another_pair_that_fits_is_taken() {
        let dir = tempfile::tempdir().unwrap();
        let (files, (old, old_key), (new, new_key)) = (files(&dir), pair(), pair());
        fs::write(&files.certificate_file, &old).unwrap();
        fs::write(&files.key_file, &old_key).unwrap();
        let mut certificate = Certificate::load(files.clone()).unwrap();
        let in_use = |certificate: &Certificate| certificate.current.0.read().unwrap().cert.clone();
        let at_first = in_use(&certificate);
        assert!(!certificate.take(&Pair::read(&files).unwrap()).unwrap(), "nothing changed");
        fs::write(&files.certificate_file, &new).unwrap();
        certificate.take(&Pair::read(&files).unwrap()).unwrap_err();
        assert_eq!(in_use(&certificate), at_first, "half of a pair");
        fs::write(&files.key_file, &new_key).unwrap();
        assert!(certificate.take(&Pair::read(&files).unwrap()).unwrap());
        assert_ne!(in_use(&certificate), at_first);
        assert!(!certificate.take(&Pair::read(&files).unwrap()).unwrap());
    }
}
