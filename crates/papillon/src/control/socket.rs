//! The local socket, at which other commands of this user find the `listen` or `chat` of an account.

mod knock;
mod place;

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use msnp::Handle;
use serde_json::{Value, json};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;

use super::Context;
use super::desk::Origin;
use super::lines::{Line, Splitter};
use super::request::LONGEST;
use super::session::serve;
pub(crate) use knock::{Running, knock};

/// So many commands of other programs are connected at once; others wait.
const MAX_GUESTS: usize = 32;
/// So many answers of one wait to be written.
const MAX_WAITING: usize = 16;

/// The name of a socket: an account and its service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SocketName {
    /// The account.
    pub(crate) account: Handle,
    /// The service, as `HOST:PORT`.
    pub(crate) server: String,
}

/// The socket of this program. It is gone with this value.
pub(crate) struct LocalSocket {
    path: PathBuf,
    /// Device and number of the file: another program may have put its own there.
    file: (u64, u64),
    task: JoinHandle<()>,
}

impl LocalSocket {
    /// Lets other programs of this user in. A socket that another program left there is replaced.
    pub(crate) fn open(name: SocketName, direct: bool, context: Context) -> anyhow::Result<Self> {
        let (path, new) = place::make(&name)?;
        let bind = || {
            // Left by a program of the same number.
            let _ = fs::remove_file(&new);
            // Under another name at first: the renaming replaces an old socket in one step, so a command finds one of
            // the two, and never a file without a listener.
            let listener = UnixListener::bind(&new)?;
            let about = fs::symlink_metadata(&new)?;
            fs::rename(&new, &path)?;
            io::Result::Ok((listener, (about.dev(), about.ino())))
        };
        let (listener, file) =
            bind().with_context(|| format!("the socket {} cannot be made", path.display()))?;
        let greeting = json!({
            "event": "hello",
            "account": name.account.as_str(),
            "server": name.server,
            "direct": direct,
            "process": std::process::id(),
        });
        let task = tokio::spawn(receive(listener, greeting, context));
        Ok(Self { path, file, task })
    }
}

impl Drop for LocalSocket {
    fn drop(&mut self) {
        self.task.abort();
        let about = fs::symlink_metadata(&self.path);
        // The program that replaced this socket keeps its own.
        if about.is_ok_and(|about| (about.dev(), about.ino()) == self.file) {
            // If that fails, the next process that opens a socket replaces it.
            let _ = fs::remove_file(&self.path);
        }
    }
}

async fn receive(listener: UnixListener, greeting: Value, context: Context) {
    let places = Arc::new(Semaphore::new(MAX_GUESTS));
    loop {
        // The semaphore is never closed.
        let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
        match listener.accept().await {
            Ok((stream, _)) if is_ours(&stream) => {
                let (greeting, context) = (greeting.clone(), context.clone());
                tokio::spawn(async move {
                    attend(stream, greeting, context).await;
                    drop(place);
                });
            }
            Ok(_) => tracing::warn!("another user was turned away from the local socket"),
            Err(error) => {
                tracing::warn!(%error, "a command of another program is not heard");
                // Too many files are open, for one.
                tokio::time::sleep(Duration::from_millis(200)).await;
            }
        }
    }
}

/// Whether the other side is the same user.
fn is_ours(stream: &UnixStream) -> bool {
    stream.peer_cred().is_ok_and(|them| them.uid() == rustix::process::geteuid().as_raw())
}

/// Carries out the commands of one connection, until it hangs up and all are answered.
async fn attend(stream: UnixStream, greeting: Value, context: Context) {
    let (reader, writer) = stream.into_split();
    // One, so that reading stops when the session has no place.
    let (lines, incoming) = mpsc::channel(1);
    let (answers, outgoing) = mpsc::channel(MAX_WAITING);
    // Nobody else sends yet, so there is room.
    let _ = answers.try_send(greeting);
    let reading = tokio::spawn(async move {
        read(reader, LONGEST, |line| lines.send(line)).await;
    });
    tokio::spawn(serve(context, Origin::Guest, incoming, answers));
    write(writer, outgoing).await;
    // A guest that reads no answers has no more questions. Without its lines the session ends the files of its commands.
    reading.abort();
}

/// Reads lines until the end, or until the receiver is gone.
async fn read<E, F: Future<Output = Result<(), E>>>(
    mut reader: impl AsyncRead + Unpin,
    longest: usize,
    mut take: impl FnMut(Line) -> F,
) {
    let (mut splitter, mut buffer) = (Splitter::new(longest), vec![0; 8192]);
    while let Ok(count @ 1..) = reader.read(&mut buffer).await {
        for line in splitter.push(&buffer[..count]) {
            if take(line).await.is_err() {
                return;
            }
        }
    }
    if let Some(line) = splitter.end() {
        let _ = take(line).await;
    }
}

/// Writes lines until there are no more, or the reader is gone.
async fn write(mut writer: impl AsyncWriteExt + Unpin, mut lines: mpsc::Receiver<Value>) {
    while let Some(line) = lines.recv().await {
        if writer.write_all(format!("{line}\n").as_bytes()).await.is_err() {
            return;
        }
    }
}
