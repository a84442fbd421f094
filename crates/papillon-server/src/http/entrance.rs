//! The entrance that the listeners of a site share: the places for connections, requests and long bodies, the trusted
//! proxies, and the end of new requests at shutdown.

use std::future::pending;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

use super::charged::AnswerMemory;
use super::listening::Room;
use super::response::Response;
use super::seats::{Seat, Seats, Work};
use super::visitor::Visitor;
use crate::Limits;
use crate::bans::Bans;
use crate::counts::Connections;
use crate::delivery::{Charge, Memory, MemoryLimits};
use crate::limits::{AddressCounter, Place};
use crate::listen::proxy_protocol::{AddressRange, is_trusted};
use crate::refusals::{Refusal, Refusals};

/// The longest usual body of a request, in bytes. Longer ones need a place.
pub(crate) const MAX_BODY: usize = 64 * 1024;
/// Bodies longer than usual that are taken at once. This bounds the memory that all of them can take.
const UPLOADS: usize = 16;
/// The same for one address.
const UPLOADS_OF_ADDRESS: usize = 4;
/// The time that a long body keeps its place while another address has none.
const PATIENCE_WITH_UPLOADS: Duration = Duration::from_secs(10);

/// The memory of a connection by itself, in bytes: its task, the first KiB of what it sends, and what its last answer has left.
const PLAIN_CONNECTION: usize = 20 * 1024;
/// The same over TLS, with the state and the buffers of that.
const TLS_CONNECTION: usize = 48 * 1024;

/// The room for a body: its memory, and for a long one a place of its address and a seat of all.
pub(super) struct Upload {
    _charge: Charge,
    long: Option<(Place, Arc<Seat>)>,
    whole: Option<Work>,
}

impl Upload {
    /// Notes that the body is whole: it keeps its seat from here on.
    pub(super) fn is_whole(&mut self) {
        self.whole = self.long.as_ref().map(|(_, seat)| seat.work());
    }
}

/// Waits until the seat of a long body is given to another one. It does not end for others.
pub(super) async fn displaced(upload: Option<&Upload>) {
    match upload.and_then(|upload| upload.long.as_ref()) {
        Some((_, seat)) => seat.evicted().await,
        None => pending().await,
    }
}

/// The answer to a client whose long body has no seat, or one no longer.
pub(super) fn too_many_files() -> Response {
    Response::busy("Too many files are being sent. Please try again in a moment.")
}

/// The answer to a client for whose request no memory is left.
pub(super) fn too_much_under_way() -> Response {
    Response::busy("There is too much under way. Please try again in a moment.")
}

/// The places of a request of HTTP/2, of its address and of all. The first one on a connection has those of the
/// connection.
pub(super) type Stream = (Option<Place>, OwnedSemaphorePermit);

/// See the module.
pub(crate) struct Entrance {
    room: Room,
    /// The places of HTTP/2 requests that are answered beside others on their connection.
    streams: Arc<Semaphore>,
    uploads: Arc<Seats>,
    uploaders: Arc<AddressCounter>,
    answers: AnswerMemory,
    closing: watch::Sender<bool>,
    connections: Arc<Connections>,
}

impl Entrance {
    /// An entrance with these limits, and without trusted proxies.
    pub(crate) fn new(limits: &Limits) -> Self {
        Self {
            room: Room::new(limits, &[]),
            // A semaphore panics beyond its own limit; with none, nobody could ask.
            streams: Arc::new(Semaphore::new(limits.http_connections.clamp(1, Semaphore::MAX_PERMITS))),
            uploads: Seats::new(UPLOADS, PATIENCE_WITH_UPLOADS),
            uploaders: AddressCounter::new(UPLOADS_OF_ADDRESS),
            answers: AnswerMemory {
                memory: Memory::new(MemoryLimits {
                    all: limits.memory_bytes,
                    address: limits.memory_bytes_per_address,
                    account: limits.memory_bytes_per_account,
                }),
                refusals: Arc::default(),
            },
            closing: watch::Sender::new(false),
            connections: Arc::default(),
        }
    }

    /// With the counts of a service.
    pub(crate) fn count_in(&mut self, connections: Arc<Connections>) {
        self.connections = connections;
    }

    /// The counts of open connections.
    pub(super) fn connections(&self) -> &Arc<Connections> {
        &self.connections
    }

    /// With proxies that are trusted to name their clients, in the PROXY protocol or in headers.
    pub(crate) fn trust(&mut self, proxies: &[AddressRange]) {
        self.room.trusted_proxies = proxies.into();
    }

    /// With the memory and the counts of refusals that the rest of the service has.
    pub(crate) fn share(&mut self, memory: &Arc<Memory>, refusals: &Arc<Refusals>) {
        self.answers = AnswerMemory { memory: Arc::clone(memory), refusals: Arc::clone(refusals) };
    }

