//! Faults of the disk under SQLite: full, read-only, errors of reading and writing, files taken away.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::sleep;

use super::storage::{self, Faulty};
use crate::ground::{Arena, Setup};
use crate::needs;
use crate::report::Report;
use crate::stage::Stage;

/// Clients that change their lists.
const CHANGERS: usize = 4;
/// A disk that the accounts fit on, in MiB.
const DISK: u64 = 64;
/// Until the tracer has taken hold of the service.
const ATTACH: Duration = Duration::from_secs(1);

/// No byte more fits on the disk.
pub async fn full(arena: &Arena) -> Result<Report> {
    needs::root()?;
    let disk = Mount::tmpfs().await?;
    let mut stage = stage_on(arena, disk.path().join("data")).await?;
    let mut faulty = Faulty::begin(&stage, CHANGERS).await?;
    let filler = disk.path().join("filler");
    // It ends with the error that the disk is full.
    let filled = Command::new("dd")
        .args(["if=/dev/zero", "bs=1k", &format!("of={}", filler.display())])
        .stderr(Stdio::null())
        .status();
    ensure!(!filled.await?.success(), "the disk did not become full");
    let refused = faulty.refused().await?;
    stage.done(refused);
    std::fs::remove_file(&filler)?;
    let recovered = faulty.recovered().await?;
    stage.done(recovered);
    finish(stage).await
}

/// The kernel has found an error in the file system and mounted it read-only.
pub async fn read_only(arena: &Arena) -> Result<Report> {
    needs::root()?;
    needs::tool("mkfs.ext4", "e2fsprogs")?;
    let disk = Mount::ext4().await?;
    let mut stage = stage_on(arena, disk.path().join("data")).await?;
    let mut faulty = Faulty::begin(&stage, CHANGERS).await?;
    disk.fail().await?;
    let refused = faulty.refused().await?;
    stage.done(refused);
    // Such a file system stays read-only until it has been checked, so there is no recovery to wait for.
    finish(stage).await
}

/// The disk reports errors of writing.
pub async fn errors(arena: &Arena) -> Result<Report> {
    needs::root()?;
    needs::tool("strace", "strace")?;
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let mut stage = stage_on(arena, data.clone()).await?;
    let mut faulty = Faulty::begin(&stage, CHANGERS).await?;
    let mut tracer = inject(stage.program.id(), &data)?;
    sleep(ATTACH).await;
    ensure!(tracer.try_wait()?.is_none(), "strace could not take hold of the service");
    let refused = faulty.refused().await;
    // It lets go of the service when it is told to end; a killed one would take the service along.
    let id = tracer.id().context("strace has ended")?;
    Command::new("kill").args(["-TERM", &id.to_string()]).status().await?;
    tracer.wait().await?;
    stage.done(refused?);
    let recovered = faulty.recovered().await?;
    stage.done(recovered);
    finish(stage).await
}

/// The database's files are moved away, and put back.
pub async fn deleted(arena: &Arena) -> Result<Report> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    let mut stage = stage_on(arena, data.clone()).await?;
    let mut faulty = Faulty::begin(&stage, CHANGERS).await?;
    let elsewhere = folder.path().join("elsewhere");
    std::fs::create_dir(&elsewhere)?;
    let files = ["papillon.db", "papillon.db-wal", "papillon.db-shm"];
    for file in files {
        std::fs::rename(data.join(file), elsewhere.join(file))?;
    }
    let refused = faulty.refused().await?;
    stage.done(refused);
    for file in files {
        ensure!(!data.join(file).exists(), "the service has made another {file}");
        std::fs::rename(elsewhere.join(file), data.join(file))?;
    }
    let recovered = faulty.recovered().await?;
    stage.done(recovered);
    finish(stage).await
}

async fn stage_on(arena: &Arena, data: PathBuf) -> Result<Stage> {
    let mut setup = Setup { data: Some(data), ..Setup::default() };
    storage::populate(&mut setup, CHANGERS);
    Stage::set(arena, setup).await
}

async fn finish(mut stage: Stage) -> Result<Report> {
    stage.expect_counted(&["store_failures", "log:"], 1);
    Ok(stage.judge().await)
}

/// Has every write to the database's files fail with `EIO`.
fn inject(process: u32, data: &Path) -> Result<Child> {
    let calls = "write,pwrite64,writev,pwritev,pwritev2,fsync,fdatasync";
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-p", &process.to_string()]);
    for suffix in ["", "-wal"] {
        command.arg("-P").arg(data.join(format!("papillon.db{suffix}")));
    }
    command.args(["-e", &format!("trace={calls}"), "-e", &format!("inject={calls}:error=EIO")]);
    command.stdin(Stdio::null()).stderr(Stdio::null());
    command.spawn().context("strace cannot be started")
}

/// A small file system; it is unmounted with this value.
struct Mount {
    folder: TempDir,
}

impl Mount {
    async fn tmpfs() -> Result<Self> {
        let disk = Self { folder: tempfile::tempdir()? };
        disk.mount(&["-t", "tmpfs", "-o", &format!("size={DISK}m"), "tmpfs"]).await?;
        Ok(disk)
    }

    /// In a file, by a loop device.
    async fn ext4() -> Result<Self> {
        let disk = Self { folder: tempfile::tempdir()? };
        let image = disk.folder.path().join("image");
        std::fs::File::create(&image)?.set_len(DISK << 20)?;
        let made = Command::new("mkfs.ext4").arg("-q").arg(&image).status().await?;
        ensure!(made.success(), "mkfs.ext4 failed");
        disk.mount(&["-o", "loop,errors=remount-ro", &image.to_string_lossy()]).await?;
        Ok(disk)
    }

    async fn mount(&self, words: &[&str]) -> Result<()> {
        std::fs::create_dir(self.path())?;
        let mounted =
            Command::new("mount").args(words).arg(self.path()).stderr(Stdio::null()).status().await?;
        if !mounted.success() {
            return needs::skip("no file system can be mounted here");
        }
        Ok(())
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("disk")
    }

    /// Makes the kernel believe that it has found an error in the file system.
    async fn fail(&self) -> Result<()> {
        let source = Command::new("findmnt").args(["-n", "-o", "SOURCE"]).arg(self.path()).output().await?;
        let device = String::from_utf8(source.stdout)?;
        let device = device.trim().trim_start_matches("/dev/");
        let trigger = format!("/sys/fs/ext4/{device}/trigger_fs_error");
        // The write itself is answered with the error that it makes.
        let _ = std::fs::write(&trigger, "1");
        if std::fs::write(self.path().join("probe"), "1").is_ok() {
            bail!("{trigger} has not made the file system read-only");
        }
        Ok(())
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // Lazily: the service may not have let go of it yet.
        let _ =
            std::process::Command::new("umount").arg("-l").arg(self.path()).stderr(Stdio::null()).status();
    }
}
