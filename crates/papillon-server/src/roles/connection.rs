//! A connection: one task that reads, and one bounded outbox to which every task may write.

mod clock;
mod span;

use std::future::poll_fn;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::BytesMut;
use msnp::Handle;
use msnp::wire::{Decoder, Frame, Limits, Stream};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};
use tracing::Span;

use self::clock::Clock;
use self::span::span;
use super::caught::{Panicked, caught};
use super::command_error::Flow;
use super::notification;
use super::switchboard;
use crate::config::Timeouts;
use crate::counts::{self, Door, Loss, OpenConnection};
use crate::delivery::{Deliveries, Inlet, Outbox, Outlook, Place, Reader, Tunnel, read_buffer};
use crate::listen::{Arrival, EntryPoint, Origin};
use crate::refusals::Refusal;
use crate::service::Service;

/// A deadline that is never reached.
const NEVER: Duration = Duration::from_secs(86_400 * 365);

/// A client that the service has shown out has so long to take its last line.
const FAREWELL: Duration = Duration::from_secs(2);

/// A connection on a switchboard and its role each hold its outbox.
const OWN: usize = 2;

/// The role of a connection; its first verb tells it. Boxed, because an enum has the size of its largest variant, and
/// an idle connection costs memory.
enum Role {
    Unknown,
    Notification(Box<notification::Connection>),
    Switchboard(Box<switchboard::Connection>),
}

/// Serves one client until one of the two sides ends it. `early` are the bytes that have been read from it.
pub(crate) fn serve(
    service: Arc<Service>,
    stream: TcpStream,
    early: Vec<u8>,
    arrival: Arrival,
    place: Place,
) -> impl Future<Output = ()> + Send {
    let (half, writer) = stream.into_split();
    let share = service.memory.share(arrival.client.ip());
    let (limit, traffic) = (service.config.limits.outbox_bytes, Arc::clone(&service.counts.traffic));
    let outbox = Arc::new(Outbox::new(writer, limit, share, traffic));
    attend(service, Reader::Tcp { half, early }, outbox, arrival, place)
}

/// The same for a client whose bytes come through a tunnel.
pub(crate) fn serve_tunnel(
    service: Arc<Service>,
    tunnel: Arc<Tunnel>,
    origin: Origin,
    place: Place,
) -> impl Future<Output = ()> + Send {
    let outbox = Arc::clone(tunnel.outbox());
    attend(service, Reader::Tunnel(Inlet(tunnel)), outbox, origin.into(), place)
}

// No async functions: such a future has its arguments twice, as they were passed and as they are used, for as long as
// the client is connected.
fn attend(
    service: Arc<Service>,
    reader: Reader,
    outbox: Arc<Outbox>,
    arrival: Arrival,
    place: Place,
) -> impl Future<Output = ()> + Send {
    place.attach(&outbox);
    // A ban that came since the connection was accepted closes those that have an outbox: this one, or it is seen here.
    if service.bans.has_address(arrival.client.ip()) {
        Deliveries::new().close(&outbox);
    }
    let mut connection = Connection {
        span: span(place.number(), &arrival, &service.logged),
        counted: service.counts.connections.open(door(arrival.entry_point), counts::Role::Unknown),
        timeouts: &service.config.now().timeouts,
        decoder: Decoder::new(Stream::NotificationRequests, Limits::SIGN_IN),
        role: Role::Unknown,
        begun: Instant::now(),
        unfinished: None,
        closing: false,
        parted: false,
        backlog: false,
        service,
        reader,
        outbox,
        arrival,
        place,
    };
    async move {
        let ended = caught(pin!(connection.run())).await;
        let reset = ended.unwrap_or_else(|Panicked| connection.note_panic());
        let account = connection.account();
        // Before the lingering: the others hear at once that this client is gone.
        connection.span.clone().in_scope(|| connection.leave(reset));
        // A newcomer has the place of one that was evicted: its socket is closed at once.
        if !reset && connection.place.is_kept() && !connection.is_done() {
            connection.reader.linger().await;
        }
        if let Some(refusal) = connection.refusal() {
            let from = Some(connection.arrival.client.ip());
            connection.service.refusals.note(refusal, from, account.as_ref());
        }
    }
}