    /// Charges a connection to the memory of its client's address; `None` when there is none left.
    pub(super) fn charge_connection(&self, client: IpAddr, secure: bool) -> Option<Charge> {
        let bytes = if secure { TLS_CONNECTION } else { PLAIN_CONNECTION };
        self.answers.charge_connection(client, bytes)
    }

    /// The memory that answers are charged to.
    pub(super) fn answers(&self) -> &AnswerMemory {
        &self.answers
    }

    /// Notes that a client was turned away.
    pub(super) fn note(&self, why: Refusal, client: IpAddr) {
        self.answers.refusals.note(why, Some(client), None);
    }

    /// With these bans.
    pub(crate) fn ban(&mut self, bans: Arc<Bans>) {
        self.room.bans = bans;
    }

    /// Lets the client of a request in. A connection may be older than the ban, or one of a proxy, which names its
    /// client with each request.
    ///
    /// # Errors
    /// The answer to send when the client's address is banned.
    pub(super) fn let_in(&self, visitor: &Visitor) -> Result<(), Response> {
        if self.room.bans.refuses_address(visitor.peer.ip()) {
            return Err(Response::text(StatusCode::FORBIDDEN, "This address is banned from the service."));
        }
        Ok(())
    }

    pub(super) fn room(&self) -> &Room {
        &self.room
    }

    pub(super) fn trusts(&self, address: IpAddr) -> bool {
        is_trusted(&self.room.trusted_proxies, address)
    }

    /// Ends the time for requests: idle connections close, and no request is read any more.
    pub(crate) fn close(&self) {
        // `send` would fail, and store nothing, while no connection watches.
        self.closing.send_replace(true);
    }

    /// Waits until the entrance is closed.
    pub(super) fn closed(&self) -> impl Future<Output = ()> + use<> {
        let mut closing = self.closing.subscribe();
        async move {
            // An entrance that is gone is closed as well.
            let _ = closing.wait_for(|closing| *closing).await;
        }
    }

    /// Counts a request in where its connection does not count.
    ///
    /// # Errors
    /// The answer to send when its client has all that it may have.
    pub(super) fn count(&self, visitor: &Visitor) -> Result<Option<Place>, Response> {
        if visitor.counted {
            return Ok(None);
        }
        self.place(visitor).map(Some)
    }

    /// Counts a request of HTTP/2 in: as many may be answered at once as there may be connections. `first` has a
    /// permit for the one that goes with the connection.
    ///
    /// # Errors
    /// As [`count`](Self::count); and when there are too many of all.
    pub(super) fn count_stream(&self, visitor: &Visitor, first: &Arc<Semaphore>) -> Result<Stream, Response> {
        // The connection has a place of its address already: one request at a time goes on that, so that a client
        // with one request costs the same in HTTP/2 as in HTTP/1.
        match Arc::clone(first).try_acquire_owned() {
            Ok(first) => Ok((self.count(visitor)?, first)),
            Err(_) => {
                let full = |_| {
                    self.answers.refusals.note(Refusal::Connections, Some(visitor.peer.ip()), None);
                    Response::busy("There are too many requests. Please try again in a moment.")
                };
                let place = self.place(visitor)?;
                Ok((Some(place), Arc::clone(&self.streams).try_acquire_owned().map_err(full)?))
            }
        }
    }

    fn place(&self, visitor: &Visitor) -> Result<Place, Response> {
        let client = visitor.peer.ip();
        self.room.arrivals.enter(client).ok_or_else(|| {
            self.note(Refusal::ConnectionsOfAddress, client);
            Response::busy("There are too many requests from this address. Please try again in a moment.")
        })
    }

    /// Makes room for a body of this length, until the returned place is dropped.
    ///
    /// # Errors
    /// The answer to send when too many long bodies are being sent, or there is no memory for it.
    pub(super) fn make_room(&self, length: usize, visitor: &Visitor) -> Result<Option<Upload>, Response> {
        if length == 0 {
            return Ok(None);
        }
        let client = visitor.peer.ip();
        let charge = self.answers.charge(client, length).ok_or_else(too_much_under_way)?;
        if length <= MAX_BODY {
            return Ok(Some(Upload { _charge: charge, long: None, whole: None }));
        }
        let full = || {
            self.note(Refusal::Uploads, client);
            too_many_files()
        };
        // The address first: one that is at its own limit takes no seat of others.
        let place = self.uploaders.enter(client).ok_or_else(full)?;
        let (seat, displaced) = self.uploads.take(Some(client)).ok_or_else(full)?;
        if let Some(displaced) = displaced {
            self.note(Refusal::Uploads, displaced);
        }
        Ok(Some(Upload { _charge: charge, long: Some((place, seat)), whole: None }))
    }
}
