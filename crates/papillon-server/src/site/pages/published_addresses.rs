//! The published addresses: the listeners of the service and the names under which clients reach them.

use std::path::PathBuf;
use std::sync::Arc;

use papillon_store::{Store, StoreError};

use crate::Registration;
use crate::addresses::Front;
use crate::addresses::old_hosts::is_old;
use crate::addresses::{Ports, in_url};
use crate::config::Live;
use crate::dns::{Clients, Others};
use crate::http::Visitor;
use crate::site::pages::found::Found;

/// The port at which an unmodified MSN Messenger looks for a notification server (HYP).
pub(super) const MSNP_PORT: u16 = 1863;
/// The port at which it looks for Passport.
pub(super) const HTTPS_PORT: u16 = 443;
/// The port at which it looks for its configuration and for the gateway.
pub(super) const HTTP_PORT: u16 = 80;
/// The port at which every machine looks for names.
pub(super) const DNS_PORT: u16 = 53;

/// The listeners and the names of the service, for the pages.
#[derive(Debug, Clone)]
pub(crate) struct PublishedAddresses {
    /// The ports of the listeners.
    pub ports: Ports,
    /// Whether the HTTPS listener understands Windows 98 to XP.
    pub old_tls: bool,
    /// Whether a proxy in front is trusted, which may let old Windows in at the usual ports (`legacy-tls`).
    pub in_front: bool,
    /// The DNS listener, if there is one.
    pub names: Option<Names>,
    /// The name or address that clients are told, if it was set.
    pub public_host: Option<String>,
    /// The reverse proxy in front of the service, as the operator names it.
    pub front: Front,
    /// The current settings: the rule for new accounts can change.
    pub config: Arc<Live>,
    /// The folder of the certificates.
    pub tls_folder: PathBuf,
    /// The token by which this service recognises itself; all nodes of one service share it. No secret.
    pub token: String,
    /// The public host's address.
    pub found: Arc<Found>,
}

/// The DNS listener, as the pages describe it.
#[derive(Debug, Clone)]
pub(crate) struct Names {
    /// Its port.
    pub port: u16,
    /// The clients that get an answer.
    pub clients: Clients,
    /// Whether it forwards questions that are not about the old services.
    pub forwards: bool,
}

impl PublishedAddresses {
    /// The published addresses of a service with these settings and listeners. `dns` is the port of its DNS listener.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn of(
        config: &Arc<Live>,
        ports: Ports,
        dns: Option<u16>,
        store: &dyn Store,
    ) -> Result<Self, StoreError> {
        let candidate: [u8; 8] = rand::random();
        let token = store.secret("self-test", &candidate).await?;
        Ok(Self {
            ports,
            old_tls: config.old_windows,
            // A web server that has a public address of its own knows no old TLS.
            in_front: !config.trusted_proxies.is_empty() && config.front.url.is_none(),
            names: dns.map(|port| Names {
                port,
                clients: config.dns.clients.clone(),
                forwards: config.dns.others == Others::Forward,
            }),
            public_host: config.public_host.clone(),
            front: config.front.clone(),
            config: Arc::clone(config),
            tls_folder: config.data_dir.join("tls"),
            token: token.iter().map(|byte| format!("{byte:02x}")).collect(),
            found: Arc::default(),
        })
    }

    /// The messenger server for a client: the host, and the port where it is not the usual one.
    pub fn messenger_server(&self, host: &str) -> Option<String> {
        self.ports.msnp.map(|port| with_port(&self.messenger_host(host), port, MSNP_PORT))
    }

    /// The host of that. The public address is that of the pages; the messenger server may be elsewhere.
    pub fn messenger_host(&self, host: &str) -> String {
        let public = self.public_host.as_deref().filter(|_| self.front.url.is_some() && !is_old(host));
        public.map_or_else(|| host.to_owned(), in_url)
    }

    /// The address at which a sign-in begins.
    pub fn nexus(&self, visitor: &Visitor) -> String {
        self.front.login(self.ports, visitor).url("/rdr/pprdr.asp")
    }

    /// The beginning of addresses of our pages, as this visitor can open them: no slash at the end.
    pub fn origin(&self, visitor: &Visitor) -> String {
        self.front.origin(self.ports, visitor)
    }

    /// Whether this visitor may make an account.
    pub fn registration_for(&self, visitor: &Visitor) -> Registration {
        Registration::of(self.config.registration, self.public_host.is_some(), visitor.peer.ip())
    }

    /// Whether Windows 98 to XP may be let in, by this service or by a proxy in front.
    pub fn old_windows(&self) -> bool {
        self.old_tls || self.in_front
    }

    /// Whether HTTPS is, or may be, at the port at which a legacy client looks for it.
    pub fn https_is_usual(&self) -> bool {
        let by_url =
            || self.front.url.as_ref().is_some_and(|url| url.is_secure() && url.port() == HTTPS_PORT);
        self.in_front || self.ports.https == Some(HTTPS_PORT) || by_url()
    }

    /// The obstacles for an unmodified MSN Messenger, in words for the operator. Empty without any.
    pub fn obstacles(&self) -> Vec<String> {
        let wanted = [
            ("the messenger server", self.ports.msnp, MSNP_PORT, "--msnp 1863"),
            ("HTTPS", self.ports.https, HTTPS_PORT, "--https 443"),
            ("HTTP", self.ports.http, HTTP_PORT, "--http 80"),
        ];
        let mut obstacles: Vec<_> = wanted
            .into_iter()
            // A proxy in front decides how HTTPS is answered, and at which port; and HTTP, where it has the public
            // address.
            .filter(|(.., wanted, _)| *wanted != HTTPS_PORT || !self.in_front)
            .filter(|(.., wanted, _)| *wanted == MSNP_PORT || self.front.url.is_none())
            .filter_map(|(what, port, wanted, option)| match port {
                Some(port) if port == wanted => None,
                Some(port) => Some(format!(
                    "It answers {what} at port {port}. MSN Messenger looks at port {wanted} and nowhere else ({option})."
                )),
                None => Some(format!("It does not answer {what}: that listener is off ({option}).")),
            })
            .collect();
        if !self.old_windows() {
            obstacles.push(
                "Its HTTPS understands TLS 1.2 and 1.3 only, which Windows 98 to XP do not speak (--old-windows)."
                    .to_owned(),
            );
        }
        obstacles
    }

    /// The DNS listener, where machines look for one.
    pub fn names(&self) -> Option<&Names> {
        self.names.as_ref().filter(|names| names.port == DNS_PORT)
    }
}

