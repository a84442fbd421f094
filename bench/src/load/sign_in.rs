//! The sign-in of a client, step by step: lines in, lines out.

use anyhow::{Context, Result, bail, ensure};
use msnp::challenge;

const PRODUCT: &str = "PROD0061VRRZH@4F";

/// A sign-in that is under way: `VER`, `CVR`, `USR`, `USR`, `SYN 0`, `CHG`, `QRY`.
#[derive(Debug)]
pub struct SignIn {
    handle: String,
    ticket: String,
    awaited: Awaited,
    /// Lines of the contact list that have yet to come.
    missing: usize,
    /// The lines that have come so far.
    pub welcome: Welcome,
}

/// The lines that came with a sign-in.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Welcome {
    /// Lines of the contact list.
    pub contacts: usize,
    /// Contacts that are online (`ILN`).
    pub online: usize,
    /// Contacts that came online meanwhile (`NLN`).
    pub came: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Awaited {
    Connection,
    Version,
    Client,
    Challenge,
    Ticket,
    Profile,
    Lists,
    Lines,
    State,
    Digits,
    Answer,
    Nothing,
}

/// The first line that the client sends.
pub const FIRST: &str = "VER 1 MSNP9 MSNP8 CVR0\r\n";

impl SignIn {
    /// A sign-in that has yet to send [`FIRST`].
    pub fn new(handle: &str, ticket: String) -> Self {
        Self {
            handle: handle.to_owned(),
            ticket,
            awaited: Awaited::Connection,
            missing: 0,
            welcome: Welcome::default(),
        }
    }

    /// [`FIRST`] was sent.
    pub fn begin(&mut self) {
        self.awaited = Awaited::Version;
    }

    /// Whether [`FIRST`] was sent.
    pub fn has_begun(&self) -> bool {
        self.awaited != Awaited::Connection
    }

    /// Whether it is over.
    pub fn is_over(&self) -> bool {
        self.awaited == Awaited::Nothing
    }

    /// Takes a line of the service; returns what is to be sent.
    ///
    /// # Errors
    /// When the line does not belong there.
    pub fn take(&mut self, line: &str) -> Result<Option<String>> {
        let (start, next, reply) = match self.awaited {
            Awaited::Connection => bail!("not asked for: {line:?}"),
            Awaited::Version => ("VER 1 MSNP9", Awaited::Client, {
                let handle = &self.handle;
                format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.2.0137 MSMSGS {handle}\r\n")
            }),
            Awaited::Client => ("CVR 2 ", Awaited::Challenge, format!("USR 3 TWN I {}\r\n", self.handle)),
            Awaited::Challenge => {
                ("USR 3 TWN S ", Awaited::Ticket, format!("USR 4 TWN S {}\r\n", self.ticket))
            }
            Awaited::Ticket => ("USR 4 OK ", Awaited::Profile, String::new()),
            Awaited::Profile => ("MSG Hotmail Hotmail ", Awaited::Lists, "SYN 5 0\r\n".to_owned()),
            Awaited::Lists => return self.count(line),
            Awaited::Lines => return self.list(line),
            Awaited::State => ("CHG 6 NLN ", Awaited::Digits, String::new()),
            Awaited::Digits => return self.answer(line),
            Awaited::Answer | Awaited::Nothing => return self.last(line),
        };
        ensure!(line.starts_with(start), "expected {start:?}, not {line:?}");
        self.awaited = next;
        Ok((!reply.is_empty()).then_some(reply))
    }

    fn count(&mut self, line: &str) -> Result<Option<String>> {
        let words: Vec<&str> = line.split(' ').collect();
        let ["SYN", "5", _, contacts, groups] = words.as_slice() else { bail!("no full list: {line}") };
        self.welcome.contacts = contacts.parse()?;
        self.missing = self.welcome.contacts + groups.parse::<usize>()?;
        self.awaited = Awaited::Lines;
        Ok(self.go_online())
    }

    fn list(&mut self, line: &str) -> Result<Option<String>> {
        ensure!(!is_error(line), "an error: {line}");
        // Settings stand between them.
        if line.starts_with("LST ") || line.starts_with("LSG ") {
            self.missing -= 1;
        }
        Ok(self.go_online())
    }

    fn go_online(&mut self) -> Option<String> {
        (self.missing == 0).then(|| {
            self.awaited = Awaited::State;
            "CHG 6 NLN 268435508\r\n".to_owned()
        })
    }

    fn answer(&mut self, line: &str) -> Result<Option<String>> {
        let Some(digits) = line.strip_prefix("CHL 0 ") else {
            self.note(line)?;
            return Ok(None);
        };
        let product = challenge::product(PRODUCT).context("an unknown product")?;
        let answer = product.answer(digits);
        self.awaited = Awaited::Answer;
        Ok(Some(format!("QRY 7 {PRODUCT} 32\r\n{}", std::str::from_utf8(&answer)?)))
    }

    fn last(&mut self, line: &str) -> Result<Option<String>> {
        if self.awaited == Awaited::Answer && line == "QRY 7" {
            self.awaited = Awaited::Nothing;
        } else {
            self.note(line)?;
        }
        Ok(None)
    }

    /// Counts what is told of contacts, during the sign-in and after it.
    ///
    /// # Errors
    /// When the line is an error.
    fn note(&mut self, line: &str) -> Result<()> {
        ensure!(!is_error(line), "an error: {line}");
        self.welcome.online += usize::from(line.starts_with("ILN "));
        self.welcome.came += usize::from(line.starts_with("NLN "));
        Ok(())
    }
}

/// Whether a line starts with the number of an error.
pub fn is_error(line: &str) -> bool {
    line.starts_with(|c: char| c.is_ascii_digit())
}
