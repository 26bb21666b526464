//! TLS on the public port, from two PEM files.

use crate::config::TlsFiles;
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fmt::Display;
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;
use tokio_rustls::TlsAcceptor;

/// The public port cannot speak TLS; for the operator.
#[derive(Debug, Error)]
#[error("{file}: {cause}; check `server.tls_certificate_file` and `server.tls_key_file`")]
pub struct TlsFault {
    /// Which file.
    pub file: String,
    /// What is wrong with it.
    pub cause: String,
}

/// Reads the files. TLS 1.2 and 1.3, HTTP/2 before HTTP/1.1.
///
/// # Errors
/// [`TlsFault`], if a file cannot be read, or they do not belong together.
pub fn acceptor(files: &TlsFiles) -> Result<TlsAcceptor, TlsFault> {
    let chain = CertificateDer::pem_file_iter(&files.certificate_file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| fault(&files.certificate_file, error))?;
    if chain.is_empty() {
        return Err(fault(&files.certificate_file, "it holds no certificate"));
    }
    let key = PrivateKeyDer::from_pem_file(&files.key_file).map_err(|error| fault(&files.key_file, error))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| fault(&files.certificate_file, error))?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(|error| fault(&files.key_file, error))?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

fn fault(file: &Path, cause: impl Display) -> TlsFault {
    TlsFault { file: file.display().to_string(), cause: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_key_of_another_certificate_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let mine = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
        let other = rcgen::generate_simple_self_signed(["localhost".into()]).unwrap();
        let files = TlsFiles { certificate_file: dir.path().join("cert.pem"), key_file: dir.path().join("key.pem") };
        fs::write(&files.certificate_file, mine.cert.pem()).unwrap();
        fs::write(&files.key_file, mine.signing_key.serialize_pem()).unwrap();
        assert!(acceptor(&files).is_ok());
        fs::write(&files.key_file, other.signing_key.serialize_pem()).unwrap();
        assert!(acceptor(&files).is_err());
        fs::write(&files.certificate_file, "nothing").unwrap();
        assert!(acceptor(&files).err().unwrap().to_string().contains("no certificate"));
        fs::remove_file(&files.key_file).unwrap();
        assert!(acceptor(&files).is_err());
    }
}
