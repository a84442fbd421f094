//! The service with a store that panics when told to: `papillon-reliability serve …`, with the words of `papillon serve`
//! as far as a case gives them. The program itself has no place at which a fault could be injected.

mod store;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use papillon_server::dns::DnsSockets;
use papillon_server::{Config, Listeners, Server};
use tokio::net::{TcpListener, UdpSocket};
use tokio::runtime::Builder;
use tokio::sync::mpsc;

use self::store::Panicking;
pub use self::store::TRIGGER;

/// Serves until it is killed.
pub fn serve(words: &[&str]) -> Result<()> {
    let data = words.iter().position(|word| *word == "--data").and_then(|at| words.get(at + 1));
    let data = PathBuf::from(data.context("--data is missing")?);
    tracing_subscriber::fmt().json().flatten_event(true).with_writer(std::io::stderr).init();
    Builder::new_multi_thread().worker_threads(2).enable_all().build()?.block_on(run(data))
}

async fn run(data: PathBuf) -> Result<()> {
    let store = papillon_store::open(&data.join("papillon.db").to_string_lossy()).await?;
    let [msnp, dispatch, http, https] = [listen().await?, listen().await?, listen().await?, listen().await?];
    let (dns, metrics) = (listen().await?, listen().await?);
    let named = [("msnp", &msnp), ("dispatch", &dispatch), ("http", &http), ("https", &https)];
    let named = named.into_iter().chain([("dns", &dns), ("metrics", &metrics)]);
    for (name, listener) in named {
        println!("listening {name} {}", listener.local_addr()?);
    }
    let udp = UdpSocket::bind(dns.local_addr()?).await?;
    let listeners = Listeners {
        msnp: Some(msnp.into()),
        dispatch: Some(dispatch.into()),
        http: Some(http.into()),
        https: Some(https.into()),
        metrics: Some(metrics.into()),
        dns: Some(DnsSockets { udp, tcp: dns }),
        ..Listeners::default()
    };
    let server = Server::bind(Config::new(data), Arc::new(Panicking(store)), listeners).await?;
    println!("ready");
    // It is never told to stop.
    let (_stop, stopped) = mpsc::channel(1);
    server.run(stopped).await;
    Ok(())
}

async fn listen() -> Result<TcpListener> {
    Ok(TcpListener::bind("127.0.0.1:0").await?)
}
