//! A connection: one task that reads, one bounded outbox that everybody may write to.

mod deliveries;
mod outbox;
mod read_buffer;
mod receipt;

use std::future::poll_fn;
use std::io;
use std::net::SocketAddr;
use std::ops::ControlFlow;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use bytes::BytesMut;
use msnp::wire::{Decoder, Frame, Limits, Stream};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::net::tcp::OwnedReadHalf;
use tokio::time::{Instant, sleep_until, timeout};

pub(crate) use deliveries::Deliveries;
pub(crate) use outbox::Outbox;
pub(crate) use receipt::{Receipt, answer};

use crate::notification;
use crate::service::Service;
use crate::switchboard;

/// After the last word to a client, this long to let it close its side, so that what was sent is
/// not lost to a reset.
const LINGER: Duration = Duration::from_secs(2);
/// What a client may still send while its connection is being closed.
const LINGER_BYTES: usize = 256 * 1024;
/// A deadline that is never reached.
const NEVER: Duration = Duration::from_secs(86_400 * 365);

/// Which listener a client came in by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Door {
    /// The MSNP listener.
    Msnp,
    /// The listener that refers everybody to the MSNP listener.
    Dispatch,
}

/// Where a connection comes from and where it arrived.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) client: SocketAddr,
    pub(crate) local: SocketAddr,
    pub(crate) door: Door,
}

/// Whether a connection goes on after what has just been done.
pub(crate) type Flow = ControlFlow<()>;

/// What a connection is for; its first verb tells.
enum Role {
    Unknown,
    Notification(Box<notification::Connection>),
    Switchboard(Box<switchboard::Connection>),
}

/// Serves one client until one of the two sides ends it.
pub(crate) async fn serve(service: Arc<Service>, stream: TcpStream, ends: Ends) {
    let (reader, writer) = stream.into_split();
    let outbox = Arc::new(Outbox::new(writer, service.config.limits.outbox_bytes));
    let shared = Arc::clone(&service);
    let _registration = shared.open.register(&outbox);
    let mut connection = Connection {
        decoder: Decoder::new(Stream::NotificationRequests, Limits::SIGN_IN),
        role: Role::Unknown,
        greeting_deadline: Instant::now() + service.config.timeouts.sign_in,
        closing: false,
        service,
        reader,
        outbox,
        ends,
    };
    let reset = connection.run().await;
    connection.leave();
    if !reset {
        linger(&connection.reader).await;
    }
}

struct Connection {
    service: Arc<Service>,
    reader: OwnedReadHalf,
    outbox: Arc<Outbox>,
    ends: Ends,
    decoder: Decoder,
    role: Role,
    greeting_deadline: Instant,
    /// Nothing more is read; what waits is written, then the connection ends.
    closing: bool,
}

impl Connection {
    /// Runs until the connection is to end. `true` when the client is gone already.
    async fn run(&mut self) -> bool {
        let mut buffer = BytesMut::new();
        let mut timer = pin!(sleep_until(self.deadline()));
        // Since when the client has taken nothing of what waits for it, and how much it had then.
        let mut stall: Option<(Instant, u64)> = None;
        loop {
            if self.outbox.has_ended() {
                return false;
            }
            let stalled = self.outbox.stalled();
            stall = stalled.map(|taken| match stall {
                Some((since, then)) if then == taken => (since, taken),
                _ => (Instant::now(), taken),
            });
            let wanted = stall.map_or_else(|| self.deadline(), |(since, _)| self.stall_deadline(since));
            if timer.deadline() != wanted {
                timer.as_mut().reset(wanted);
            }
            tokio::select! {
                ready = self.reader.readable(), if !self.closing => {
                    if ready.is_err() {
                        return true;
                    }
                    match self.read(&mut buffer).await {
                        Ok(Flow::Continue(())) => {}
                        Ok(Flow::Break(())) => self.finish(),
                        Err(_) => return true,
                    }
                }
                _ = self.outbox.writable(), if stalled.is_some() => Deliveries::new().resume(&self.outbox),
                () = self.outbox.woken() => {}
                () = timer.as_mut() => {
                    if stall.is_some_and(|(since, _)| self.stall_deadline(since) <= Instant::now()) {
                        tracing::info!("dropping a client that does not read");
                        return false;
                    }
                    if self.on_deadline().is_break() {
                        self.finish();
                    }
                }
            }
        }
    }

    /// Reads what there is and handles the commands in it. An error when the client is gone.
    async fn read(&mut self, buffer: &mut BytesMut) -> io::Result<Flow> {
        read_buffer::provide(buffer);
        match read_now(&mut self.reader, buffer).await {
            Some(Ok(0)) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Some(Ok(_)) => {}
            Some(Err(error)) => return Err(error),
            None => {
                read_buffer::release(buffer);
                return Ok(Flow::Continue(()));
            }
        }
        let flow = self.handle(buffer).await;
        read_buffer::release(buffer);
        Ok(flow)
    }

