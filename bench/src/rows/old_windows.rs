//! Handshakes with old Windows, next to the RSA operation that they need.

use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};
use papillon_legacy_tls::client::{Client, Connection, Version};
use tokio::net::TcpStream;

use crate::bench::{Bench, is_installed, missing};
use crate::contestant::Contestant;
use crate::cores::Cores;
use crate::population::Population;
use crate::process::Process;
use crate::row::{Figure, Placement, Row, Target, Trial};
use crate::service::{Service, Setup};

const HANDSHAKES: usize = 256;
/// The number of handshakes at once.
const TOGETHER: usize = 16;
const TARGET: Target = Target::AtLeast { must: Some(60.0), want: None };

/// As Internet Explorer 6 comes.
pub(super) const SSL3: Row = Row {
    name: "old-windows-ssl3",
    what: "full handshakes in SSL 3.0 with RC4-MD5 and a key exchange by RSA, as Internet Explorer 6 makes them",
    method: "schedstat, 256 connections a round, beside openssl speed rsa2048 on the same core in the same round",
    figures: &[
        Figure::plain("handshakes in SSL 3.0 next to RSA-2048 signatures of OpenSSL", "%", 0, TARGET),
        Figure::plain("handshakes in SSL 3.0 a second of CPU", "/s", 1, Target::None),
    ],
    against: None,
    rounds: 5,
    warm_up: true,
    placement: Placement::Apart,
    start: |bench, contestant| start(bench, contestant, Version::Ssl3, "RC4-MD5"),
};

/// With TLS 1.0 ticked.
pub(super) const TLS1: Row = Row {
    name: "old-windows-tls1",
    what: "the same in TLS 1.0 with RC4-SHA",
    figures: &[
        Figure::plain("handshakes in TLS 1.0 next to RSA-2048 signatures of OpenSSL", "%", 0, TARGET),
        Figure::plain("handshakes in TLS 1.0 a second of CPU", "/s", 1, Target::None),
    ],
    start: |bench, contestant| start(bench, contestant, Version::Tls1, "RC4-SHA"),
    ..SSL3
};

fn start(bench: &Bench, contestant: &Contestant, version: Version, cipher: &str) -> Result<Box<dyn Trial>> {
    if !is_installed("openssl") {
        return missing("needs openssl (Debian: apt-get install openssl)");
    }
    let setup = Setup {
        words: &["--old-windows", "--https", "127.0.0.1:0"],
        ..Setup::new(Population { users: 1, ..Population::default() })
    };
    let service = Service::start(contestant.program()?, &setup)?;
    let client = Client::new(version, cipher)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let https = service.doors().https.context("the service has no HTTPS")?;
    let handshakes = bench.pick(TOGETHER, HANDSHAKES);
    Ok(Box::new(move || {
        // Both at the same time: other work of the machine, the load of this program above all, slows either.
        let mut signing = start_signing()?;
        let before = service.process().cpu()?;
        let connections = runtime.block_on(shake_hands(&client, https, handshakes))?;
        let spent = service.process().cpu()? - before;
        let signatures = per_second(&mut signing)?;
        // Their ends are not measured.
        drop(connections);
        service.process().settle()?;
        let rate = handshakes as f64 / (spent / 1e6);
        Ok(vec![100.0 * rate / signatures, rate])
    }))
}

/// Shakes hands, and returns the connections.
async fn shake_hands(
    client: &Client,
    to: std::net::SocketAddr,
    handshakes: usize,
) -> Result<Vec<Connection<TcpStream>>> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..TOGETHER {
        let client = client.clone();
        tasks.spawn(async move {
            let mut connections = Vec::new();
            for _ in 0..handshakes / TOGETHER {
                let stream = TcpStream::connect(to).await?;
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

/// Debian's OpenSSL on the service's core: a second of signatures, and one of verifications.
fn start_signing() -> Result<Process> {
    let mut command = Command::new("openssl");
    command.args(["speed", "-mr", "-seconds", "1", "rsa2048"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
    Process::start(&mut command, Cores::One)
}

/// Waits for its result: signatures in a second of CPU time.
fn per_second(signing: &mut Process) -> Result<f64> {
    let mut text = String::new();
    let output = signing.child().stdout.as_mut().context("no output")?;
    std::io::Read::read_to_string(output, &mut text)?;
    ensure!(signing.child().wait()?.success(), "openssl speed failed");
    // +F2:NUMBER:BITS:SIGNATURES A SECOND:VERIFICATIONS A SECOND
    let line = text.lines().find(|line| line.starts_with("+F2:"));
    let line = line.context("openssl speed says nothing of RSA")?;
    Ok(line.split(':').nth(3).context("openssl speed says too little")?.parse()?)
}
