//! A private PostgreSQL server on the disk, with its usual promises: what is committed is there.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use sqlx::{Connection, PgConnection};
use tempfile::TempDir;

use crate::bench::{is_installed, missing};
use crate::cores::Cores;
use crate::process::Process;
use crate::service::disk;

const MISSING: &str = "needs PostgreSQL's initdb and postgres (Debian: apt-get install postgresql)";
/// The user that runs it where this program is root's: PostgreSQL does not run as root.
const USER: &str = "postgres";
const PATIENCE: Duration = Duration::from_secs(30);

/// The server. It ends with this value.
#[derive(Debug)]
pub struct Postgres {
    process: Option<Process>,
    url: String,
    folder: TempDir,
}

impl Postgres {
    /// Makes a database cluster and starts the server.
    ///
    /// # Errors
    /// When there is none, or it does not start.
    pub fn start() -> Result<Self> {
        let Some(programs) = programs() else { return missing(MISSING) };
        let folder = tempfile::tempdir_in(disk())?;
        if is_root() {
            ensure!(is_installed("runuser"), "PostgreSQL cannot be started as root without runuser");
            fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o777))?;
        }
        let data = folder.path().join("data").to_string_lossy().into_owned();
        let mut make = command(&programs.join("initdb"));
        make.args(["-D", &data, "-U", "papillon", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"]);
        let made = make.current_dir(folder.path()).stdin(Stdio::null()).output()?;
        ensure!(made.status.success(), "initdb failed: {}", String::from_utf8_lossy(&made.stderr));
        let mut serve = command(&programs.join("postgres"));
        let socket = folder.path().to_string_lossy().into_owned();
        serve.args(["-D", &data, "-k", &socket, "-c", "listen_addresses=", "-c", "max_connections=100"]);
        serve.current_dir(folder.path()).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = Process::start(&mut serve, Cores::All)?;
        let url = format!("postgres://papillon@localhost/postgres?host={socket}");
        await_answer(&url)?;
        Ok(Self { process: Some(process), url, folder })
    }

    /// The address of an empty database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The folder that it writes in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It takes its children along, which a kill would not; `runuser` passes the signal on.
        if let Some(process) = self.process.take() {
            let _ = process.end();
        }
    }
}

fn command(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("runuser");
    command.args(["-u", USER, "--"]).arg(program);
    command
}

fn await_answer(url: &str) -> Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let deadline = Instant::now() + PATIENCE;
    runtime.block_on(async {
        loop {
            match PgConnection::connect(url).await {
                Ok(connection) => return Ok(connection.close().await?),
                Err(error) if Instant::now() > deadline => {
                    return Err(error).context("PostgreSQL does not answer");
                }
                Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
    })
}

/// The folder of the server's programs, which Debian keeps out of the path.
fn programs() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    if let Ok(versions) = fs::read_dir("/usr/lib/postgresql") {
        folders.extend(versions.flatten().map(|version| version.path().join("bin")));
    }
    folders.into_iter().find(|folder| folder.join("initdb").is_file() && folder.join("postgres").is_file())
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}
