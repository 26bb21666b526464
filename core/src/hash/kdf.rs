//! The key derivations that several formats share, with their bounds.

use super::HashError;
use super::error::bounded;
use sha1::Sha1;
use sha2::digest::Output;
use sha2::{Digest, Sha256, Sha512};

/// PBKDF2's inner hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prf {
    Sha1,
    Sha256,
    Sha512,
}

impl Prf {
    /// The hash's length in bytes.
    pub(super) fn bytes(self) -> usize {
        match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// PBKDF2-HMAC: as many bytes as asked for.
    pub(super) fn derive(self, password: &[u8], salt: &[u8], rounds: u32, bytes: usize) -> Vec<u8> {
        let mut key = vec![0; bytes];
        match self {
            Self::Sha1 => pbkdf2::pbkdf2_hmac::<Sha1>(password, salt, rounds, &mut key),
            Self::Sha256 => pbkdf2::pbkdf2_hmac::<Sha256>(password, salt, rounds, &mut key),
            Self::Sha512 => pbkdf2::pbkdf2_hmac::<Sha512>(password, salt, rounds, &mut key),
        }
        key
    }
}

/// phpass' stretching, which Drupal took over: the digest of salt and password, then of digest and password, 2^`log2`
/// times.
pub(super) fn stretched<D: Digest>(password: &[u8], salt: &str, log2: u32) -> Output<D> {
    let mut state = D::new_with_prefix(salt).chain_update(password).finalize();
    for _ in 0..1_u32 << log2 {
        state = D::new_with_prefix(state).chain_update(password).finalize();
    }
    state
}

/// PBKDF2's rounds, if they can be computed in some seconds.
pub(super) fn pbkdf2_rounds(format: &'static str, found: u64) -> Result<u32, HashError> {
    bounded(format, "the number of rounds", found, 1..=PBKDF2_ROUNDS_MAX)
}

/// What scrypt costs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scrypt {
    /// N is two to the power of this.
    pub(super) log2_n: u32,
    pub(super) r: u32,
    pub(super) p: u32,
}

impl Scrypt {
    /// The parameters as found, if they can be computed in some seconds and some memory.
    pub(super) fn bounded(format: &'static str, n: u64, r: u64, p: u64) -> Result<Self, HashError> {
        if !n.is_power_of_two() {
            return Err(HashError::Malformed { format, what: "N is not a power of two" });
        }
        let log2_n = n.ilog2();
        Self::bounded_log2(format, u64::from(log2_n), r, p)
    }

    /// [`Scrypt::bounded`] where the exponent is what is stored.
    pub(super) fn bounded_log2(format: &'static str, log2_n: u64, r: u64, p: u64) -> Result<Self, HashError> {
        let log2_n = bounded(format, "log2 of N", log2_n, 1..=SCRYPT_LOG2_N_MAX)?;
        let r = bounded(format, "r", r, 1..=SCRYPT_R_MAX)?;
        let p = bounded(format, "p", p, 1..=SCRYPT_P_MAX)?;
        let scrypt = Self { log2_n, r, p };
        let kib = u64::from(scrypt.kib());
        bounded(format, "the memory in KiB", kib, 0..=SCRYPT_KIB_MAX)?;
        bounded(format, "the memory in KiB times p", kib * u64::from(p), 0..=SCRYPT_WORK_MAX)?;
        Ok(scrypt)
    }

    /// The memory that it takes: N times r blocks of 128 bytes.
    pub(super) fn kib(self) -> u32 {
        (self.r << self.log2_n) / 8
    }

    /// As many bytes as asked for.
    pub(super) fn derive(
        self,
        format: &'static str,
        password: &[u8],
        salt: &[u8],
        bytes: usize,
    ) -> Result<Vec<u8>, HashError> {
        let impossible = HashError::Malformed { format, what: "its parameters contradict each other" };
        let exponent = u8::try_from(self.log2_n).map_err(|_| impossible.clone())?;
        let params = scrypt::Params::new(exponent, self.r, self.p).map_err(|_| impossible.clone())?;
        ask_for_memory(format, self.kib())?;
        let mut key = vec![0; bytes];
        scrypt::scrypt(password, salt, &params, &mut key).map_err(|_| impossible)?;
        Ok(key)
    }
}

/// Whether there is so much memory. scrypt's and yescrypt's libraries take theirs without asking, so it is asked for here
/// first.
pub(super) fn ask_for_memory(format: &'static str, kib: u32) -> Result<(), HashError> {
    let reserved = Vec::<u8>::new().try_reserve_exact(kib as usize * 1024);
    reserved.map_err(|_| HashError::OutOfMemory { format, kib })
}

/// Ten times what Django 5.2 and Werkzeug ask for: some seconds.
pub(super) const PBKDF2_ROUNDS_MAX: u32 = 10_000_000;
/// Eight times OWASP's 2^17.
const SCRYPT_LOG2_N_MAX: u32 = 20;
/// Twice better-auth's 16.
const SCRYPT_R_MAX: u32 = 32;
/// Three times Django's five.
const SCRYPT_P_MAX: u32 = 16;
/// 256 MiB: twice what OWASP's first choice takes.
const SCRYPT_KIB_MAX: u32 = 256 * 1024;
/// Four times the work of the most memory: some seconds.
const SCRYPT_WORK_MAX: u32 = 4 * SCRYPT_KIB_MAX;