/// What a connection's task is woken for.
enum Event {
    /// Nothing is left to do for the client but to let it have the rest.
    Over,
    /// The service has ended the connection.
    Cut,
    /// The client is gone.
    Gone,
    /// Bytes have been read.
    Read,
    /// The client has taken lines, so that the requests that wait are handled.
    Released,
    /// A deadline may have passed.
    Rung,
}

struct Connection {
    service: Arc<Service>,
    /// The client, for the lines of the log. It is entered around all work but the relay of messages: they pay nothing
    /// for it, and the one line that a relay may log enters it by itself.
    span: Span,
    counted: OpenConnection,
    /// The time limits at its beginning: a change of the settings holds for later connections.
    timeouts: &'static Timeouts,
    reader: Reader,
    outbox: Arc<Outbox>,
    arrival: Arrival,
    decoder: Decoder,
    role: Role,
    begun: Instant,
    /// The time since which there is the beginning of a line, or a line without its payload, and nothing after it.
    unfinished: Option<Instant>,
    /// Nothing more is read; the lines that wait are written, then the connection ends.
    closing: bool,
    /// The service has ended the connection, and the others have been told.
    parted: bool,
    /// Requests that have been read wait until the client has taken lines.
    backlog: bool,
    /// Last, so that it is dropped last: a shutdown counts the connection until its last lines are taken.
    place: Place,
}

impl Connection {
    /// Runs until the connection is to end. `true` when the client is gone already.
    async fn run(&mut self) -> bool {
        let mut buffer = BytesMut::new();
        let mut timer = pin!(sleep_until(self.deadline()));
        let mut clock = Clock::default();
        loop {
            // One future for all that can happen: it is looked at once for each wake-up, and leaves its waker wherever
            // something may come from.
            let event =
                poll_fn(|context| self.poll_event(context, &mut buffer, timer.as_mut(), &mut clock)).await;
            clock.has_read = matches!(event, Event::Read);
            // Of the deadlines of a switchboard only that of an unfinished line comes nearer by what is read.
            let is_unhurried = clock.has_read && matches!(self.role, Role::Switchboard(_));
            match event {
                Event::Over => return false,
                // The last line, or the rest of a half-written one, may take its time.
                Event::Cut => self.part(),
                Event::Gone => return true,
                Event::Read => {
                    if !matches!(self.role, Role::Switchboard(_)) {
                        // Its requests wait for the database. Copied, so that each of them does not hold 16 KiB meanwhile:
                        // when everybody signs in at once, that is the most memory that the service ever needs.
                        read_buffer::release(&mut buffer);
                    }
                    let flow = self.go_on(&mut buffer).await;
                    read_buffer::release(&mut buffer);
                    if flow.is_break() {
                        self.finish();
                    }
                    // Only now, with its replies in the outbox: a request of the gateway waits for this.
                    self.reader.processed();
                }
                Event::Released => {
                    if self.go_on(&mut buffer).await.is_break() {
                        self.finish();
                    }
                }
                Event::Rung => {
                    if clock
                        .stall
                        .is_some_and(|(since, _)| self.stall_deadline(since, &clock) <= Instant::now())
                    {
                        self.outbox.end(if self.parted { Loss::Disconnected } else { Loss::Stalled });
                        return false;
                    }
                    if self.reader.expires().is_some_and(|expires| expires <= Instant::now()) {
                        self.span.in_scope(|| tracing::debug!("a client of the gateway asks no more"));
                        return true;
                    }
                    if !self.closing
                        && !clock.is_excused
                        && self.span.clone().in_scope(|| self.see_to_deadlines()).is_break()
                    {
                        self.finish();
                    }
                }
            }
            if !is_unhurried || self.unfinished.is_some() || self.closing {
                clock.outlook = None;
            }
        }
    }

