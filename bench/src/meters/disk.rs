//! The rate at which a disk makes writes lasting.

use std::fs::File;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;

const BLOCK: usize = 4096;
/// The file is written anew from its start after so many blocks.
const BLOCKS: usize = 256;

/// The number of `fsync` a second, each after one block of 4 KiB, for about this long.
///
/// # Errors
/// When the folder cannot be written to.
pub fn fsync_rate(folder: &Path, time: Duration) -> Result<f64> {
    let path = folder.join("fsync");
    let mut file = File::create(&path)?;
    let begun = Instant::now();
    let mut count = 0_usize;
    while begun.elapsed() < time {
        if count.is_multiple_of(BLOCKS) {
            file.seek(SeekFrom::Start(0))?;
        }
        file.write_all(&[count as u8; BLOCK])?;
        file.sync_all()?;
        count += 1;
    }
    let rate = count as f64 / begun.elapsed().as_secs_f64();
    std::fs::remove_file(path)?;
    Ok(rate)
}