fn with_port(host: &str, port: u16, usual: u16) -> String {
    if port == usual { host.to_owned() } else { format!("{host}:{port}") }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A service as `--old-windows --dns` makes it.
    pub(in crate::site::pages) fn open() -> PublishedAddresses {
        PublishedAddresses {
            ports: Ports { msnp: Some(1863), http: Some(80), https: Some(443) },
            old_tls: true,
            in_front: false,
            names: Some(Names { port: 53, clients: Clients::default(), forwards: true }),
            public_host: None,
            front: Front::default(),
            config: Arc::new(Live::new(crate::Config::new("/nowhere"))),
            tls_folder: PathBuf::from("/nowhere"),
            token: "0123456789abcdef".to_owned(),
            found: Arc::default(),
        }
    }

    /// A service without options.
    pub(in crate::site::pages) fn plain() -> PublishedAddresses {
        let ports = Ports { msnp: Some(1863), http: Some(8080), https: Some(8443) };
        PublishedAddresses { ports, old_tls: false, names: None, ..open() }
    }

    /// A visitor that calls the service `host`.
    pub(in crate::site::pages) fn visitor(host: &str) -> Visitor {
        Visitor {
            peer: "192.0.2.1:1042".parse().unwrap(),
            local: "192.0.2.9:80".parse().unwrap(),
            server_name: None,
            secure: false,
            host: host.to_owned(),
            front: None,
            counted: true,
        }
    }

    #[test]
    fn usual_ports_are_not_said() {
        let visitor = visitor("msn.example.org");
        assert_eq!(open().messenger_server("msn.example.org").unwrap(), "msn.example.org");
        assert_eq!(open().nexus(&visitor), "https://msn.example.org/rdr/pprdr.asp");
        assert_eq!(open().origin(&visitor), "http://msn.example.org");
        assert_eq!(plain().nexus(&visitor), "https://msn.example.org:8443/rdr/pprdr.asp");
        assert_eq!(plain().origin(&visitor), "http://msn.example.org:8080");
    }

    #[test]
    fn what_keeps_clients_out_is_named() {
        assert!(open().obstacles().is_empty());
        let obstacles = plain().obstacles();
        assert_eq!(obstacles.len(), 3, "{obstacles:?}");
        assert!(obstacles[0].contains("8443") && obstacles[0].contains("443"));
        let fronted = PublishedAddresses { in_front: true, ..plain() };
        let obstacles = fronted.obstacles();
        assert_eq!(obstacles.len(), 1, "{obstacles:?}");
        assert!(obstacles[0].contains("8080"), "{obstacles:?}");
    }
}
