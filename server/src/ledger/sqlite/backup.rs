//! A copy of the ledger in another file, made while the server runs.

use super::verify::{Verified, verify};
use super::{LedgerFault, present, schema};
use rusqlite::OpenFlags;
use std::fs::{File, OpenOptions, remove_file};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A backup that is on disk.
#[derive(Debug)]
pub struct Backup {
    /// How large its file is.
    pub octets: u64,
    /// What it holds. What is wrong with it was wrong with the ledger.
    pub verified: Verified,
}

/// Copies the ledger as it is at one moment into the new file `into`, which its owner alone may read, and looks the copy
/// over. Whoever writes to the ledger meanwhile is not held up.
///
/// # Errors
/// [`LedgerFault`], in particular if there is such a file. Nothing is left of it then.
pub fn back_up(ledger: &Path, into: &Path) -> Result<Backup, LedgerFault> {
    let failed = |cause: String| LedgerFault::Engine { what: "cannot be backed up", cause };
    let name = into.to_str().ok_or_else(|| failed("the name of the file is no UTF-8; choose another".into()))?;
    let connection = present(ledger, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    schema::refuse_foreign(&connection)?;
    create(into).map_err(|cause| failed(format!("{}: {cause}", into.display())))?;
    let copied = connection.execute("VACUUM INTO ?1", [name]).map_err(|cause| cause.to_string());
    let synced = copied.and_then(|_| sync(into).map_err(|cause| cause.to_string()));
    synced.map_err(|cause| {
        // Half of a backup is none.
        let _ = remove_file(into);
        failed(format!("{}: {cause}", into.display()))
    })?;
    let octets = std::fs::metadata(into).map_err(|cause| failed(cause.to_string()))?.len();
    Ok(Backup { octets, verified: verify(into)? })
}

/// Empty, and nobody else's from the first moment.
fn create(file: &Path) -> std::io::Result<()> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(file).map(|_| ()).map_err(|error| {
        match error.kind() {
            std::io::ErrorKind::AlreadyExists => std::io::Error::other("there is such a file; name a new one"),
            _ => error,
        }
    })
}

/// SQLite does not sync what it vacuums into.
fn sync(file: &Path) -> std::io::Result<()> {
    File::open(file)?.sync_all()?;
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    File::open(folder)?.sync_all()
}
