//! From a list to a filter: read, sort, write beside, rename.

use super::filter::{Filter, FilterFault, digest};
use super::format::{BUCKET_OCTETS_MAX, Bucket, Header};
use super::list::{Lines, WrongLine};
use super::sort::{Sorted, Sorter};
use std::fs::{File, OpenOptions, remove_file, rename};
use std::io::{self, BufRead, BufWriter, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use thiserror::Error;

/// What became of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Built {
    /// How many hashes it had.
    pub listed: u64,
    /// How many different ones are kept.
    pub kept: u64,
    /// How long the filter is.
    pub octets: u64,
}

/// How far it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// So many octets of the list were read, in which so many hashes were.
    Reading {
        /// Octets.
        octets: u64,
        /// Hashes.
        hashes: u64,
    },
    /// So many hashes are written, of so many.
    Writing {
        /// Written.
        hashes: u64,
        /// In all.
        of: u64,
    },
}

/// Why there is no filter.
#[derive(Debug, Error)]
pub enum BuildFault {
    /// The list cannot be read.
    #[error("the list cannot be read: {0}")]
    List(io::Error),
    /// A line of it is something else.
    #[error("line {line} of the list {fault}")]
    Line {
        /// Counted from 1.
        line: u64,
        /// What is wrong with it.
        fault: WrongLine,
    },
    /// It has no hash.
    #[error("the list has no hash in it")]
    Empty,
    /// Hashes of passwords are spread evenly; these are not.
    #[error("too many hashes of the list begin alike for hashes of passwords; take a list as it was published")]
    Uneven,
    /// The filter cannot be written.
    #[error("the filter cannot be written: {0}")]
    Write(io::Error),
    /// What was written is not what is read.
    #[error("the filter was written and {0}")]
    ReadBack(FilterFault),
    /// The watcher said so.
    #[error("stopped; nothing was left behind")]
    Stopped,
}

impl From<io::Error> for BuildFault {
    fn from(cause: io::Error) -> Self {
        Self::Write(cause)
    }
}

impl From<FilterFault> for BuildFault {
    fn from(fault: FilterFault) -> Self {
        Self::ReadBack(fault)
    }
}

/// Makes the filter `into` of a list, in the memory that 16 million keys take (128 MiB), and so much room on the disk of
/// `into` for a while as 8 octets a hash take. Every so often `goes_on` is told how far it is, and may end it with
/// `false`. What stood at `into` stands there until the new filter is on disk and was read back.
///
/// # Errors
/// [`BuildFault`].
pub fn build(list: impl BufRead, into: &Path, goes_on: &mut dyn FnMut(Progress) -> bool) -> Result<Built, BuildFault> {
    build_in(list, into, RUN_KEYS_MAX, goes_on)
}

const RUN_KEYS_MAX: usize = 1 << 24;
/// How many hashes there are between two calls of the watcher.
const STRIDE: u64 = 1 << 16;

pub(super) fn build_in(
    list: impl BufRead,
    into: &Path,
    run_keys_max: usize,
    goes_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<Built, BuildFault> {
    let folder = into.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let sorter = read(list, Sorter::new(folder.to_owned(), run_keys_max), goes_on)?;
    let listed = sorter.pushed;
    if listed == 0 {
        return Err(BuildFault::Empty);
    }
    let part = Part::beside(into);
    let header = write(listed, sorter.sorted()?, &part.0, goes_on)?;
    Filter::open(&part.0)?;
    if !goes_on(Progress::Writing { hashes: listed, of: listed }) {
        return Err(BuildFault::Stopped);
    }
    rename(&part.0, into)?;
    File::open(folder)?.sync_all()?;
    Ok(Built { listed, kept: header.kept, octets: header.file_octets() })
}

fn read(
    list: impl BufRead,
    mut sorter: Sorter,
    goes_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<Sorter, BuildFault> {
    let mut lines = Lines::new(list);
    while let Some(key) =
        lines.next_key().map_err(BuildFault::List)?.map_err(|fault| BuildFault::Line { line: lines.lines, fault })?
    {
        sorter.push(key)?;
        let is_due = sorter.pushed.is_multiple_of(STRIDE);
        if is_due && !goes_on(Progress::Reading { octets: lines.octets, hashes: sorter.pushed }) {
            return Err(BuildFault::Stopped);
        }
    }
    Ok(sorter)
}

/// Writes the whole file and syncs it. The header comes last, when all is known that stands in it: what was cut short has
/// none.
fn write(
    listed: u64,
    mut keys: Sorted,
    path: &Path,
    goes_on: &mut dyn FnMut(Progress) -> bool,
) -> Result<Header, BuildFault> {
    let mut file = new_file(path)?;
    let mut header = Header { listed, kept: 0, data_octets: 0, digest: [0; 32] };
    let mut buckets = Buckets::new(path, &header)?;
    let mut last = None;
    let mut done = 0_u64;
    while let Some(key) = keys.next()? {
        let place = header.place(key);
        if last.replace(place) != Some(place) {
            buckets.close_until(place.bucket)?;
            buckets.open.push(place.within);
            header.kept += 1;
        }
        done += 1;
        if done.is_multiple_of(STRIDE) && !goes_on(Progress::Writing { hashes: done, of: listed }) {
            return Err(BuildFault::Stopped);
        }
    }
    buckets.close_until(header.buckets())?;
    header.data_octets = buckets.finish()?;
    header.digest = digest(&file, &header.to_octets())?;
    file.rewind()?;
    file.write_all(&header.to_octets())?;
    file.sync_all()?;
    Ok(header)
}

/// In place of what a killed build may have left.
fn new_file(path: &Path) -> io::Result<File> {
    match remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => OpenOptions::new().read(true).write(true).create_new(true).open(path),
    }
}

/// The index and the data, which grow side by side.
struct Buckets {
    index: BufWriter<File>,
    data: BufWriter<File>,
    data_octets: u64,
    closed: u64,
    open: Bucket,
}

impl Buckets {
    fn new(path: &Path, header: &Header) -> io::Result<Self> {
        let from = |at| {
            let mut file = OpenOptions::new().write(true).open(path)?;
            file.seek(SeekFrom::Start(at))?;
            io::Result::Ok(BufWriter::new(file))
        };
        let (index, data) = (from(Header::OCTETS as u64)?, from(header.data_at())?);
        Ok(Self { index, data, data_octets: 0, closed: 0, open: Bucket::default() })
    }

    /// Ends every bucket before `number`.
    fn close_until(&mut self, number: u64) -> Result<(), BuildFault> {
        while self.closed < number {
            let octets = self.open.take();
            if octets.len() as u64 > BUCKET_OCTETS_MAX {
                return Err(BuildFault::Uneven);
            }
            self.data.write_all(&octets)?;
            self.data_octets += octets.len() as u64;
            self.index.write_all(&self.data_octets.to_le_bytes())?;
            self.closed += 1;
        }
        Ok(())
    }

    /// How long the data is, which is all written.
    fn finish(mut self) -> io::Result<u64> {
        self.index.flush()?;
        self.data.flush()?;
        Ok(self.data_octets)
    }
}

/// The file that is being written. Gone when this is dropped, unless it was renamed.
struct Part(PathBuf);

impl Part {
    fn beside(into: &Path) -> Self {
        let mut name = into.as_os_str().to_owned();
        name.push(".part");
        Self(name.into())
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = remove_file(&self.0);
    }
}