    /// The next thing that happens.
    fn poll_event(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut BytesMut,
        mut timer: Pin<&mut Sleep>,
        clock: &mut Clock,
    ) -> Poll<Event> {
        let (outlook, is_new) = loop {
            let (outlook, is_new) = self.outbox.poll_outlook(context);
            // Where the socket takes more again, the outlook is another.
            if outlook.is_over || outlook.stalled.is_none() || self.outbox.poll_writable(context).is_pending()
            {
                break (outlook, is_new);
            }
            Deliveries::new().resume(&self.outbox);
        };
        if outlook.is_over {
            return Poll::Ready(Event::Over);
        }
        if outlook.is_cut && !self.parted {
            return Poll::Ready(Event::Cut);
        }
        if self.backlog && !outlook.is_held {
            return Poll::Ready(Event::Released);
        }
        self.reader.hold(outlook.is_held);
        // Before the reading: a client that never stops sending has deadlines, too.
        if clock.is_to_be_set(outlook) {
            let is_excused = outlook.is_held && self.is_in();
            let wanted = self.wanted(clock, is_excused);
            // A timer that rings too early is looked at and set again: that is rarer than deadlines that move on.
            if wanted < timer.deadline() || timer.is_elapsed() {
                timer.as_mut().reset(wanted);
            }
            clock.is_excused = is_excused;
        }
        // Once it has this task's waker, it wakes it by itself.
        if is_new || !clock.is_running || timer.is_elapsed() {
            clock.is_running = timer.as_mut().poll(context).is_pending();
            if !clock.is_running {
                return Poll::Ready(Event::Rung);
            }
        }
        if self.closing || outlook.is_held { Poll::Pending } else { self.poll_read(context, buffer, clock) }
    }

    /// When to look at the clock, if nothing happens before.
    fn wanted(&self, clock: &Clock, is_excused: bool) -> Instant {
        match clock.stall {
            None if is_excused || self.closing => self.expiry(),
            None => self.next_deadline(),
            Some((since, _)) if is_excused => self.stall_deadline(since, clock),
            // The deadlines for requests are over then: only the writing counts.
            Some((since, _)) if self.closing => self.stall_deadline(since, clock),
            Some((since, _)) => self.stall_deadline(since, clock).min(self.next_deadline()),
        }
    }

    /// Reads the bytes that are there.
    fn poll_read(
        &mut self,
        context: &mut Context<'_>,
        buffer: &mut BytesMut,
        clock: &mut Clock,
    ) -> Poll<Event> {
        // Most reads do not fill their buffer, and the look after them finds nothing; nor need the beginning of a line be
        // copied for nothing. Else the task has been woken, for this most likely.
        if (std::mem::take(&mut clock.has_read) || !buffer.is_empty())
            && ready!(self.reader.poll_readable(context)).is_err()
        {
            return Poll::Ready(Event::Gone);
        }
        read_buffer::provide(buffer);
        match self.reader.poll_read(context, buffer) {
            Poll::Ready(Ok(1..)) => Poll::Ready(Event::Read),
            Poll::Ready(Ok(0) | Err(_)) => Poll::Ready(Event::Gone),
            Poll::Pending => {
                read_buffer::release(buffer);
                Poll::Pending
            }
        }
    }

    /// Handles the commands that have been read.
    async fn go_on(&mut self, buffer: &mut BytesMut) -> Flow {
        let before = self.decoder.taken();
        self.backlog = false;
        let flow = match &mut self.role {
            // Nothing is awaited on a switchboard: one for all frames of this read, so that a burst is one write.
            Role::Switchboard(switchboard) => {
                switchboard.handle_all(&mut self.decoder, buffer, &self.span, &mut Deliveries::new())
            }
            // Boxed so that an idle connection does not carry the room that its commands need.
            Role::Unknown | Role::Notification(_) => Box::pin(self.handle(buffer)).await,
        };
        self.backlog |= self.outbox.is_slowed();
        self.note_unfinished(buffer, before);
        flow
    }

    /// Notes whether the bytes that have been read end within a frame; `before` is the number of frames when that
    /// was looked at last.
    fn note_unfinished(&mut self, buffer: &BytesMut, before: u64) {
        // With a backlog, it is not the client that is waited for.
        if self.backlog || buffer.is_empty() && !self.decoder.is_inside_frame() {
            self.unfinished = None;
        } else if self.unfinished.is_none() || self.decoder.taken() != before {
            // With a frame taken since, the rest is the beginning of another. Without one, a client that sends a byte
            // now and then gains no time.
            self.unfinished = Some(Instant::now());
        }
    }

