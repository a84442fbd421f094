//! A client's connection to the notification server.

use std::net::SocketAddr;
use std::ops::{Deref, DerefMut};

use crate::{Addresses, Admission, PASSWORD, TestServer, Wire, challenge, display_name, http, words};

/// The client id that [`Ns::chg`] sends.
const CAPABILITIES: &str = "268435492";

/// A notification connection. Transaction ids from 900 on are its own.
#[derive(Debug)]
pub struct Ns {
    /// The lines.
    pub wire: Wire,
    /// The account.
    pub handle: String,
    /// The dialect that was agreed on.
    pub dialect: u32,
    /// The ticket of the sign-in.
    pub ticket: String,
    /// The profile that came after the sign-in.
    pub profile: String,
    been_challenged: bool,
}

/// The answer to `SYN`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lists {
    /// The list version.
    pub version: u64,
    /// `SYN` itself.
    pub head: String,
    /// The lines after it.
    pub lines: Vec<String>,
}

impl Lists {
    /// The lines that begin with this verb.
    pub fn of(&self, verb: &str) -> Vec<&str> {
        let of_verb = |line: &&String| line.split(' ').next() == Some(verb);
        self.lines.iter().filter(of_verb).map(String::as_str).collect()
    }

    /// The `LST` line of an account.
    pub fn contact(&self, handle: &str) -> Option<&str> {
        self.of("LST").into_iter().find(|line| words(line)[1] == handle)
    }
}

impl Deref for Ns {
    type Target = Wire;

    fn deref(&self) -> &Wire {
        &self.wire
    }
}

impl DerefMut for Ns {
    fn deref_mut(&mut self) -> &mut Wire {
        &mut self.wire
    }
}

impl Ns {
    /// Connects and sends nothing.
    pub async fn connect(address: SocketAddr) -> Self {
        Self::over(Wire::connect(address).await)
    }

    /// Takes a connection on which nothing has been sent.
    pub fn over(wire: Wire) -> Self {
        let (handle, ticket, profile) = (String::new(), String::new(), String::new());
        Self { wire, handle, dialect: 0, ticket, profile, been_challenged: false }
    }

    /// `VER` and `CVR`.
    pub async fn greet(&mut self, handle: &str, dialect: u32) {
        self.dialect = dialect;
        let offer = offer(dialect);
        self.send(&format!("VER 901 {offer}")).await;
        self.expect(&format!("VER 901 {offer}")).await;
        let version = if dialect == 8 { "5.0.0544" } else { "6.0.0602" };
        self.send(&format!("CVR 902 0x0409 winnt 5.1 i386 MSNMSGR {version} MSMSGS {handle}")).await;
        self.expect_prefix(&format!("CVR 902 {version} {version} ")).await;
    }

    /// `VER`, `CVR` and `USR I`; returns the challenge for the login.
    pub async fn identify(&mut self, handle: &str, dialect: u32) -> String {
        self.greet(handle, dialect).await;
        self.handle = handle.to_owned();
        self.send(&format!("USR 903 TWN I {handle}")).await;
        let line = self.expect_prefix("USR 903 TWN S ").await;
        words(&line)[4].to_owned()
    }

    /// Shows a ticket after [`identify`](Self::identify), and takes `USR OK` and the profile.
    pub async fn show(&mut self, ticket: &str) {
        self.ticket = ticket.to_owned();
        self.send(&format!("USR 904 TWN S {ticket}")).await;
        let handle = self.handle.clone();
        self.expect_prefix(&format!("USR 904 OK {handle} ")).await;
        let profile = self.message().await;
        self.profile = String::from_utf8(profile.payload).expect("a profile in UTF-8");
    }

    /// Signs in to an account with [`PASSWORD`], wherever the service runs.
    pub async fn enter(addresses: &Addresses, handle: &str, dialect: u32) -> Self {
        Self::enter_over(Wire::connect(addresses.msnp).await, addresses, handle, dialect).await
    }

