//! What a handshake with old Windows costs, beside the RSA operation that it cannot do without.

use std::io::{Read, Write};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use papillon_legacy_tls::client::{Client, Version};
use papillon_server::{Config, Listeners, Server};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;

use crate::process::{Process, SERVICE_CORE};
use crate::table::Table;

/// Of what the core could sign.
const TARGET: f64 = 60.0;
const HANDSHAKES: usize = 1_000;
const TIMES: usize = 5;
/// How many shake hands at once.
const TOGETHER: usize = 8;

/// Weighs full handshakes of TLS 1.0 with RC4-SHA: a key exchange by RSA, as Windows XP does it.
pub fn measure(table: &mut Table) -> Result<()> {
    let what = "handshakes with old Windows, of RSA-2048 signatures that the core could make";
    if Command::new("openssl").arg("version").output().is_err() {
        table.unmeasured(what, "openssl is missing (Debian: apt-get install openssl)");
        return Ok(());
    }
    let service = Process::start(&["--old-tls"])?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let client = Client::new(Version::Tls1, "RC4-SHA")?;
    let (mut signing, mut spent) = (0.0, 0.0);
    for time in 0..=TIMES {
        let before = service.cpu()?;
        runtime.block_on(shake_hands(&client, service.port()))?;
        // The first time warms up.
        if time > 0 {
            spent += service.cpu()? - before;
            signing += signatures_per_second()?;
        }
    }
    let handshakes = (HANDSHAKES * TIMES) as f64 / (spent / 1_000_000.0);
    let signatures = signing / TIMES as f64;
    let method = format!(
        "schedstat over {} full handshakes, TLS 1.0 RC4-SHA, by turns with openssl speed rsa2048 on the same core: {handshakes:.0} handshakes a second of CPU, {signatures:.0} signatures",
        HANDSHAKES * TIMES
    );
    table.judge_least(what, 100.0 * handshakes / signatures, "%", TARGET, method);
    Ok(())
}

async fn shake_hands(client: &Client, port: u16) -> Result<()> {
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..TOGETHER {
        let client = client.clone();
        tasks.spawn(async move {
            for _ in 0..HANDSHAKES / TOGETHER {
                let stream = TcpStream::connect(("127.0.0.1", port)).await?;
                stream.set_nodelay(true)?;
                client.connect(stream).await?;
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(())
}

/// What Debian's OpenSSL measures, in CPU time.
fn signatures_per_second() -> Result<f64> {
    let words = ["-c", SERVICE_CORE, "openssl", "speed", "-mr", "-seconds", "2", "rsa2048"];
    let output = Command::new("taskset").args(words).output();
    let output = match output {
        Ok(output) => output,
        Err(_) => Command::new("openssl").args(&words[3..]).output()?,
    };
    ensure!(output.status.success(), "openssl speed failed");
    // +F2:NUMBER:BITS:SIGNATURES A SECOND:VERIFICATIONS A SECOND
    let text = String::from_utf8_lossy(&output.stdout);
    let line =
        text.lines().find(|line| line.starts_with("+F2:")).context("openssl speed says nothing of RSA")?;
    Ok(line.split(':').nth(3).context("openssl speed says too little")?.parse()?)
}

/// The service under measurement: HTTPS for old Windows on one worker, in an empty folder.
pub fn serve() -> Result<()> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    runtime.block_on(async {
        let store = papillon_store::open("bench.db").await?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let config = Config { old_windows: true, ..Config::new(".") };
        let listeners = Listeners { https: Some(listener), ..Listeners::default() };
        let server = Server::bind(config, store, listeners).await?;
        println!("port {port}\nready");
        std::io::stdout().flush()?;
        let (stop, stopped) = mpsc::channel(1);
        std::thread::spawn(move || {
            // Whatever comes or does not come: the parent is done.
            let _ = std::io::stdin().read(&mut [0]);
            drop(stop);
        });
        server.run(stopped).await;
        Ok(())
    })
}
