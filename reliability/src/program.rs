//! The process of the service: its start, its addresses, its log and its end.

use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::time::timeout;

use crate::figures::Figures;

/// The time limit of a start and of an end in good order.
const PATIENCE: Duration = Duration::from_secs(60);

/// The words and the surroundings of a service that can be started again and again.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program.
    pub program: PathBuf,
    /// The data folder.
    pub data: PathBuf,
    /// The file that gets the log of all starts.
    pub log: PathBuf,
    /// The address to listen on.
    pub host: String,
    /// Further words of the command line.
    pub words: Vec<String>,
    /// Variables; those of limits and timeouts among them.
    pub variables: Vec<(String, String)>,
    /// The words before the program: a command that becomes the program (`exec`).
    pub wrapper: Vec<String>,
}

/// The addresses at which the service listens.
#[derive(Debug, Clone, Copy)]
pub struct Doors {
    /// Notification server and switchboard.
    pub msnp: SocketAddr,
    /// The listener that redirects.
    pub dispatch: SocketAddr,
    /// Passport, pages and the gateway, without TLS.
    pub http: SocketAddr,
    /// The same with TLS.
    pub https: SocketAddr,
    /// The names of the old services, by UDP and TCP.
    pub dns: SocketAddr,
    /// Metrics, when the program has them.
    pub metrics: Option<SocketAddr>,
}

/// A service that runs. It is killed with this value.
#[derive(Debug)]
pub struct Program {
    child: Child,
    /// Kept open: the service ends by signals only.
    _input: Option<ChildStdin>,
    id: u32,
    /// Its addresses.
    pub doors: Doors,
    log: PathBuf,
}

impl Launch {
    /// Starts the service and waits until it is ready.
    ///
    /// # Errors
    /// When it ends before, or takes too long; with the end of its log.
    pub async fn start(&self) -> Result<Program> {
        let mut words = self.wrapper.clone();
        words.push(self.program.to_string_lossy().into_owned());
        words.push("serve".into());
        let any = format!("{}:0", self.host);
        for listener in ["--msnp", "--dispatch", "--http", "--https", "--dns"] {
            words.extend([listener.to_owned(), any.clone()]);
        }
        // Names of others are refused: no case asks a server outside of this machine.
        words.extend(["--log-format", "json", "--dns-others", "refuse", "--data"].map(str::to_owned));
        words.push(self.data.to_string_lossy().into_owned());
        words.extend(self.words.iter().cloned());
        let mut command = Command::new(&words[0]);
        command.args(&words[1..]);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PAPILLON_") {
                command.env_remove(name);
            }
        }
        // A backtrace reads the program's symbols, which is memory that no case is about.
        command.env_remove("RUST_BACKTRACE");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let log = File::options().create(true).append(true).open(&self.log)?;
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).kill_on_drop(true);
        let mut child = command.spawn().with_context(|| format!("{} cannot be started", words[0]))?;
        let id = child.id().context("the service ended at once")?;
        let input = child.stdin.take();
        let mut output = BufReader::new(child.stdout.take().context("no output")?).lines();
        let greeting = async {
            let mut said = Vec::new();
            while let Some(line) = output.next_line().await? {
                if line == "ready" {
                    return Ok(said);
                }
                said.push(line);
            }
            bail!("the service ended before it was ready: {}", tail(&self.log))
        };
        let said = timeout(PATIENCE, greeting).await.context("the service is not ready in time")??;
        // Its later output is read and thrown away: a full pipe would hold it up.
        tokio::spawn(async move { while let Ok(Some(_)) = output.next_line().await {} });
        let doors = doors(&said)?;
        Ok(Program { child, _input: input, id, doors, log: self.log.clone() })
    }
}

/// Reads the lines `listening NAME ADDRESS`.
fn doors(said: &[String]) -> Result<Doors> {
    let find = |name: &str| -> Result<Option<SocketAddr>> {
        let line = said.iter().find_map(|line| line.strip_prefix("listening ")?.strip_prefix(name));
        line.map(|address| Ok(address.trim().parse()?)).transpose()
    };
    let need = |name: &str| find(name)?.with_context(|| format!("no {name} listener in {said:?}"));
    Ok(Doors {
        msnp: need("msnp ")?,
        dispatch: need("dispatch ")?,
        http: need("http ")?,
        https: need("https ")?,
        dns: need("dns ")?,
        metrics: find("metrics ")?,
    })
}

impl Program {
    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Its figures now.
    ///
    /// # Errors
    /// When it has ended.
    pub fn figures(&self) -> Result<Figures> {
        Figures::of(self.id).context("the service has ended")
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Sends it a signal by its name.
    pub async fn signal(&self, name: &str) -> Result<()> {
        let sent = Command::new("kill").args(["-s", name, &self.id.to_string()]).status().await?;
        ensure!(sent.success(), "SIG{name} could not be sent");
        Ok(())
    }

    /// Ends it at once, as a power cut does for a process.
    pub async fn kill(mut self) -> Result<()> {
        self.child.kill().await.context("the service cannot be killed")
    }

    /// Waits for its end.
    pub async fn ended(&mut self) -> Result<ExitStatus> {
        let ended = timeout(PATIENCE, self.child.wait()).await;
        Ok(ended.context("the service does not end")??)
    }

    /// Its log.
    pub fn log(&self) -> String {
        read(&self.log)
    }
}

fn read(log: &Path) -> String {
    String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned()
}

/// The last lines of a log, for an error.
fn tail(log: &Path) -> String {
    let text = read(log);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(5)..].join("\n")
}
