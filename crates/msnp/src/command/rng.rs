//! `RNG`: an account calls the reader to a switchboard session.
//!
//! ```text
//! S: RNG <session> <address> CKI <cookie> <handle> <name>
//! ```
//! The client connects to the address and answers with [`ANS`](super::ans).

use bytes::BytesMut;

use super::xfr::{COOKIE_PACKAGE, parse_cookie};
use crate::wire::{Encode, Line, Parse, Words};
use crate::{Cookie, FriendlyName, Handle, HostPort, Invalid, SessionId};

/// A call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Push {
    /// The session to join.
    pub session: SessionId,
    /// The address of the session's switchboard.
    pub address: HostPort,
    /// The cookie that the switchboard will ask for.
    pub cookie: Cookie,
    /// The account that calls.
    pub caller: Handle,
    /// The caller's display name.
    pub name: FriendlyName,
}

impl Parse for Push {
    fn parse(words: &mut Words<'_>) -> Result<Self, Invalid> {
        Ok(Self {
            session: SessionId::parse(words.required("session id")?)?,
            address: HostPort::parse(words.required("address")?)?,
            cookie: parse_cookie(words)?,
            caller: Handle::parse(words.required("handle")?)?,
            name: FriendlyName::lossy(words.required("friendly name")?),
        })
    }
}

impl Encode for Push {
    fn encode(&self, out: &mut BytesMut) {
        Line::new(out, "RNG")
            .word(self.session)
            .word(&self.address)
            .word(COOKIE_PACKAGE)
            .word(&self.cookie)
            .word(&self.caller)
            .word(&self.name)
            .end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::command::NotificationEvent;
    use crate::command::vectors::{alice, both_ways, name, refused, vectors};

    vectors!(Push: "RNG 11752013 192.0.2.9:1863 CKI 849102291.520491113 alice@example.com Alice\r\n");

    /// Six parameters.
    #[test]
    fn a_call_says_who_and_where() {
        let push = Push {
            session: SessionId(11_752_013),
            address: HostPort::parse("192.0.2.9:1863").unwrap(),
            cookie: Cookie::parse("849102291.520491113").unwrap(),
            caller: alice(),
            name: name(),
        };
        let line = "RNG 11752013 192.0.2.9:1863 CKI 849102291.520491113 alice@example.com Alice\r\n";
        both_ways(line, NotificationEvent::Rng(push));
        let bad = "RNG 1 192.0.2.9:1863 MD5 c alice@example.com Alice\r\n";
        assert_eq!(refused::<NotificationEvent>(bad), Invalid::Parameter("security package"));
        let bad = "RNG 1 192.0.2.9:1863 CKI c alice@example.com\r\n";
        assert_eq!(refused::<NotificationEvent>(bad), Invalid::Missing("friendly name"));
    }
}
