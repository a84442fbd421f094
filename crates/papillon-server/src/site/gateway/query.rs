//! The query of a gateway request: the part of its target after the question mark.

use std::fmt;
use std::time::Duration;

/// A SessionID: `<session>.<nonce>`, both decimal. The second number changes with every answer (HYP), and so tells one
/// request of a session from another.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Id {
    pub(super) session: u64,
    pub(super) nonce: u64,
}

/// The action of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ask {
    /// A new connection. `Server` and `IP` say to which server, but so does its first verb (GAIM
    /// leaves `Server` out).
    Open { hold: Duration },
    /// The lines that wait for a session, after it has been given the body.
    Go { id: Id, hold: Duration },
}

/// The reason for which a query is not understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum Garbled {
    #[error("Something stands twice in the query.")]
    Twice,
    #[error("The query needs Action=open or a SessionID.")]
    Missing,
    #[error("The SessionID is not two numbers with a dot between them.")]
    Id,
    #[error("Lifespan is not a number of seconds.")]
    Lifespan,
    #[error("The only actions are open and poll.")]
    Action,
}

impl Ask {
    /// Reads a query. Names are case-sensitive; unknown ones are skipped.
    pub(super) fn parse(query: &str) -> Result<Self, Garbled> {
        let [mut action, mut id, mut lifespan] = [None; 3];
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let place = match name {
                "Action" => &mut action,
                "SessionID" => &mut id,
                "Lifespan" => &mut lifespan,
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(Garbled::Twice);
            }
        }
        let hold = lifespan.map_or(Some(0), seconds).ok_or(Garbled::Lifespan)?;
        let hold = Duration::from_secs(hold.into());
        match (action, id) {
            (Some("open"), None) => Ok(Self::Open { hold }),
            (Some("poll") | None, Some(id)) => {
                // Without `Action` it is a send, which is never held.
                Ok(Self::Go { id: Id::parse(id).ok_or(Garbled::Id)?, hold })
            }
            (Some("open"), Some(_)) => Err(Garbled::Action),
            (Some("poll") | None, None) => Err(Garbled::Missing),
            (Some(_), _) => Err(Garbled::Action),
        }
    }

    /// The time for which the client would wait for a line.
    pub(super) const fn hold(self) -> Duration {
        match self {
            Self::Open { hold } | Self::Go { hold, .. } => hold,
        }
    }
}

impl Id {
    fn parse(text: &str) -> Option<Self> {
        let (session, nonce) = text.split_once('.')?;
        Some(Self { session: number(session)?, nonce: number(nonce)? })
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.session, self.nonce)
    }
}

/// Hides both numbers: an attacker with them can ask in the client's place.
impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Id(…)")
    }
}

fn number(text: &str) -> Option<u64> {
    // A number's parser takes a plus sign, too.
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| digits)
}

fn seconds(text: &str) -> Option<u32> {
    // Longer than any poll is held, so the rest does not matter.
    number(text).map(|number| u32::try_from(number).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn go(session: u64, nonce: u64, seconds: u64) -> Result<Ask, Garbled> {
        Ok(Ask::Go { id: Id { session, nonce }, hold: Duration::from_secs(seconds) })
    }

    #[test]
    fn what_clients_ask_is_understood() {
        let open = |seconds| Ok(Ask::Open { hold: Duration::from_secs(seconds) });
        for (query, ask) in [
            ("Action=open&Server=NS&IP=messenger.hotmail.com", open(0)),
            ("Action=open&Server=SB&IP=10.0.0.1:1863", open(0)),
            ("Action=open", open(0)),
            ("Action=open&Server=NS&IP=h&Lifespan=25", open(25)),
            ("SessionID=954547325.13160", go(954_547_325, 13_160, 0)),
            ("Action=poll&SessionID=954547325.13160", go(954_547_325, 13_160, 0)),
            ("Action=poll&Lifespan=25&SessionID=1.2", go(1, 2, 25)),
            ("SessionID=18446744073709551615.0&x", go(u64::MAX, 0, 0)),
            ("Action=poll&SessionID=1.2&Lifespan=99999999999", go(1, 2, u32::MAX.into())),
        ] {
            assert_eq!(Ask::parse(query), ask, "{query}");
        }
    }

    #[test]
    fn what_is_garbled_is_said() {
        for (query, garbled) in [
            ("", Garbled::Missing),
            ("action=open", Garbled::Missing),
            ("Action=poll", Garbled::Missing),
            ("Action=close&SessionID=1.2", Garbled::Action),
            ("Action=open&SessionID=1.2", Garbled::Action),
            ("Action=", Garbled::Action),
            ("Action=open&Action=poll", Garbled::Twice),
            ("SessionID=1.2&SessionID=1.2", Garbled::Twice),
            ("SessionID", Garbled::Id),
            ("SessionID=1", Garbled::Id),
            ("SessionID=1.", Garbled::Id),
            ("SessionID=.1", Garbled::Id),
            ("SessionID=1.2.3", Garbled::Id),
            ("SessionID=+1.2", Garbled::Id),
            ("SessionID=1.%32", Garbled::Id),
            ("SessionID=18446744073709551616.0", Garbled::Id),
            ("Action=open&Lifespan=", Garbled::Lifespan),
            ("Action=open&Lifespan=-1", Garbled::Lifespan),
        ] {
            assert_eq!(Ask::parse(query), Err(garbled), "{query}");
        }
    }

    #[test]
    fn what_opens_a_session_is_not_shown() {
        let ask = Ask::parse("SessionID=12345.67890").unwrap();
        assert!(!format!("{ask:?}").contains(['1', '6']));
    }
}
