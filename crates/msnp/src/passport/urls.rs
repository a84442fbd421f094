//! The answer of the nexus: the addresses of Passport.

use super::{guard, value};
use crate::{Invalid, numbers::decimal};

/// The value of the `PassportURLs` header. The name of the header has to be spelled exactly so:
/// official clients compare it byte for byte (YW).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PassportUrls {
    /// The address to sign in at: `host[:port]/path`, without a scheme. GAIM takes everything before the
    /// first `/` for the host.
    pub login: String,
    /// The realm; `Passport.Net`.
    pub realm: String,
    /// Clients that keep the addresses ask again when this grows.
    pub config_version: u32,
}

impl PassportUrls {
    /// The original realm and version, with this login address.
    pub fn new(login: impl Into<String>) -> Self {
        Self { login: login.into(), realm: "Passport.Net".into(), config_version: 15 }
    }

    /// The header value. Characters that would break the list are percent-coded.
    pub fn to_header_value(&self) -> String {
        let (realm, login, version) = (guard(&self.realm), guard(&self.login), self.config_version);
        format!("DARealm={realm},DALogin={login},ConfigVersion={version}")
    }

    /// Reads the header value; `https://` before the address is left out. A bad or missing version
    /// reads as 0.
    ///
    /// # Errors
    /// [`Invalid::Missing`] when there is no login address; [`Invalid::Parameter`] when it has no host.
    pub fn parse(header_value: &str) -> Result<Self, Invalid> {
        let login = value(header_value, "DALogin").ok_or(Invalid::Missing("DALogin"))?.trim_ascii();
        let login = login.strip_prefix("https://").unwrap_or(login);
        let urls = Self {
            login: login.to_owned(),
            realm: value(header_value, "DARealm").unwrap_or_default().trim_ascii().to_owned(),
            config_version: value(header_value, "ConfigVersion").and_then(decimal).unwrap_or(0),
        };
        urls.endpoint().map(|_| ()).ok_or(Invalid::Parameter("DALogin"))?;
        Ok(urls)
    }

    /// Host, port (443 when none is given) and path of the login address; an IPv6 host keeps its
    /// brackets. `None` when there is no host or the port is not one.
    pub fn endpoint(&self) -> Option<(&str, u16, &str)> {
        let at = self.login.find('/').unwrap_or(self.login.len());
        let (authority, path) = self.login.split_at(at);
        let (host, port) = match authority.rsplit_once(':') {
            // A bracket at the end: the colon is one of an IPv6 address without a port.
            Some((host, port)) if !authority.ends_with(']') => (host, u16::try_from(decimal(port)?).ok()?),
            _ => (authority, 443),
        };
        let host_ok = !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic());
        host_ok.then_some((host, port, if path.is_empty() { "/" } else { path }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_original_answer() {
        let text = "DARealm=Passport.Net,DALogin=login.passport.com/login2.srf,ConfigVersion=15";
        let urls = PassportUrls::new("login.passport.com/login2.srf");
        assert_eq!(urls.to_header_value(), text);
        assert_eq!(PassportUrls::parse(text), Ok(urls));
    }

    #[test]
    fn the_parts_of_an_address() {
        for (login, endpoint) in [
            ("a.example/login2.srf", Some(("a.example", 443, "/login2.srf"))),
            ("127.0.0.1:8443/x", Some(("127.0.0.1", 8443, "/x"))),
            ("[::1]:8443/x", Some(("[::1]", 8443, "/x"))),
            ("[::1]/x", Some(("[::1]", 443, "/x"))),
            ("a.example", Some(("a.example", 443, "/"))),
            ("a.example:x/", None),
            ("a.example:65536/", None),
            ("/x", None),
            ("", None),
        ] {
            assert_eq!(PassportUrls::new(login).endpoint(), endpoint, "{login}");
        }
    }

    #[test]
    fn a_scheme_is_left_out_and_a_missing_address_refused() {
        let urls = PassportUrls::parse("dalogin=https://m1.example/login, ConfigVersion=x").unwrap();
        assert_eq!((urls.login.as_str(), urls.config_version), ("m1.example/login", 0));
        assert_eq!(PassportUrls::parse("DARealm=x"), Err(Invalid::Missing("DALogin")));
        assert_eq!(PassportUrls::parse("DALogin=/x"), Err(Invalid::Parameter("DALogin")));
    }
}