    async fn handle(&mut self, buffer: &mut BytesMut) -> Flow {
        loop {
            if let Role::Switchboard(switchboard) = &mut self.role {
                // One for all frames of this read: nothing is awaited on a switchboard, so a burst is one write.
                let mut out = Deliveries::new();
                return switchboard.handle_all(&mut self.decoder, buffer, &self.span, &mut out);
            }
            match self.decoder.next(buffer) {
                Ok(Some(frame)) => {
                    if self.handle_one(frame).await.is_break() {
                        return Flow::Break(());
                    }
                    // A client that has been dropped meanwhile has the rest of its requests ignored. One with too much
                    // to read has it handled later.
                    match self.outbox.outlook() {
                        Outlook { is_over: true, .. } | Outlook { is_cut: true, .. } => {
                            return Flow::Break(());
                        }
                        Outlook { is_held: true, .. } => {
                            self.backlog = true;
                            return Flow::Continue(());
                        }
                        Outlook { .. } => {}
                    }
                }
                Ok(None) => return Flow::Continue(()),
                Err(error) => {
                    self.span.in_scope(
                        || tracing::debug!(%error, "closing a connection whose stream cannot be read"),
                    );
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
            Role::Notification(notification) => {
                let flow = {
                    let mut handling = pin!(notification.handle(frame));
                    // The span is entered at each step, without another handle to it for each command.
                    poll_fn(|context| self.span.in_scope(|| handling.as_mut().poll(context))).await
                };
                // A sign-in raises the limits, from the next frame on.
                self.decoder.expect(Stream::NotificationRequests, notification.frame_limits());
                flow
            }
            Role::Switchboard(switchboard) => {
                self.span.in_scope(|| switchboard.handle(&frame, &mut Deliveries::new()))
            }
            Role::Unknown => Flow::Break(()),
        }
    }

    /// `VER` opens a notification connection, `USR` and `ANS` a switchboard.
    fn take_role(&mut self, frame: &Frame) -> Flow {
        let service = Arc::clone(&self.service);
        let outbox = Arc::clone(&self.outbox);
        match (frame.verb(), self.arrival.entry_point) {
            (b"VER", _) => {
                let Some(origin) = self.arrival.origin(|| self.reader.local_addr()) else {
                    return Flow::Break(());
                };
                let connection = notification::Connection::new(service, outbox, origin);
                self.role = Role::Notification(Box::new(connection));
                self.counted.becomes(counts::Role::Notification);
            }
            // The dispatch listener has no switchboards.
            (b"USR" | b"ANS", EntryPoint::Msnp | EntryPoint::Gateway) => {
                let connection = switchboard::Connection::new(service, outbox, self.arrival);
                self.role = Role::Switchboard(Box::new(connection));
                self.counted.becomes(counts::Role::Switchboard);
                self.decoder.expect(Stream::SwitchboardRequests, Limits::SIGNED_IN);
            }
            _ => return Flow::Break(()),
        }
        self.place.is_known();
        Flow::Continue(())
    }

    /// The account of the client, once it has signed in.
    fn account(&self) -> Option<Handle> {
        match &self.role {
            Role::Unknown => None,
            Role::Notification(notification) => notification.account(),
            Role::Switchboard(switchboard) => switchboard.account(),
        }
    }

    /// Whether the client has said `OUT`, and nothing came after it: then it waits for nothing but the end, and to close the
    /// socket is enough. Its last lines go out all the same.
    fn is_done(&self) -> bool {
        match &self.role {
            // The socket is closed with its outbox. A message that waits for a recipient keeps that of its sender.
            Role::Switchboard(switchboard) => {
                let is_last = Arc::strong_count(&self.outbox) == OWN;
                is_last && switchboard.has_taken_leave() && self.reader.is_drained()
            }
            Role::Unknown | Role::Notification(_) => false,
        }
    }

    /// The refusal that the drop of the client was, if it was one.
    fn refusal(&self) -> Option<Refusal> {
        self.outbox.loss().and_then(|(loss, _)| refusal(loss))
    }

    /// Whether the client has signed in.
    fn is_in(&self) -> bool {
        match &self.role {
            Role::Unknown => false,
            Role::Notification(notification) => notification.has_signed_in(),
            Role::Switchboard(switchboard) => switchboard.has_come_in(),
        }
    }

    /// When the client counts as gone, if that is to be looked at by the clock.
    fn expiry(&self) -> Instant {
        self.reader.expires().unwrap_or(self.begun + NEVER)
    }

    /// The time to look at the deadlines, if nothing happens before.
    fn next_deadline(&self) -> Instant {
        let deadline = self.deadline();
        self.reader.expires().map_or(deadline, |expires| expires.min(deadline))
    }

    fn deadline(&self) -> Instant {
        let unfinished = self.unfinished_deadline();
        unfinished.map_or_else(|| self.role_deadline(), |unfinished| unfinished.min(self.role_deadline()))
    }

    fn unfinished_deadline(&self) -> Option<Instant> {
        self.unfinished.map(|since| since + self.timeouts.unfinished)
    }

    fn role_deadline(&self) -> Instant {
        let sign_in = self.begun + self.timeouts.sign_in;
        let deadline = match &self.role {
            Role::Unknown => Some(sign_in.min(self.begun + self.timeouts.first_line)),
            Role::Notification(notification) => notification.deadline(sign_in),
            Role::Switchboard(switchboard) => switchboard.deadline(sign_in),
        };
        // From now and not from the beginning: it would pass after a year. A later deadline sets no timer again.
        deadline.unwrap_or_else(|| Instant::now() + NEVER)
    }

    fn see_to_deadlines(&mut self) -> Flow {
        let now = Instant::now();
        if self.unfinished_deadline().is_some_and(|deadline| deadline <= now) {
            tracing::debug!("closing a connection that does not finish a command that it has begun");
            return Flow::Break(());
        }
        if self.role_deadline() > now {
            return Flow::Continue(());
        }
        match &mut self.role {
            Role::Unknown => Flow::Break(()),
            Role::Notification(notification) => notification.on_deadline(),
            Role::Switchboard(switchboard) => switchboard.on_deadline(&mut Deliveries::new()),
        }
    }

    fn stall_deadline(&self, since: Instant, clock: &Clock) -> Instant {
        let patience = self.timeouts.write_stall;
        since
            + match (self.parted, clock.is_waited_for) {
                (true, _) => patience.min(FAREWELL),
                (false, true) => patience / 2,
                (false, false) => patience,
            }
    }

    /// Handles nothing more of the client. The others in its conversation do not wait until it has taken its last line.
    fn part(&mut self) {
        self.parted = true;
        self.closing = true;
        self.backlog = false;
        if let Role::Switchboard(switchboard) = &mut self.role {
            switchboard.leave(0, &mut Deliveries::new());
        }
    }

    /// Tells of a panic of the connection's task. `true`: the client is gone.
    fn note_panic(&self) -> bool {
        self.service.counts.connections.note_panic();
        self.span.in_scope(|| tracing::error!("a connection's task panicked; its client is disconnected"));
        true
    }

    /// Lets the lines that have been sent go out, then ends.
    fn finish(&mut self) {
        self.closing = true;
        self.backlog = false;
        Deliveries::new().close(&self.outbox);
    }

    /// Tells all people that it concerns that this client is gone, or is going (`reset`: gone already).
    fn leave(&mut self, reset: bool) {
        match self.outbox.loss() {
            Some((Loss::Stalled, waiting)) => tracing::info!(waiting, "dropping a client that does not read"),
            Some((Loss::Overflow, waiting)) => {
                tracing::info!(waiting, "dropping a client that reads more slowly than others write to it");
            }
            Some((Loss::Flood, _)) => tracing::info!("dropping a client that sends more than is worked off"),
            // Those for want of memory are told together, once a second.
            Some((Loss::Disconnected | Loss::MemoryOfAccount | Loss::MemoryOfAddress | Loss::Memory, _))
            | None => {}
        }
        let mut out = Deliveries::new();
        match &mut self.role {
            Role::Unknown => {}
            Role::Notification(notification) => notification.leave(&mut out),
            Role::Switchboard(switchboard) => {
                let kept = if reset { 0 } else { self.reader.still_taken() };
                switchboard.leave(kept, &mut out);
            }
        }
        // The lines in a tunnel can still be asked for.
        if let Reader::Tcp { .. } = self.reader {
            out.abandon(&self.outbox);
        }
    }
}

/// The refusal that a drop of a client is.
fn refusal(loss: Loss) -> Option<Refusal> {
    match loss {
        Loss::MemoryOfAccount => Some(Refusal::MemoryOfAccount),
        Loss::MemoryOfAddress => Some(Refusal::MemoryOfAddress),
        Loss::Memory => Some(Refusal::Memory),
        Loss::Overflow | Loss::Stalled | Loss::Flood | Loss::Disconnected => None,
    }
}

/// The door of a connection in the counts.
fn door(entry_point: EntryPoint) -> Door {
    match entry_point {
        EntryPoint::Msnp => Door::Msnp,
        EntryPoint::Dispatch => Door::Dispatch,
        EntryPoint::Gateway => Door::Gateway,
    }
}
