//! Other servers that relay messages, for comparison where they are installed.

mod irc;
mod nats;

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use tempfile::TempDir;

use crate::bench::missing;
use crate::cores::Cores;
use crate::load::conversation::Conversation;
use crate::process::Process;
use crate::service::folder_in_memory;

const PATIENCE: Duration = Duration::from_secs(20);

/// A server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Peer {
    /// InspIRCd, an IRC server.
    Inspircd,
    /// ngIRCd, an IRC server.
    Ngircd,
    /// NATS, a message broker.
    Nats,
}

/// A server that runs. It is killed with this value.
#[derive(Debug)]
pub struct PeerServer {
    /// Its process.
    pub process: Process,
    peer: Peer,
    address: SocketAddr,
    /// The folder with its settings; removed at the end.
    _folder: TempDir,
}

impl PeerServer {
    /// Starts it with its flood protection off.
    ///
    /// # Errors
    /// When it is not installed, or does not listen.
    pub fn start(peer: Peer, cores: Cores) -> Result<Self> {
        let name = peer.program();
        let Some(program) = find(name) else {
            return missing(format!("needs {name} (Debian: apt-get install {name})"));
        };
        let folder = folder_in_memory()?;
        // The port is free a moment later as well: nobody else looks for one here.
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(program);
        match peer {
            Peer::Inspircd => {
                let settings = irc::inspircd_settings(address, folder.path());
                command.args(["--nofork", "--runasroot", "--config"]).arg(put(&folder, &settings)?);
            }
            Peer::Ngircd => {
                command.args(["--nodaemon", "--config"]).arg(put(&folder, &irc::ngircd_settings(address))?);
            }
            Peer::Nats => {
                command.args(["-a", "127.0.0.1", "-p", &address.port().to_string()]);
            }
        }
        // Another user has to read them, too: ngIRCd leaves root.
        fs::set_permissions(folder.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = Process::start(&mut command, cores)?;
        await_listener(address, name)?;
        Ok(Self { process, peer, address, _folder: folder })
    }

    /// So many pairs of clients: the first of each writes to the second.
    ///
    /// # Errors
    /// When a client is refused.
    pub fn pairs(&self, count: usize) -> Result<Vec<Conversation>> {
        match self.peer {
            Peer::Inspircd | Peer::Ngircd => irc::pairs(self.address, count),
            Peer::Nats => nats::pairs(self.address, count),
        }
    }
}

impl Peer {
    /// Its program, and its package in Debian.
    fn program(self) -> &'static str {
        match self {
            Self::Inspircd => "inspircd",
            Self::Ngircd => "ngircd",
            Self::Nats => "nats-server",
        }
    }
}

/// Debian keeps servers where the path of a user does not go.
fn find(name: &str) -> Option<std::path::PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into(), "/usr/local/sbin".into()]);
    folders.map(|folder| folder.join(name)).find(|file| file.is_file())
}

fn put(folder: &TempDir, settings: &str) -> Result<std::path::PathBuf> {
    let path: &Path = folder.path();
    let path = path.join("settings.conf");
    fs::write(&path, settings)?;
    Ok(path)
}

fn await_listener(address: SocketAddr, name: &str) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(address).is_err() {
        ensure!(Instant::now() < deadline, "{name} does not listen");
        std::thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}
