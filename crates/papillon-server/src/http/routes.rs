//! What is where, on both listeners.

use std::fmt;
use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::Semaphore;

use super::host::{bracketed, host_part, in_url};
use super::pages;
use super::request::{Method, Request};
use super::response::{Response, Status};
use crate::Limits;
use crate::passport::{Passport, login, nexus};

/// What the HTTP listeners serve.
pub struct Site {
    passport: Passport,
    public_host: Option<String>,
    ports: Ports,
    pub(super) connections: Arc<Semaphore>,
}

/// The ports at which clients reach the listeners; `None` for one that is off.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// MSNP: what a client calls the messenger server.
    pub msnp: Option<u16>,
    /// HTTP.
    pub http: Option<u16>,
    /// HTTPS.
    pub https: Option<u16>,
}

/// Who asks, and how.
#[derive(Debug, Clone)]
pub(crate) struct Visitor {
    /// The client's end of the connection.
    pub peer: SocketAddr,
    /// Our end of it.
    pub local: SocketAddr,
    /// The name that the client asked for in its TLS hello; old ones ask for none.
    pub server_name: Option<String>,
}

impl Site {
    /// A site for these listeners. `public_host` is a name or an address without a port.
    pub fn new(passport: Passport, public_host: Option<String>, ports: Ports, limits: &Limits) -> Self {
        let most = limits.http_connections.clamp(1, Semaphore::MAX_PERMITS);
        Self { passport, public_host, ports, connections: Arc::new(Semaphore::new(most)) }
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, request: &Request<'_>, visitor: &Visitor) -> Response {
        let path = request.path.to_ascii_lowercase();
        if let Some(page) = pages::elsewhere(&path) {
            return page;
        }
        if request.method == Method::Other {
            let text = "Only GET and HEAD are answered here.";
            return Response::text(Status::MethodNotAllowed, text).with_header("Allow", "GET, HEAD");
        }
        let host = self.host(request, visitor);
        match &*path {
            "/rdr/pprdr.asp" => nexus::answer(&host, self.login_port(visitor)),
            "/login2.srf" => {
                let page = self.page_address(&host, visitor);
                login::answer(&self.passport, request, visitor.peer.ip(), &page).await
            }
            "/health" => Response::text(Status::Ok, "ok").with_header("Cache-Control", "no-store"),
            "/" => self.welcome(&host, visitor),
            _ => Response::text(Status::NotFound, "There is nothing here."),
        }
    }

    /// The host as this client knows it: so that it works under every name, through every NAT and
    /// without configuration.
    fn host(&self, request: &Request<'_>, visitor: &Visitor) -> String {
        let server_name = || visitor.server_name.as_deref().and_then(host_part);
        request
            .host
            .or_else(server_name)
            .map(str::to_owned)
            .or_else(|| host_part(&in_url(self.public_host.as_deref()?)).map(str::to_owned))
            .unwrap_or_else(|| bracketed(visitor.local.ip()))
    }

    /// The login is on HTTPS; when that is off, something in front of us may speak TLS for us.
    fn login_port(&self, visitor: &Visitor) -> u16 {
        self.ports.https.or(self.ports.http).unwrap_or(visitor.local.port())
    }

    fn page_address(&self, host: &str, visitor: &Visitor) -> String {
        match (self.ports.http, self.ports.https) {
            (Some(80), _) => format!("http://{host}/"),
            (Some(port), _) => format!("http://{host}:{port}/"),
            (None, _) => format!("https://{host}{}/", tls_port(self.login_port(visitor))),
        }
    }

    fn welcome(&self, host: &str, visitor: &Visitor) -> Response {
        let server = match self.ports.msnp {
            Some(1863) => host.to_owned(),
            Some(port) => format!("{host}:{port}"),
            None => "(switched off)".to_owned(),
        };
        let nexus = format!("https://{host}{}/rdr/pprdr.asp", tls_port(self.login_port(visitor)));
        pages::welcome(&server, &nexus)
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

fn tls_port(port: u16) -> String {
    if port == 443 { String::new() } else { format!(":{port}") }
}
