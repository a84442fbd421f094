//! The reading side of a switchboard connection.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use msnp::command::SwitchboardEvent as Event;
use msnp::message::{Message, P2pEnvelope};
use msnp::wire::{Decoder, Frame, Limits, Stream};
use msnp::{FriendlyName, Handle, Invalid, TransactionId};
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::time::Instant;

use super::answers::Landing;
use super::{Answer, Listener, Switchboard};

/// The most bytes that are read at once: some 48 packets.
const CHUNK: usize = 64 * 1024;

/// Reads until the end of the connection.
pub(super) async fn read<R, L>(board: Arc<Switchboard>, mut stream: R, listener: Arc<L>)
where
    R: AsyncRead + Unpin,
    L: Listener,
{
    let mut decoder = Decoder::new(Stream::SwitchboardEvents, Limits::EVENTS);
    let mut buffer = BytesMut::new();
    let mut reader = Reader::new(Arc::clone(&board), listener);
    let closed = board.closed();
    tokio::pin!(closed);
    loop {
        // One read fills the capacity: it should never be a few bytes at the end of an old buffer.
        if buffer.capacity() - buffer.len() < CHUNK / 2 {
            buffer.reserve(CHUNK);
        }
        let read = tokio::select! {
            read = stream.read_buf(&mut buffer) => read,
            () = &mut closed => break,
        };
        if !matches!(read, Ok(1..)) || reader.take(&mut decoder, &mut buffer).is_break() {
            break;
        }
        // Not reading is the brake: TCP slows the service down, and the service its sender.
        board.backlog.wait_for_room(|| board.has_in_flight()).await;
    }
    reader.finish();
}

/// Goes through the frames of one read after the other.
struct Reader<L> {
    board: Arc<Switchboard>,
    listener: Arc<L>,
    /// The MIME part of packets for this account, as official clients and this one write it.
    envelope: Vec<u8>,
    /// The sender and name of the last message: most messages have the same as the one before.
    sender: Option<Sender>,
    /// Packets that came with this read.
    packets: Vec<Bytes>,
    packets_from: Option<Handle>,
    /// Requests that were acknowledged in this read.
    acknowledged: Vec<u32>,
    entered: bool,
}

struct Sender {
    words: (String, String),
    handle: Handle,
    name: FriendlyName,
}

type Flow = std::ops::ControlFlow<()>;

impl<L: Listener> Reader<L> {
    fn new(board: Arc<Switchboard>, listener: Arc<L>) -> Self {
        let envelope = P2pEnvelope { destination: board.account.to_string(), packet: Bytes::new() };
        Self {
            envelope: envelope.to_message().to_bytes().to_vec(),
            board,
            listener,
            sender: None,
            packets: Vec::new(),
            packets_from: None,
            acknowledged: Vec::new(),
            entered: false,
        }
    }

    fn take(&mut self, decoder: &mut Decoder, buffer: &mut BytesMut) -> Flow {
        let flow = loop {
            match decoder.next(buffer) {
                Ok(Some(frame)) if self.frame(&frame).is_break() => break Flow::Break(()),
                Ok(Some(_)) => {}
                Ok(None) => break Flow::Continue(()),
                Err(error) => {
                    tracing::debug!(%error, "a switchboard cannot be read any further");
                    break Flow::Break(());
                }
            }
        };
        self.flush_packets();
        self.flush_acknowledged();
        flow
    }

    fn frame(&mut self, frame: &Frame) -> Flow {
        match frame.verb() {
            b"MSG" => self.message(frame),
            // Read without the rest of the parser: a transfer has one for each packet.
            b"ACK" => match frame.words(self.board.dialect).and_then(|mut words| words.transaction()) {
                Ok(TransactionId(number)) => self.acknowledged.push(number),
                Err(error) => tracing::debug!(%error, "an ACK that cannot be read"),
            },
            // By its verb alone: a reason that this client does not know ends the connection as well.
            b"OUT" => return Flow::Break(()),
            _ => match Event::parse(frame, self.board.dialect) {
                Ok(event) => self.event(event),
                Err(error) => tracing::debug!(%error, "an event of a switchboard is ignored"),
            },
        }
        Flow::Continue(())
    }

    fn event(&mut self, event: Event) {
        let board = &self.board;
        match event {
            Event::Usr(reply) => self.enter(reply.transaction),
            Event::Ans(reply) => self.enter(reply.transaction),
            Event::Cal(reply) => board.answered(reply.transaction, Answer::Yes),
            // Told when `ANS OK` shows that these were all.
            Event::Iro(there) => drop(self.arrive(there.handle, there.name)),
            Event::Joi(newcomer) => self.join(newcomer.handle, newcomer.name),
            Event::Bye(gone) => self.depart(&gone.handle),
            Event::Nak(reply) => self.refused(reply.transaction, Answer::NotDelivered),
            Event::Error(error) => match error.transaction {
                Some(transaction) => self.refused(transaction, Answer::Error(error.number)),
                None => tracing::debug!(error.number, "an error on a switchboard"),
            },
            // `MSG`, `ACK` and `OUT` are taken by `frame`.
            _ => {}
        }
    }

