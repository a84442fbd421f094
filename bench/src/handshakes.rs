//! The cost of a handshake with old Windows, beside its RSA operation.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use papillon_legacy_tls::client::{Client, Connection, Version};
use papillon_server::{Config, Listeners, Server};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::process::{Process, SERVICE_CORE};
use crate::table::Table;

/// The share of the core's signatures.
const TARGET: f64 = 60.0;
const HANDSHAKES: usize = 128;
const ROUNDS: usize = 64;
/// As long as it takes to see that the service has nothing more to do.
const SETTLE: Duration = Duration::from_millis(5);
/// For signatures, and then for verifications.
const SECONDS: &str = "5";
/// The number of handshakes at once.
const TOGETHER: usize = 16;

/// Weighs full handshakes with a key exchange by RSA: as Internet Explorer 6 comes (SSL 3.0, and RC4-MD5 first),
/// and with TLS 1.0 ticked.
pub fn measure(table: &mut Table) -> Result<()> {
    for (version, name, cipher) in
        [(Version::Ssl3, "SSL 3.0", "RC4-MD5"), (Version::Tls1, "TLS 1.0", "RC4-SHA")]
    {
        let what =
            format!("handshakes in {name} with {cipher}, of RSA-2048 signatures that the core could make");
        if Command::new("openssl").arg("version").output().is_err() {
            table.unmeasured(&what, "openssl is missing (Debian: apt-get install openssl)");
            continue;
        }
        let (handshakes, signatures) = weigh(&Client::new(version, cipher)?)?;
        let method = format!(
            "schedstat, median of {ROUNDS} times {HANDSHAKES} connections and full handshakes, beside openssl speed rsa2048 on the same core: \
             {handshakes:.0} handshakes a second of CPU, {signatures:.0} signatures a second of CPU"
        );
        table.judge_least(&what, 100.0 * handshakes / signatures, "%", TARGET, method);
    }
    Ok(())
}

/// Handshakes and signatures in a second of CPU.
fn weigh(client: &Client) -> Result<(f64, f64)> {
    let service = Process::start(&["--old-tls"])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut signing = None;
    let mut spent = Vec::new();
    for round in 0..=ROUNDS {
        let before = service.cpu()?;
        let connections = runtime.block_on(shake_hands(client, service.port()))?;
        // The first round warms up.
        if round > 0 {
            spent.push(service.cpu()? - before);
        } else {
            // Both at the same time: other work of the machine, the load of this program above all, slows
            // either.
            signing = Some(Signing::start()?);
        }
        // Their ends are not measured.
        drop(connections);
        settle(&service)?;
    }
    // Half of the rounds took longer: those in which others had the core in between, and its caches.
    spent.sort_by(f64::total_cmp);
    let handshakes = HANDSHAKES as f64 / (spent[ROUNDS / 2] / 1_000_000.0);
    Ok((handshakes, signing.context("nothing was measured")?.per_second()?))
}

/// Waits until the service is done with the clients that have gone.
fn settle(service: &Process) -> Result<()> {
    let mut before = 0.0;
    while service.cpu()? > before {
        before = service.cpu()?;
        std::thread::sleep(SETTLE);
    }
    Ok(())
}

/// Shakes hands, and returns the connections.
async fn shake_hands(client: &Client, port: u16) -> Result<Vec<Connection<TcpStream>>> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..TOGETHER {
        let client = client.clone();
        tasks.spawn(async move {
            let mut connections = Vec::new();
            for _ in 0..HANDSHAKES / TOGETHER {
                let stream = TcpStream::connect(("127.0.0.1", port)).await?;
                stream.set_nodelay(true)?;
                connections.push(client.connect(stream).await?);
            }
            anyhow::Ok(connections)
        });
    }
    let mut connections = Vec::new();
    while let Some(done) = tasks.join_next().await {
        connections.extend(done??);
    }
    Ok(connections)
}

/// The figure of Debian's OpenSSL, in CPU time.
struct Signing(Child);

impl Signing {
    /// Starts it on the service's core.
    fn start() -> Result<Self> {
        let words = ["-c", SERVICE_CORE, "openssl", "speed", "-mr", "-seconds", SECONDS, "rsa2048"];
        let start = |program: &str, words: &[&str]| {
            Command::new(program).args(words).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
        };
        Ok(Self(start("taskset", &words).or_else(|_| start("openssl", &words[3..]))?))
    }

    /// Waits for the result: signatures in a second of CPU time.
    fn per_second(self) -> Result<f64> {
        let output = self.0.wait_with_output()?;
        ensure!(output.status.success(), "openssl speed failed");
        // +F2:NUMBER:BITS:SIGNATURES A SECOND:VERIFICATIONS A SECOND
        let text = String::from_utf8_lossy(&output.stdout);
        let line = text.lines().find(|line| line.starts_with("+F2:"));
        let line = line.context("openssl speed says nothing of RSA")?;
        Ok(line.split(':').nth(3).context("openssl speed says too little")?.parse()?)
    }
}

/// The service under measurement: HTTPS for old Windows on one worker, in an empty folder.
pub fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let store = papillon_store::open("bench.db").await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let mut config = Config::new(".");
        config.old_windows = true;
        let listeners = Listeners { https: Some(listener.into()), ..Listeners::default() };
        let server = Server::bind(config, store, listeners).await?;
        println!("port {port}\nready");
        std::io::stdout().flush()?;
        let (stop, stopped) = mpsc::channel(1);
        std::thread::spawn(move || {
            // Any outcome of the read means that the parent is done.
            let _ = std::io::stdin().read(&mut [0]);
            drop(stop);
        });
        server.run(stopped).await;
        Ok(())
    })
}
