//! A filter, open for look-ups.

use super::format::{BUCKET_OCTETS_MAX, Header, NoHeader, bucket_has, digest_from, key_of};
use secrecy::{ExposeSecret, SecretString};
use sha2::Digest;
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use thiserror::Error;

/// The file of a filter, found whole when it was opened. It stays on disk: a look-up reads a few hundred octets of it.
#[derive(Debug)]
pub struct Filter {
    file: File,
    header: Header,
}

/// Why a file cannot be used as a filter; each completes a sentence that begins with its name.
#[derive(Debug, Error)]
pub enum FilterFault {
    /// It is not there, not for us, or on a disk that fails.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// It is something else.
    #[error("is no filter of breached passwords; `regain breached build LIST` makes one")]
    Foreign,
    /// Another Regain made it.
    #[error("is a filter of version {0}, and this program reads version 1; build it anew with `regain breached build`")]
    Version(u32),
    /// Part of it is missing, or is not what was written.
    #[error("is damaged: {0}; copy it anew, or build it anew with `regain breached build`")]
    Damaged(&'static str),
}

impl Filter {
    /// Opens a filter and reads all of it once, which takes a few seconds for a gigabyte.
    ///
    /// # Errors
    /// [`FilterFault`], if it is not as it was written to the last bit.
    pub fn open(path: &Path) -> Result<Self, FilterFault> {
        let file = File::open(path)?;
        let mut start = [0; Header::OCTETS];
        file.read_exact_at(&mut start, 0).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => FilterFault::Foreign,
            _ => FilterFault::Io(error),
        })?;
        let header = Header::read(&start).map_err(|fault| match fault {
            NoHeader::Foreign => FilterFault::Foreign,
            NoHeader::Version(version) => FilterFault::Version(version),
            NoHeader::Impossible => FilterFault::Damaged("its header cannot be"),
        })?;
        let filter = Self { file, header };
        filter.is_whole(&start)?;
        Ok(filter)
    }

    fn is_whole(&self, start: &[u8; Header::OCTETS]) -> Result<(), FilterFault> {
        match self.file.metadata()?.len().cmp(&self.header.file_octets()) {
            std::cmp::Ordering::Less => return Err(FilterFault::Damaged("its end is missing")),
            std::cmp::Ordering::Greater => return Err(FilterFault::Damaged("it is longer than it was made")),
            std::cmp::Ordering::Equal => {}
        }
        if digest(&self.file, start)? == self.header.digest {
            Ok(())
        } else {
            Err(FilterFault::Damaged("its digest is another than when it was made"))
        }
    }

    /// How many passwords are on the list. Two that share a place count once.
    #[must_use]
    pub fn passwords(&self) -> u64 {
        self.header.kept
    }

    /// How long the file is.
    #[must_use]
    pub fn octets(&self) -> u64 {
        self.header.file_octets()
    }

    /// Whether `password`, to the letter, is on the list, or one in [`super::FALSE_POSITIVES`] that is not.
    ///
    /// # Errors
    /// [`FilterFault`], if the file has become unreadable since it was opened.
    pub fn has(&self, password: &[u8]) -> Result<bool, FilterFault> {
        let place = self.header.place(key_of(password));
        let (start, end) = self.bucket(place.bucket)?;
        let length = end.checked_sub(start).filter(|length| *length <= BUCKET_OCTETS_MAX);
        let length = length.ok_or(FilterFault::Damaged("its index is not in order"))?;
        let mut octets = vec![0; length as usize];
        self.file.read_exact_at(&mut octets, self.header.data_at().saturating_add(start))?;
        Ok(bucket_has(&octets, place.within))
    }

    /// [`Filter::has`], away from the threads that must not wait for a disk.
    ///
    /// # Errors
    /// [`FilterFault`].
    pub async fn has_password(self: &Arc<Self>, password: SecretString) -> Result<bool, FilterFault> {
        let filter = Arc::clone(self);
        let looked_up = tokio::task::spawn_blocking(move || filter.has(password.expose_secret().as_bytes()));
        looked_up.await.map_err(io::Error::other)?
    }

    /// Where a bucket starts and ends in the data.
    fn bucket(&self, number: u64) -> io::Result<(u64, u64)> {
        let end_at = Header::OCTETS as u64 + number * 8;
        let mut ends = [[0; 8]; 2];
        if number == 0 {
            self.file.read_exact_at(&mut ends[1], end_at)?;
        } else {
            self.file.read_exact_at(ends.as_flattened_mut(), end_at - 8)?;
        }
        let [start, end] = ends.map(u64::from_le_bytes);
        Ok((start, end))
    }
}

/// The digest of a file that begins with `start`, over all but the digest in it.
pub(super) fn digest(file: &File, start: &[u8; Header::OCTETS]) -> io::Result<[u8; 32]> {
    let mut digest = digest_from(start);
    let mut octets = vec![0; CHUNK_OCTETS];
    let mut at = Header::OCTETS as u64;
    loop {
        match file.read_at(&mut octets, at) {
            Ok(0) => return Ok(digest.finalize().into()),
            Ok(read) => {
                digest.update(&octets[..read]);
                at += read as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

const CHUNK_OCTETS: usize = 1 << 20;
