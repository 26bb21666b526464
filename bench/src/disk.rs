//! How long the disk takes to keep something, which every durable figure depends on.

use anyhow::{Context, Result};
use std::fs::File;
use std::io::{Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// The median duration of an fdatasync after 4 KiB were written over, in a fresh file of `folder`.
pub(crate) fn fdatasync(folder: &Path) -> Result<Duration> {
    let path = folder.join("fdatasync");
    let mut file = File::create(&path).with_context(|| path.display().to_string())?;
    let mut all = Vec::with_capacity(SYNCS);
    for _ in 0..SYNCS {
        file.rewind()?;
        file.write_all(&[0x5a; 4096])?;
        let began = Instant::now();
        file.sync_data()?;
        all.push(began.elapsed());
    }
    std::fs::remove_file(path)?;
    all.sort();
    Ok(all[SYNCS / 2])
}

const SYNCS: usize = 101;
