//! The settings of a client, checked and unchecked.

use hyper::Uri;
use msnp::{ClientCapabilities, Dialect};

use crate::address::ServerAddress;
use crate::gateway;
use crate::verifier;
use crate::{DirectConnections, Reconnect, SignInError, Trust};

/// The options of a [`crate::Builder`] for the addresses of the service, unchecked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Where {
    pub(crate) server: Option<String>,
    pub(crate) nexus: Nexus,
    pub(crate) gateway: Option<String>,
}

/// The start of signing in.
#[derive(Debug, Clone, Default)]
pub(crate) enum Nexus {
    /// Not configured.
    #[default]
    Unknown,
    /// `HOST[:PORT]` of the service's HTTPS listener.
    At(String),
    Url(String),
}

/// The same, checked.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// `host:port`.
    pub(crate) server: String,
    pub(crate) nexus: Uri,
    /// The second address of the nexus, if none is configured.
    pub(crate) other_nexus: Option<Uri>,
    pub(crate) gateway: Option<Uri>,
    /// The connections through it.
    pub(crate) through_gateway: gateway::Open,
    pub(crate) trust: Trust,
    pub(crate) dialect: Dialect,
    pub(crate) direct: DirectConnections,
    pub(crate) reconnect: Option<Reconnect>,
}

impl Settings {
    pub(crate) fn new(
        place: &Where,
        trust: Trust,
        dialect: Dialect,
        direct: DirectConnections,
        reconnect: Option<Reconnect>,
    ) -> Result<Self, SignInError> {
        // Once, and before anything is sent: a file that changes later does not change a client that reconnects.
        let trust = verifier::checked(trust)?;
        let server = place.server()?;
        let (nexus, other_nexus) = match &place.nexus {
            Nexus::Url(nexus) => (url(nexus, "nexus", NEXUS)?, None),
            Nexus::At(text) => {
                let server = ServerAddress::with_port(text, server.https().port());
                (
                    nexus_at(
                        &server.ok_or_else(|| setting(format!("{text} is not a server: write {HTTPS}")))?,
                    )?,
                    None,
                )
            }
            // Papillon listens at 8443 by default, since 443 needs privileges; a service that official clients can reach
            // is at 443.
            Nexus::Unknown => (nexus_at(&server.https())?, Some(nexus_at(&server.usual_https())?)),
        };
        Ok(Self {
            server: server.to_string(),
            nexus,
            other_nexus,
            gateway: place.gateway.as_ref().map(|gateway| url(gateway, "gateway", GATEWAY)).transpose()?,
            through_gateway: gateway::Open::default(),
            trust,
            dialect,
            direct,
            reconnect,
        })
    }

    /// The client id: MSN Messenger 6.0 without any of its extras, or a client from before it.
    pub(crate) const fn capabilities(&self) -> ClientCapabilities {
        if self.dialect.has_objects() { ClientCapabilities(0x1000_0000) } else { ClientCapabilities(0) }
    }
}

impl Where {
    fn server(&self) -> Result<ServerAddress, SignInError> {
        if let Some(server) = &self.server {
            return server
                .parse()
                .map_err(|expected| setting(format!("{server} is not a server: {expected}")));
        }
        // The gateway's host is the service's host.
        let gateway = self.gateway.as_ref().and_then(|gateway| ServerAddress::of_url(gateway).ok());
        Ok(gateway.map_or_else(ServerAddress::local, |gateway| gateway.notification()))
    }
}

const NEXUS: &str = "https://HOST/rdr/pprdr.asp";
const GATEWAY: &str = "http://HOST/gateway/gateway.dll";
const HTTPS: &str = "HOST or HOST:PORT";

fn setting(words: String) -> SignInError {
    SignInError::Setting(words)
}

fn nexus_at(server: &ServerAddress) -> Result<Uri, SignInError> {
    url(&format!("https://{server}/rdr/pprdr.asp"), "nexus", NEXUS)
}

fn url(text: &str, what: &str, example: &str) -> Result<Uri, SignInError> {
    let uri: Option<Uri> = text.parse().ok().filter(|_| ServerAddress::of_url(text).is_ok());
    uri.ok_or_else(|| setting(format!("{text} is not the address of a {what}: write {example}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(server: Option<&str>, nexus: Nexus, gateway: Option<&str>) -> Result<Settings, String> {
        let place = Where { server: server.map(str::to_owned), nexus, gateway: gateway.map(str::to_owned) };
        Settings::new(&place, Trust::System, Dialect::Msnp9, DirectConnections::Never, None)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_not_said_follows_from_what_is() {
        let proxy = "http://msn.example.org:8080/gateway/gateway.dll";
        let (at, elsewhere) = (|text: &str| Nexus::At(text.into()), || Nexus::Url("https://n.org/x".into()));
        for (server, nexus, gateway, found, nexus_found) in [
            (None, Nexus::Unknown, None, "127.0.0.1:1863", "https://127.0.0.1:8443/rdr/pprdr.asp"),
            (Some("[::1]:9"), Nexus::Unknown, None, "[::1]:9", "https://[::1]:8443/rdr/pprdr.asp"),
            (Some("a:9"), at("a:7"), None, "a:9", "https://a:7/rdr/pprdr.asp"),
            (Some("a:9"), at("b"), None, "a:9", "https://b:8443/rdr/pprdr.asp"),
            (Some("a"), elsewhere(), None, "a:1863", "https://n.org/x"),
            (
                None,
                Nexus::Unknown,
                Some(proxy),
                "msn.example.org:1863",
                "https://msn.example.org:8443/rdr/pprdr.asp",
            ),
            (Some("b"), Nexus::Unknown, Some(proxy), "b:1863", "https://b:8443/rdr/pprdr.asp"),
        ] {
            let is_known = !matches!(nexus, Nexus::Unknown);
            let settings = settings(server, nexus, gateway).unwrap();
            assert_eq!((settings.server.as_str(), settings.nexus.to_string().as_str()), (found, nexus_found));
            assert_eq!(settings.other_nexus.is_none(), is_known, "{found}");
        }
    }

    #[test]
    fn what_is_no_address_is_named() {
        for (server, nexus, gateway, word) in [
            (Some("a b"), Nexus::Unknown, None, "a b"),
            (None, Nexus::At("https://a".into()), None, "https://a"),
            (None, Nexus::Url("ftp://n".into()), None, "ftp://n"),
            (None, Nexus::Unknown, Some("gateway"), "gateway"),
        ] {
            let error = settings(server, nexus, gateway).unwrap_err();
            assert!(error.contains(word), "{error}");
        }
    }
}