    /// The same over a connection on which nothing has been sent.
    pub async fn enter_over(wire: Wire, addresses: &Addresses, handle: &str, dialect: u32) -> Self {
        let mut ns = Self::over(wire);
        let challenge = ns.identify(handle, dialect).await;
        let request = http::login_request(handle, PASSWORD, &challenge);
        let answer = http::request(addresses.http, request.as_bytes()).await;
        let ticket = answer.ticket().unwrap_or_else(|| panic!("no ticket for {handle}: {}", answer.head));
        ns.show(ticket).await;
        ns
    }

    /// Signs in, after making the account if need be. The account is not visible yet.
    pub async fn sign_in(server: &TestServer, handle: &str, dialect: u32) -> Self {
        server.account(handle).await;
        Self::enter(&server.addresses, handle, dialect).await
    }

    /// Signs in, takes the lists and goes online.
    pub async fn online(server: &TestServer, handle: &str, dialect: u32) -> Self {
        let mut ns = Self::sign_in(server, handle, dialect).await;
        ns.syn().await;
        ns.chg("NLN").await;
        ns
    }

    /// Takes the lists.
    pub async fn syn(&mut self) -> Lists {
        self.send("SYN 905 0").await;
        let head = self.expect_prefix("SYN 905 ").await;
        let numbers: Vec<u64> =
            words(&head)[2..].iter().map(|word| word.parse().expect("a number")).collect();
        let &[version, contacts, groups] = &numbers[..] else { panic!("not a full SYN: {head}") };
        let lists = Lists { version, head, lines: self.fence().await };
        assert_eq!(lists.of("LST").len() as u64, contacts, "{lists:#?}");
        assert_eq!(lists.of("LSG").len() as u64, groups, "{lists:#?}");
        lists
    }

    /// The list version.
    pub async fn version(&mut self) -> u64 {
        self.syn().await.version
    }

    /// Sets the status and returns the lines that came with it, without the echo. The first time,
    /// the challenge is answered.
    pub async fn chg(&mut self, status: &str) -> Vec<String> {
        let line = format!("CHG 906 {status} {CAPABILITIES}");
        self.send(&line).await;
        let mut lines = self.lines_until(|reply| reply == line).await;
        // The `ILN`s and the challenge follow the echo.
        lines.extend(self.fence().await);
        if !self.been_challenged {
            let at = lines.iter().position(|line| line.starts_with("CHL 0 "));
            let at = at.unwrap_or_else(|| panic!("no challenge after the first CHG: {lines:?}"));
            let challenge = lines.remove(at);
            lines.extend(self.answer(words(&challenge)[2]).await);
            self.been_challenged = true;
        }
        lines
    }

    /// Answers a challenge, rightly; returns the lines that came before the reply.
    pub async fn answer(&mut self, challenge: &str) -> Vec<String> {
        let (id, answer) = (challenge::PRODUCT_ID, challenge::answer(challenge));
        self.send_with(&format!("QRY 907 {id} 32"), answer.as_bytes()).await;
        self.lines_until(|line| line == "QRY 907").await
    }

    /// The lines that have come so far: sends `PNG` and returns those before `QNG`.
    pub async fn fence(&mut self) -> Vec<String> {
        self.send("PNG").await;
        // The whole line: the `QNG` of MSNP8 has no number.
        let pong = if self.dialect >= 9 { "QNG 50" } else { "QNG" };
        self.lines_until(|line| line == pong).await
    }

    /// Nothing has come so far.
    pub async fn quiet(&mut self) {
        assert_eq!(self.fence().await, Vec::<String>::new(), "to {}", self.handle);
    }

    /// Asks for a switchboard.
    pub async fn door(&mut self) -> Admission {
        let line = self.ask("XFR 908 SB").await;
        Admission::of_xfr(&line)
    }

    /// The next line is a call.
    pub async fn ring(&mut self) -> Admission {
        let line = self.expect_prefix("RNG ").await;
        Admission::of_rng(&line)
    }

    /// The name that the account was made with.
    pub fn name(&self) -> String {
        display_name(&self.handle)
    }
}

/// The offer of a client of this dialect.
fn offer(dialect: u32) -> &'static str {
    match dialect {
        8 => "MSNP8 CVR0",
        9 => "MSNP9 MSNP8 CVR0",
        other => panic!("there is no dialect {other} here"),
    }
}
