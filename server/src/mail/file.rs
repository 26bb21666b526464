//! Mail into a folder, one `.eml` each: for trying things out.

use super::{Attempt, Parcel, Transport, reply_line};
use crate::ownership::may_make_files_below;
use async_trait::async_trait;
use regain_core::delivery::Outcome;
use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use tokio::time::Instant;

/// Writes each mail to a file of its own. A file that is there is complete; its name sorts by time.
pub struct FileTransport {
    folder: PathBuf,
}

impl FileTransport {
    /// Writes into `folder`, which is made when the first mail comes.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder }
    }
}

#[async_trait]
impl Transport for FileTransport {
    fn name(&self) -> &'static str {
        "file"
    }

    async fn send(&self, parcel: &Parcel, _deadline: Instant) -> Attempt {
        let path = self.folder.join(format!("{}.eml", parcel.envelope.id));
        let content = parcel.content.clone();
        let written = tokio::task::spawn_blocking(move || write(&path, &content).map(|()| path)).await;
        match written {
            Ok(Ok(path)) => Outcome::Delivered(reply_line(&format!("written to {}", path.display()))).into(),
            Ok(Err(error)) => {
                Attempt::down(Outcome::RetryAfter(format!("cannot write to {}: {error}", self.folder.display())))
            }
            Err(error) => Attempt::down(Outcome::RetryAfter(error.to_string())),
        }
    }

    async fn probe(&self) -> Result<String, String> {
        let folder = self.folder.display();
        match may_make_files_below(&self.folder) {
            Ok(()) => Ok(format!("mails are written to {folder}, and go nowhere")),
            Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(format!("{folder} is no folder")),
            Err(error) => Err(format!("{folder} may not be written to: {error}")),
        }
    }
}

/// Writes under another name first, so that nobody reads half a mail.
fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    // The mails hold links: for the owner's eyes only.
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    let unfinished = path.with_extension("part");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&unfinished)?;
    file.write_all(content)?;
    file.sync_all()?;
    std::fs::rename(&unfinished, path)?;
    File::open(folder)?.sync_all()
}
