//! The server's secret: 64 hexadecimal digits in a file that only its owner reads.

use super::api::from_hex;
use crate::ownership::{advice, folder_of};
use regain_core::entropy::{Entropy, random};
use regain_core::keys::KEY_BYTES;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why there is no secret to work with.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum SecretError {
    /// It was configured, so it is not made here.
    #[error("the secret file {0} does not exist; create it with: (umask 077; openssl rand -hex 32 > {0})")]
    Missing(PathBuf),
    /// Somebody else may have read it, or may change it.
    #[error("the secret file {0} is open to others (mode {1:o}); close it with: chmod 600 {0}")]
    Exposed(PathBuf, u32),
    /// Not 64 hexadecimal digits.
    #[error("the secret file {0} does not hold 64 hexadecimal digits; `openssl rand -hex 32` prints such")]
    Malformed(PathBuf),
    /// All its bytes are the same.
    #[error("the secret in {0} is no secret; `openssl rand -hex 32` prints one")]
    Trivial(PathBuf),
    /// Reading or writing failed.
    #[error("the secret file {0} cannot be read or made: {1}; {advice}", advice = advice(.0))]
    Io(PathBuf, io::Error),
}

/// Reads the secret at `path`. If there is none and `may_create`, makes one that survives a crash at any moment.
///
/// # Errors
/// [`SecretError`]; each says what to do.
pub fn load_or_create(path: &Path, may_create: bool, entropy: &dyn Entropy) -> Result<[u8; KEY_BYTES], SecretError> {
    match load(path) {
        Err(SecretError::Missing(_)) if may_create => {
            create(path, random(entropy)).map_err(|error| SecretError::Io(path.to_owned(), error))?;
            // Another process may have been faster: then its secret holds.
            load(path)
        }
        loaded => loaded,
    }
}

fn load(path: &Path) -> Result<[u8; KEY_BYTES], SecretError> {
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => SecretError::Missing(path.to_owned()),
        _ => SecretError::Io(path.to_owned(), error),
    };
    let file = File::open(path).map_err(failed)?;
    let mode = file.metadata().map_err(failed)?.permissions().mode() & 0o777;
    if mode & OPEN_TO_OTHERS != 0 {
        return Err(SecretError::Exposed(path.to_owned(), mode));
    }
    let text = io::read_to_string(io::Read::take(file, 2 * FILE_OCTETS)).map_err(failed)?;
    let secret = from_hex(text.trim_end()).ok_or_else(|| SecretError::Malformed(path.to_owned()))?;
    if secret.iter().all(|byte| *byte == secret[0]) {
        return Err(SecretError::Trivial(path.to_owned()));
    }
    Ok(secret)
}

/// Writes under another name first, so that a half-written secret never bears the real one, and never replaces
/// a secret that is there already.
fn create(path: &Path, secret: [u8; KEY_BYTES]) -> io::Result<()> {
    let unfinished = path.with_added_extension(format!("{}.new", std::process::id()));
    let _ = fs::remove_file(&unfinished);
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&unfinished)?;
    let hex: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();
    writeln!(file, "{hex}")?;
    file.sync_all()?;
    let linked = fs::hard_link(&unfinished, path);
    fs::remove_file(&unfinished)?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
        _ => {}
    }
    File::open(folder_of(path))?.sync_all()
}

/// Anyone else's reading, and a group's writing. A group may read: that is how orchestrators hand out secrets.
const OPEN_TO_OTHERS: u32 = 0o027;

/// 64 digits and a line feed.
const FILE_OCTETS: u64 = 65;

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts, so that two secrets differ.
    struct Counting(std::sync::atomic::AtomicU8);

    impl Entropy for Counting {
        fn fill(&self, bytes: &mut [u8]) {
            for byte in bytes {
                *byte = self.0.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            }
        }
    }

    fn counting() -> Counting {
        Counting(std::sync::atomic::AtomicU8::new(0))
    }

    fn file_with(text: &str, mode: u32) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("regain.secret");
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        (folder, path)
    }

    #[test]
    fn the_secret_is_made_once_and_only_its_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("regain.secret");
        let entropy = counting();
        let first = load_or_create(&path, true, &entropy).unwrap();
        assert_eq!(load_or_create(&path, true, &entropy).unwrap(), first);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_to_string(&path).unwrap().len(), 65);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    }

    #[test]
    fn a_configured_secret_is_never_made_up() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("regain.secret");
        assert!(matches!(load_or_create(&path, false, &counting()), Err(SecretError::Missing(_))));
        assert!(!path.exists());
    }

    #[test]
    fn a_secret_that_others_can_read_is_refused_with_the_command_that_closes_it() {
        let (_folder, path) = file_with(&format!("{}\n", "0123456789abcdef".repeat(4)), 0o644);
        let error = load_or_create(&path, true, &counting()).unwrap_err();
        assert!(error.to_string().contains(&format!("chmod 600 {}", path.display())), "{error}");
    }

    #[test]
    fn a_secret_that_anyone_could_guess_is_refused() {
        for text in ["", "\n", "changeme\n", &"0".repeat(64), &"ab".repeat(32), &"0123".repeat(15), &"+1".repeat(32)] {
            let (_folder, path) = file_with(text, 0o600);
            assert!(load_or_create(&path, true, &counting()).is_err(), "{text:?}");
            assert_eq!(fs::read_to_string(&path).unwrap(), text, "what is there is never replaced");
        }
    }
}
