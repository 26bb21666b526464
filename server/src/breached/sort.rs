//! Sorts more keys than memory holds: runs of them, sorted, in files, then all runs merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::{File, OpenOptions, remove_file};
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;

/// Takes keys in any order.
pub(super) struct Sorter {
    folder: PathBuf,
    run_keys_max: usize,
    keys: Vec<u64>,
    runs: Vec<Run>,
    /// How many keys were pushed.
    pub(super) pushed: u64,
}

impl Sorter {
    /// Holds `run_keys_max` keys in memory, the others in files without a name on the disk of `folder`.
    pub(super) fn new(folder: PathBuf, run_keys_max: usize) -> Self {
        Self { folder, run_keys_max, keys: Vec::with_capacity(run_keys_max), runs: Vec::new(), pushed: 0 }
    }

    /// # Errors
    /// The disk is full, or cannot be written to.
    pub(super) fn push(&mut self, key: u64) -> io::Result<()> {
        self.keys.push(key);
        self.pushed += 1;
        if self.keys.len() < self.run_keys_max { Ok(()) } else { self.spill() }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let mut file = BufWriter::new(self.nameless()?);
        for key in self.keys.drain(..) {
            file.write_all(&key.to_le_bytes())?;
        }
        let mut file = file.into_inner()?;
        file.rewind()?;
        self.runs.push(Run::OnDisk(BufReader::new(file)));
        Ok(())
    }

    fn sort(&mut self) {
        self.keys.sort_unstable();
        self.keys.dedup();
    }

    /// A file that is gone when it is closed, however the process ends.
    fn nameless(&self) -> io::Result<File> {
        let path = self.folder.join(format!(".regain-breached-{}-{}", std::process::id(), self.runs.len()));
        let file = OpenOptions::new().read(true).write(true).create_new(true).mode(0o600).open(&path)?;
        remove_file(&path)?;
        Ok(file)
    }

    /// All keys in ascending order. Equal ones may be among them still.
    ///
    /// # Errors
    /// What was put on disk cannot be read back.
    pub(super) fn sorted(mut self) -> io::Result<Sorted> {
        self.sort();
        self.runs.push(Run::InMemory(self.keys.into_iter()));
        let mut sorted = Sorted { runs: self.runs, next: BinaryHeap::new() };
        for run in 0..sorted.runs.len() {
            sorted.draw(run)?;
        }
        Ok(sorted)
    }
}

/// Keys in ascending order.
enum Run {
    OnDisk(BufReader<File>),
    InMemory(std::vec::IntoIter<u64>),
}

impl Run {
    fn next(&mut self) -> io::Result<Option<u64>> {
        let file = match self {
            Self::InMemory(keys) => return Ok(keys.next()),
            Self::OnDisk(file) => file,
        };
        let mut key = [0; 8];
        match file.read_exact(&mut key) {
            Ok(()) => Ok(Some(u64::from_le_bytes(key))),
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// All keys of all runs.
pub(super) struct Sorted {
    runs: Vec<Run>,
    /// The least key of each run, and which run it is.
    next: BinaryHeap<Reverse<(u64, usize)>>,
}

impl Sorted {
    /// The next key.
    ///
    /// # Errors
    /// What was put on disk cannot be read back.
    pub(super) fn next(&mut self) -> io::Result<Option<u64>> {
        let Some(Reverse((key, run))) = self.next.pop() else { return Ok(None) };
        self.draw(run)?;
        Ok(Some(key))
    }

    fn draw(&mut self, run: usize) -> io::Result<()> {
        self.next.extend(self.runs[run].next()?.map(|key| Reverse((key, run))));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn however_little_fits_in_memory_all_come_out_sorted(
            mut keys in prop::collection::vec(prop_oneof![0_u64..50, any::<u64>()], 0..300),
            run_keys_max in 1_usize..400,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut sorter = Sorter::new(folder.path().to_owned(), run_keys_max);
            for key in &keys {
                sorter.push(*key).unwrap();
            }
            prop_assert_eq!(sorter.pushed, keys.len() as u64);
            let mut sorted = sorter.sorted().unwrap();
            let mut all = Vec::new();
            while let Some(key) = sorted.next().unwrap() {
                all.push(key);
            }
            prop_assert!(all.is_sorted());
            all.dedup();
            keys.sort_unstable();
            keys.dedup();
            prop_assert_eq!(all, keys);
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
