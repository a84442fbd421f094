//! The comparison for a transfer over a direct connection: a file copied over TCP.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::fs::File;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The number of bytes that are read and written at once.
const CHUNK: usize = 256 * 1024;

/// Copies a file to a new one over a loopback connection and tells how long that takes.
pub fn copy(from: &Path, to: &Path) -> Result<Duration> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let (from, to) = (from.to_owned(), to.to_owned());
        let start = Instant::now();
        let sending = tokio::spawn(async move {
            let stream = TcpStream::connect(address).await?;
            pump(File::open(from).await?, stream).await
        });
        let receiving = tokio::spawn(async move {
            let (stream, _) = listener.accept().await?;
            pump(stream, File::create_new(to).await?).await
        });
        sending.await??;
        receiving.await??;
        Ok(start.elapsed())
    })
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin) -> Result<()> {
    let mut chunk = vec![0; CHUNK];
    loop {
        let read = from.read(&mut chunk).await?;
        if read == 0 {
            break;
        }
        to.write_all(&chunk[..read]).await?;
    }
    to.flush().await?;
    Ok(to.shutdown().await?)
}
