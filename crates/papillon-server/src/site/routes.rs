//! The routes of the site, on both listeners.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use http::{Method, StatusCode};

use super::gateway::{self, Gateways};
use super::passport::{login, nexus};
use crate::Limits;
use crate::addresses::old_hosts::is_old;
use crate::addresses::{Front, Ports};
use crate::bans::Bans;
use crate::counts::{Counts, Health};
use crate::delivery::Memory;
use crate::http::{Entrance, Handler, MAX_BODY, Request, Response, Setting, Visitor, bridge};
use crate::listen::proxy_protocol::AddressRange;
use crate::metrics;
use crate::passport::Passport;
use crate::refusals::Refusals;

/// The longest body that carries a picture, in bytes.
const MAX_UPLOAD: usize = 4 << 20;

/// The site of the HTTP listeners. Public for `tests/passport.rs`.
pub struct Site {
    passport: Arc<Passport>,
    public_host: Option<String>,
    ports: Ports,
    front: Front,
    pages: Option<Router>,
    https_only: AtomicBool,
    gateways: Option<Gateways>,
    entrance: Entrance,
    health: Arc<Health>,
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
            entrance: Entrance::new(limits),
            health: Arc::new(Health::of_serving()),
        }
    }

    /// With the memory and the counts of refusals that the rest of the service has.
    #[must_use]
    pub(crate) fn with_budget(mut self, memory: &Arc<Memory>, refusals: &Arc<Refusals>) -> Self {
        self.entrance.share(memory, refusals);
        self
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

    /// With a proxy in front, at the addresses that the operator names.
    #[must_use]
    pub(crate) fn with_front(mut self, front: Front) -> Self {
        self.front = front;
        self
    }

    /// With bans of addresses.
    #[must_use]
    pub(crate) fn with_bans(mut self, bans: Arc<Bans>) -> Self {
        self.entrance.ban(bans);
        self
    }

    /// With the counts of a service.
    #[must_use]
    pub(crate) fn with_counts(mut self, counts: &Counts) -> Self {
        self.entrance.count_in(Arc::clone(&counts.connections));
        self.health = Arc::clone(&counts.health);
        self
    }

    /// With proxies that are trusted to name their clients, in the PROXY protocol or in headers.
    #[must_use]
    pub fn with_trusted_proxies(mut self, proxies: &[AddressRange]) -> Self {
        self.entrance.trust(proxies);
        self
    }
}

impl Handler for Site {
    fn entrance(&self) -> &Entrance {
        &self.entrance
    }

    fn setting(&self) -> Setting<'_> {
        Setting { public_host: self.public_host.as_deref(), front: &self.front }
    }

    fn longest_body(&self, request: &Request<'_>) -> usize {
        // Compared letter by letter: browsers send the path as the form has it.
        if request.path == "/account/picture" { MAX_UPLOAD } else { MAX_BODY }
    }

    fn may_hold(&self, request: &Request<'_>) -> bool {
        Gateways::may_hold(request)
    }

    fn pages(&self, request: &Request<'_>) -> Option<&Router> {
        let is_old =
            request.host.is_some_and(is_old) || is_for_old_clients(&request.path.to_ascii_lowercase());
        self.pages.as_ref().filter(|_| !is_old)
    }

    async fn answer(&self, request: &Request<'_>, visitor: &Visitor) -> Response {
        // MSNP8 and MSNP9 clients spell paths in their own case.
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
                // Relaxed: a switch by itself, with no other data that would have to be seen along with it.
                if self.https_only.load(Ordering::Relaxed) && !visitor.secure {
                    return login::refused(&page).closing();
                }
                login::answer(&self.passport, request, visitor.peer.ip(), &page).await.closing()
            }
            "/login.srf" | "/login2.srf" => only_reading().closing(),
            "/health/live" => reading(request, || metrics::alive(&self.health)),
            "/health" | "/health/ready" => reading(request, || metrics::ready(&self.health)),
            _ => match &self.pages {
                Some(pages) => bridge::answer(pages, request, visitor).await,
                None => reading(request, || Response::text(StatusCode::NOT_FOUND, "There is nothing here.")),
            },
        }
    }
}

/// Whether a path in lower case is one in the programs of legacy clients, or one to which the service sends them.
fn is_for_old_clients(path: &str) -> bool {
    let folders = ["/gateway/", "/rdr/", "/config/", "/svcs/", "/abservice/", "/ads/", "/health/"];
    folders.iter().any(|folder| path.starts_with(folder))
        || matches!(path, "/ads" | "/login.srf" | "/login2.srf" | "/rst.srf" | "/health")
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
