//! The answers of the login server.

use super::{SCHEME, Secret, after_scheme, guard, value};
use crate::{Invalid, wire::percent};

/// The address to which the original service sent a browser after a sign-in; clients of MSN ignore it.
const RETURN_URL: &str = "http://messenger.msn.com";

/// The value of the `Authentication-Info` header of an answer with status 200.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthenticationInfo {
    ticket: Secret,
}

impl AuthenticationInfo {
    /// The longest ticket in bytes. A limit of this crate: original ones had some 300.
    pub const MAX_LEN: usize = 4096;

    /// A success with this ticket.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when the ticket is empty, longer than [`Self::MAX_LEN`], or has a character
    /// that ends it early in one of the clients: a quote, a comma, a blank, or one beyond ASCII.
    pub fn new(ticket: &str) -> Result<Self, Invalid> {
        let fits = (1..=Self::MAX_LEN).contains(&ticket.len());
        if !fits || !ticket.bytes().all(|byte| byte.is_ascii_graphic() && !b"'\",".contains(&byte)) {
            return Err(Invalid::Parameter("ticket"));
        }
        Ok(Self { ticket: ticket.into() })
    }

    /// The ticket in `from-PP`, which comes back in the second `USR … TWN S`.
    pub fn ticket(&self) -> &str {
        self.ticket.expose()
    }

    /// The header value, in the form of the original service. It holds the ticket: don't log it.
    pub fn to_header_value(&self) -> String {
        let ticket = self.ticket();
        format!(
            "{SCHEME} da-status=success,tname=MSPAuth,tname=MSPProf,tname=MSPSec,from-PP='{ticket}',\
             ru={RETURN_URL}"
        )
    }

    /// Reads the ticket: the text between the single quotes after `from-PP=`, wherever it stands.
    ///
    /// # Errors
    /// [`Invalid::Missing`] when there is no `from-PP`; [`Invalid::Parameter`] when the ticket has no end, or
    /// [`new`](Self::new) refuses it.
    pub fn parse(header_value: &str) -> Result<Self, Invalid> {
        // As text and not as a list, because clients look for it so (Gaim).
        let (_, rest) = header_value.split_once("from-PP='").ok_or(Invalid::Missing("from-PP"))?;
        let (ticket, _) = rest.split_once('\'').ok_or(Invalid::Parameter("ticket"))?;
        Self::new(ticket)
    }
}

/// The value of the `WWW-Authenticate` header of an answer with status 401.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Failure {
    /// The address of a page with the reason.
    pub url: Option<String>,
    /// The reason. GAIM shows it.
    pub text: Option<String>,
}

impl Failure {
    /// The reason that this project's login server gives for an account or a password that is not right. A hint may
    /// follow it. Passport has no code for the reason, so its client knows by these words that another password helps.
    pub const WRONG_PASSWORD: &str = "The address or the password is not right.";

    /// A failure with a reason that a person can read.
    pub fn new(text: impl Into<String>) -> Self {
        Self { url: None, text: Some(text.into()) }
    }

    /// The header value. The reason comes last: GAIM reads it to the end of the line.
    pub fn to_header_value(&self) -> String {
        let mut value = format!("{SCHEME} da-status=failed,srealm=Passport.NET,ts=0,prompt");
        if let Some(url) = &self.url {
            value.push_str(",cburl=");
            value.push_str(&guard(url));
        }
        if let Some(text) = &self.text {
            value.push_str(",cbtxt=");
            value.push_str(&percent::encode(text));
        }
        value
    }

    /// Reads the header value. Only `da-status=failed` must be there; a reason that is not UTF-8
    /// when decoded stays coded.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when the scheme is another, or it tells of no failure.
    pub fn parse(header_value: &str) -> Result<Self, Invalid> {
        let list = after_scheme(header_value).ok_or(Invalid::Parameter("WWW-Authenticate"))?;
        match value(list, "da-status") {
            Some(status) if status.trim_ascii().eq_ignore_ascii_case("failed") => {}
            _ => return Err(Invalid::Parameter("da-status")),
        }
        // To the end of the line, because a reason that is not coded may hold commas.
        let text = list.rsplit_once(",cbtxt=").map(|(_, text)| text.trim_ascii_end());
        let text = text.map(|text| percent::decode(text).unwrap_or(text.into()).into_owned());
        Ok(Self { url: value(list, "cburl").map(|url| url.trim_ascii().to_owned()), text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ticket_is_between_the_quotes() {
        let info = AuthenticationInfo::new("t=53*1hAu8$$&p=5eKBBC!y").unwrap();
        let header = info.to_header_value();
        assert!(header.starts_with("Passport1.4 da-status=success,"), "{header}");
        assert_eq!(AuthenticationInfo::parse(&header), Ok(info.clone()));
        let minimal = "Passport1.4 da-status=success,from-PP='t=53*1hAu8$$&p=5eKBBC!y'";
        assert_eq!(AuthenticationInfo::parse(minimal), Ok(info.clone()));
        assert!(!format!("{info:?}").contains("1hAu8"));
    }

    #[test]
    fn tickets_that_break_a_client_are_refused() {
        for bad in ["", "a b", "a'b", "a,b", "a\"b", "é", "a\r\nb", &"a".repeat(4097)] {
            assert!(AuthenticationInfo::new(bad).is_err(), "{bad:?}");
        }
        for bad in ["", "from-PP=", "from-PP='", "from-PP='abc", "from-PP=''"] {
            assert!(AuthenticationInfo::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn failures_tell_why() {
        let failure = Failure { url: Some("http://a.example/x".into()), text: Some("Wrong, é!".into()) };
        let header = failure.to_header_value();
        assert_eq!(
            header,
            "Passport1.4 da-status=failed,srealm=Passport.NET,ts=0,prompt,cburl=http://a.example/x,\
             cbtxt=Wrong%2C%20%C3%A9%21"
        );
        assert_eq!(Failure::parse(&header), Ok(failure));
        assert_eq!(Failure::parse("Passport1.4 da-status=failed"), Ok(Failure::default()));
        assert!(Failure::parse("Passport1.4 da-status=success").is_err());
        assert!(Failure::parse("da-status=failed").is_err());
    }

    #[test]
    fn another_status_is_no_failure() {
        assert!(Failure::parse("Passport1.4 da-status= FAILED ,srealm=x").is_ok());
        for header in ["Passport1.4 da-status=success", "Passport1.4 da-status=failed!", "Passport1.4 x=1"] {
            assert_eq!(Failure::parse(header), Err(Invalid::Parameter("da-status")), "{header}");
        }
    }
}