    async fn handle(&mut self, buffer: &mut BytesMut) -> Flow {
        loop {
            if let Role::Switchboard(switchboard) = &mut self.role {
                let mut out = Deliveries::new();
                return switchboard.handle_all(&mut self.decoder, buffer, &mut out);
            }
            match self.decoder.next(buffer) {
                Ok(Some(frame)) => {
                    if self.handle_one(frame).await.is_break() || self.outbox.has_ended() {
                        return Flow::Break(());
                    }
                }
                Ok(None) => return Flow::Continue(()),
                Err(error) => {
                    tracing::debug!(%error, "closing a connection whose stream cannot be read");
                    return Flow::Break(());
                }
            }
        }
    }

    async fn handle_one(&mut self, frame: Frame) -> Flow {
        if let Role::Unknown = self.role
            && self.take_role(&frame).is_break()
        {
            return Flow::Break(());
        }
        match &mut self.role {
            // Boxed so that an idle connection does not carry the room its commands need.
            Role::Notification(notification) => {
                let flow = Box::pin(notification.handle(frame)).await;
                self.decoder.expect(Stream::NotificationRequests, notification.frame_limits());
                flow
            }
            Role::Switchboard(switchboard) => switchboard.handle(&frame, &mut Deliveries::new()),
            Role::Unknown => Flow::Break(()),
        }
    }

    /// `VER` opens a notification connection, `USR` and `ANS` a switchboard.
    fn take_role(&mut self, frame: &Frame) -> Flow {
        let service = Arc::clone(&self.service);
        let outbox = Arc::clone(&self.outbox);
        match (frame.verb(), self.ends.door) {
            (b"VER", _) => {
                let connection = notification::Connection::new(service, outbox, self.ends);
                self.role = Role::Notification(Box::new(connection));
            }
            (b"USR" | b"ANS", Door::Msnp) => {
                let connection = switchboard::Connection::new(service, outbox);
                self.role = Role::Switchboard(Box::new(connection));
                self.decoder.expect(Stream::SwitchboardRequests, Limits::SIGNED_IN);
            }
            _ => return Flow::Break(()),
        }
        Flow::Continue(())
    }

    fn deadline(&self) -> Instant {
        let deadline = match &self.role {
            Role::Unknown => Some(self.greeting_deadline),
            Role::Notification(notification) => notification.deadline(self.greeting_deadline),
            Role::Switchboard(switchboard) => switchboard.deadline(self.greeting_deadline),
        };
        // A day's steps are enough for "never"; the timer is only re-armed when this changes.
        deadline.unwrap_or(self.greeting_deadline + NEVER)
    }

    fn on_deadline(&mut self) -> Flow {
        match &mut self.role {
            Role::Unknown => Flow::Break(()),
            Role::Notification(notification) => notification.on_deadline(),
            Role::Switchboard(switchboard) => switchboard.on_deadline(&mut Deliveries::new()),
        }
    }

    fn stall_deadline(&self, since: Instant) -> Instant {
        since + self.service.config.timeouts.write_stall
    }

    /// Lets what has been sent go out, then ends.
    fn finish(&mut self) {
        self.closing = true;
        Deliveries::new().close(&self.outbox);
    }

    /// Tells everybody whom it concerns that this client is gone.
    fn leave(&mut self) {
        let mut out = Deliveries::new();
        match &mut self.role {
            Role::Unknown => {}
            Role::Notification(notification) => notification.leave(&mut out),
            Role::Switchboard(switchboard) => switchboard.leave(&mut out),
        }
        out.abandon(&self.outbox);
    }
}

/// Reads what is there, or nothing. Reading through the runtime rather than with `try_read` spares
/// a system call: a read that did not fill the buffer tells it that there is no more.
async fn read_now(reader: &mut OwnedReadHalf, buffer: &mut BytesMut) -> Option<io::Result<usize>> {
    let mut read = pin!(reader.read_buf(buffer));
    poll_fn(|context| {
        Poll::Ready(match read.as_mut().poll(context) {
            Poll::Ready(result) => Some(result),
            Poll::Pending => None,
        })
    })
    .await
}

/// Closes our side and reads the other's for a moment: closing with unread bytes would reset the
/// connection and could take our last words with it.
async fn linger(reader: &OwnedReadHalf) {
    let stream: &TcpStream = reader.as_ref();
    if socket2::SockRef::from(stream).shutdown(std::net::Shutdown::Write).is_err() {
        return;
    }
    let drain = async {
        let mut scratch = [0; 1024];
        let mut left = LINGER_BYTES;
        while stream.readable().await.is_ok() {
            match stream.try_read(&mut scratch) {
                Ok(0) => break,
                Ok(read) if read < left => left -= read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Ok(_) | Err(_) => break,
            }
        }
    };
    // Whether it closed or not, there is nothing more to do.
    let _ = timeout(LINGER, drain).await;
}
