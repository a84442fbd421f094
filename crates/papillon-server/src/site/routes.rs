//! What is where, on both listeners.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use http::{Method, StatusCode};
use tokio::sync::{Semaphore, SemaphorePermit, watch};

use crate::Limits;
use crate::addresses::Ports;
use crate::config::Front;
use crate::http::Request;
use crate::http::Response;
use crate::http::bridge;
use crate::http::listening::Room;
use crate::http::{Setting, Visitor};
use crate::limits::{Arrival, Arrivals};
use crate::listen::proxy_protocol::{AddressRange, is_trusted};
use crate::passport::Passport;
use crate::site::gateway::{self, Gateways};
use crate::site::passport::{login, nexus};

/// The longest body of a request, in bytes.
const MAX_BODY: usize = 64 * 1024;
/// The longest one that carries a picture.
const MAX_UPLOAD: usize = 4 << 20;
/// Bodies longer than usual that are taken at once: what all of them can take of the memory is bounded.
const UPLOADS: usize = 16;
/// Those of one address.
const UPLOADS_OF_ADDRESS: usize = 4;

/// A place for a long body, of its address and of all.
pub(crate) type Upload<'a> = (Arrival, SemaphorePermit<'a>);

/// What the HTTP listeners serve.
pub struct Site {
    passport: Arc<Passport>,
    public_host: Option<String>,
    ports: Ports,
    front: Front,
    pages: Option<Router>,
    https_only: AtomicBool,
    gateways: Option<Gateways>,
    uploads: Semaphore,
    uploaders: Arc<Arrivals>,
    pub(crate) room: Room,
    /// Nothing more is to be asked.
    pub(crate) closing: watch::Sender<bool>,
}

impl Site {
    /// A site for these listeners. `public_host` is a name or an address without a port.
    pub fn new(
        passport: impl Into<Arc<Passport>>,
        public_host: Option<String>,
        ports: Ports,
        limits: &Limits,
    ) -> Self {
        Self {
            passport: passport.into(),
            public_host,
            ports,
            front: Front::default(),
            pages: None,
            https_only: AtomicBool::new(false),
            gateways: None,
            uploads: Semaphore::new(UPLOADS),
            uploaders: Arrivals::new(UPLOADS_OF_ADDRESS),
            room: Room::new(limits, &[]),
            closing: watch::Sender::new(false),
        }
    }

    /// With these pages.
    #[must_use]
    pub(crate) fn with_pages(mut self, pages: Router) -> Self {
        self.pages = Some(pages);
        self
    }

    /// Whether passwords are taken over TLS only.
    #[must_use]
    pub(crate) fn with_https_only(self, https_only: bool) -> Self {
        self.tell_https_only(https_only);
        self
    }

    /// The same from now on.
    pub(crate) fn tell_https_only(&self, https_only: bool) {
        self.https_only.store(https_only, Ordering::Relaxed);
    }

    /// With a gateway for messengers.
    #[must_use]
    pub(crate) fn with_gateways(mut self, gateways: Gateways) -> Self {
        self.gateways = Some(gateways);
        self
    }

    /// With something in front, as the operator says.
    #[must_use]
    pub(crate) fn with_front(mut self, front: Front) -> Self {
        self.front = front;
        self
    }

    /// With proxies that are trusted to say who their clients are, in the PROXY protocol or in headers.
    #[must_use]
    pub fn with_trusted_proxies(mut self, proxies: &[AddressRange]) -> Self {
        self.room.trusted_proxies = proxies.into();
        self
    }

    /// How long a body may be, in bytes.
    pub(crate) fn most(request: &Request<'_>) -> usize {
        if request.path == "/account/picture" { MAX_UPLOAD } else { MAX_BODY }
    }

    /// Makes room for a body of this length; the room is free again when what is returned is dropped.
    ///
    /// # Errors
    /// The answer to send when too many are being sent.
    pub(crate) fn make_room(&self, length: usize, visitor: &Visitor) -> Result<Option<Upload<'_>>, Response> {
        if length <= MAX_BODY {
            return Ok(None);
        }
        let busy = || {
            let text = "Too many files are being sent. Please try again in a moment.";
            Response::text(StatusCode::SERVICE_UNAVAILABLE, text).with_header("Retry-After", "5")
        };
        let arrival = self.uploaders.enter(visitor.peer.ip()).ok_or_else(busy)?;
        let permit = self.uploads.try_acquire().map_err(|_| busy())?;
        Ok(Some((arrival, permit)))
    }

    /// Whether the answer may be held back until there is something to say, so that it is worth
    /// watching whether the client still waits.
    pub(crate) fn may_hold(request: &Request<'_>) -> bool {
        Gateways::may_hold(request)
    }

    /// Who makes a request on this connection.
    pub(crate) fn visitor(&self, request: &Request<'_>, connected: &Visitor) -> Visitor {
        let mut visitor = connected.clone();
        let setting = Setting { public_host: self.public_host.as_deref(), front: &self.front };
        visitor.asks(request, setting, |address| is_trusted(&self.room.trusted_proxies, address));
        visitor
    }

    /// Counts the request in where its connection does not count.
    ///
    /// # Errors
    /// The answer to send when its client has all that it may have.
    pub(crate) fn count(&self, visitor: &Visitor) -> Result<Option<Arrival>, Response> {
        if visitor.counted {
            return Ok(None);
        }
        let arrival = self.room.arrivals.enter(visitor.peer.ip());
        arrival.map(Some).ok_or_else(|| {
            let text = "There are too many requests from this address. Please try again in a moment.";
            Response::text(StatusCode::SERVICE_UNAVAILABLE, text).with_header("Retry-After", "5")
        })
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, request: &Request<'_>, visitor: &Visitor) -> Response {
        // The clients of the time spell them as they please.
        let path = request.path.to_ascii_lowercase();
        if let (gateway::PATH, Some(gateways)) = (&*path, &self.gateways) {
            return gateways.answer(request, visitor).await;
        }
        match &*path {
            "/rdr/pprdr.asp" => {
                let login = self.front.login(self.ports, visitor);
                reading(request, || nexus::answer(&login.host, login.port)).closing()
            }
            "/login.srf" | "/login2.srf" if is_reading(request) => {
                let page = self.front.origin(self.ports, visitor) + "/";
                if self.https_only.load(Ordering::Relaxed) && !visitor.secure {
                    return login::refused(&page).closing();
                }
                login::answer(&self.passport, request, visitor.peer.ip(), &page).await.closing()
            }
            "/login.srf" | "/login2.srf" => only_reading().closing(),
            "/health" => reading(request, || {
                Response::text(StatusCode::OK, "ok").with_header("Cache-Control", "no-store").closing()
            }),
            _ => match &self.pages {
                Some(pages) => bridge::call(pages, request, visitor).await,
                None => reading(request, || Response::text(StatusCode::NOT_FOUND, "There is nothing here.")),
            },
        }
    }
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("public_host", &self.public_host)
            .field("ports", &self.ports)
            .finish_non_exhaustive()
    }
}

fn is_reading(request: &Request<'_>) -> bool {
    [Method::GET, Method::HEAD].contains(&request.method)
}

fn reading(request: &Request<'_>, answer: impl FnOnce() -> Response) -> Response {
    if is_reading(request) { answer() } else { only_reading() }
}

fn only_reading() -> Response {
    let text = "Only GET and HEAD are answered here.";
    Response::text(StatusCode::METHOD_NOT_ALLOWED, text).with_header("Allow", "GET, HEAD")
}