    fn enter(&mut self, transaction: TransactionId) {
        self.entered = true;
        // First the line, then the caller: `enter` returns when the members that were there before are known to it.
        self.listener.entered(&self.board);
        self.board.answered(transaction, Answer::Yes);
    }

    fn join(&self, who: Handle, name: FriendlyName) {
        // Before `ANS OK` the list of members is not complete: the line would be taken for one with fewer.
        if self.arrive(who, name) && self.entered {
            self.listener.people_changed(&self.board);
        }
    }

    /// Some services say `JOI` to the newcomer too (IETF).
    fn arrive(&self, who: Handle, name: FriendlyName) -> bool {
        who != self.board.account && self.board.state.lock().people.add(who, name)
    }

    fn depart(&mut self, who: &Handle) {
        // The packets of the member come before its leaving.
        self.flush_packets();
        if self.board.state.lock().people.remove(who) {
            self.listener.people_changed(&self.board);
            self.board.backlog.gone(who.clone());
        }
    }

    fn refused(&mut self, transaction: TransactionId, answer: Answer) {
        match self.board.landed(&[transaction.0]).pop() {
            Some(Landing::Packet(peer)) => self.listener.undelivered(&self.board, &peer),
            _ => self.board.answered(transaction, answer),
        }
    }

    fn message(&mut self, frame: &Frame) {
        if let Err(fault) = self.read_sender(frame) {
            return self.listener.unreadable(&self.board, None, fault);
        }
        let Some(sender) = &self.sender else { return };
        let payload = frame.payload();
        // Most of a transfer is packets with exactly this MIME part: these need no parser and no copy.
        let fast = payload.get(..self.envelope.len());
        if fast.is_some_and(|start| start.eq_ignore_ascii_case(&self.envelope)) {
            return self.packet(payload.slice(self.envelope.len()..));
        }
        match Message::parse(payload) {
            Ok(message) => match packet_of(&message) {
                Some(envelope) if self.is_for_me(&envelope, &sender.handle) => self.packet(envelope.packet),
                Some(_) => tracing::trace!("a packet for somebody else"),
                None => self.listener.message(&self.board, &sender.handle, &sender.name, message),
            },
            Err(fault) => self.listener.unreadable(&self.board, Some(&sender.handle), fault),
        }
    }

    /// Each member gets every packet, which is for one of them. aMSN names no receiver in a conversation of two.
    fn is_for_me(&self, envelope: &P2pEnvelope, sender: &Handle) -> bool {
        match envelope.destination.as_str() {
            "" => self.board.is_alone_with(sender),
            destination => destination.eq_ignore_ascii_case(self.board.account.as_str()),
        }
    }

    /// Notes the sender of the message. The name is read as well as possible.
    fn read_sender(&mut self, frame: &Frame) -> Result<(), Invalid> {
        let frame = frame.legible();
        let mut words = frame.words(self.board.dialect)?;
        let (handle, name) = (words.required("sender")?, words.required("name")?);
        let known =
            self.sender.as_ref().is_some_and(|sender| sender.words.0 == handle && sender.words.1 == name);
        if !known {
            let words = (handle.to_owned(), name.to_owned());
            let (handle, name) = (Handle::parse(handle)?, FriendlyName::lossy(name));
            self.sender = Some(Sender { words, handle, name });
        }
        Ok(())
    }

    fn packet(&mut self, packet: Bytes) {
        let Some(sender) = &self.sender else { return };
        if self.packets_from.as_ref() != Some(&sender.handle) {
            let from = sender.handle.clone();
            self.flush_packets();
            self.packets_from = Some(from);
        }
        self.packets.push(packet);
    }

    fn flush_packets(&mut self) {
        if let (Some(from), false) = (&self.packets_from, self.packets.is_empty()) {
            // With each batch rather than each packet: the check for idle switchboards looks every ten seconds.
            self.board.state.lock().active = Instant::now();
            self.board.backlog.packets(from.clone(), std::mem::take(&mut self.packets));
        }
    }

    fn flush_acknowledged(&mut self) {
        for landing in self.board.landed(&self.acknowledged) {
            if let Landing::Other(number) = landing {
                self.board.answered(TransactionId(number), Answer::Yes);
            }
        }
        self.acknowledged.clear();
    }

    fn finish(&mut self) {
        self.flush_packets();
        // The queue tells the peers' tasks after the last packets; the line learns below, when all is over.
        let people = self.board.state.lock().people.clear();
        for (who, _) in people {
            self.board.backlog.gone(who);
        }
        self.board.end();
        self.listener.people_changed(&self.board);
    }
}

/// The packet that a message is, if it is one.
fn packet_of(message: &Message) -> Option<P2pEnvelope> {
    if message.is(P2pEnvelope::MEDIA_TYPE) { P2pEnvelope::parse(message).ok() } else { None }
}
