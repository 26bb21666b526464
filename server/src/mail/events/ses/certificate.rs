//! The key in a certificate of Amazon's. That the certificate is Amazon's is known from where it was fetched.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use x509_cert::Certificate;
use x509_cert::der::Decode;

/// The RSA key (DER, PKCS #1) of the first certificate in `pem`.
pub(super) fn rsa_key(pem: &[u8]) -> Option<Vec<u8>> {
    let der = CertificateDer::from_pem_slice(pem).ok()?;
    let certificate = Certificate::from_der(&der).ok()?;
    let key = certificate.tbs_certificate.subject_public_key_info;
    let is_rsa = key.algorithm.oid.to_string() == RSA_ENCRYPTION;
    let bits = key.subject_public_key.as_bytes()?;
    is_rsa.then(|| bits.to_vec())
}

/// RFC 8017, appendix A.1.
const RSA_ENCRYPTION: &str = "1.2.840.113549.1.1.1";
