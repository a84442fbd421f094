//! The settings of the service. The binary fills them from the command line, the environment and a file.

mod live;

use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

pub(crate) use self::live::Live;
use crate::addresses::Front;
use crate::dns;
use crate::listen::proxy_protocol::AddressRange;
use crate::operator::Operator;
use crate::tls::Names;

/// The service's settings. Every field has a default that suits one machine.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Config {
    /// The folder of the service's files: the database, the certificates under `tls/`, mail to send under `mail/`.
    pub data_dir: PathBuf,
    /// The name or address handed to clients. Without it every client gets the address at which
    /// it reached us.
    pub public_host: Option<String>,
    /// The reverse proxy in front of the service.
    pub front: Front,
    /// The DNS listener.
    pub dns: dns::Settings,
    /// Whether the HTTPS listener lets Windows 98 to XP in, with SSL 3.0 and TLS 1.0, besides modern clients.
    pub old_windows: bool,
    /// Names and addresses that the certificates carry and the DNS listener answers for, besides those of the old
    /// services.
    pub tls_names: Vec<String>,
    /// The proxies that may name their clients: in the PROXY protocol to all listeners, and in `X-Forwarded-For` or
    /// `Forwarded` to those for HTTP.
    pub trusted_proxies: Vec<AddressRange>,
    /// The time for which a Passport ticket is valid.
    pub ticket_lifetime: Duration,
    /// The time between the announcement of a shutdown and the shutdown. Zero: no announcement.
    pub shutdown_grace: Duration,
    /// The visitors that may make an account on the pages; `None` leaves it to [`Config::registration_for`].
    pub registration: Option<Registration>,
    /// Passwords are asked for and taken over TLS only, on the pages and at the login.
    pub https_only: bool,
    /// Whether the log shows the addresses of clients at levels above `debug`, as fail2ban needs them.
    pub log_addresses: bool,
    /// The contact that the pages name for questions.
    pub operator: Operator,
    /// The limits that keep one client from harming the others.
    pub limits: Limits,
    /// The time limits of the service.
    pub timeouts: Timeouts,
}

impl Config {
    /// The defaults, with files under `data_dir`.
    pub fn new(data_dir: impl Into<PathBuf>) -> Self {
        Self {
            data_dir: data_dir.into(),
            public_host: None,
            front: Front::default(),
            dns: dns::Settings::default(),
            old_windows: false,
            tls_names: Vec::new(),
            trusted_proxies: Vec::new(),
            ticket_lifetime: Duration::from_secs(3600),
            shutdown_grace: Duration::ZERO,
            registration: None,
            https_only: false,
            log_addresses: false,
            operator: Operator::default(),
            limits: Limits::default(),
            timeouts: Timeouts::default(),
        }
    }

    /// The names that certificates carry besides those of the old services.
    pub fn names(&self) -> Names {
        Names { public_host: self.public_host.clone(), more: self.tls_names.clone() }
    }

    /// Takes the public host from the public address, unless it has been said.
    pub fn settle_public_host(&mut self) {
        if let (None, Some(url)) = (&self.public_host, &self.front.url) {
            self.public_host = Some(url.bare_host().to_owned());
        }
    }

    /// The rule for an account that a visitor from this address wants to make. If the operator has set none: with a
    /// public host, all visitors need an invitation; without one, visitors from this machine and from private networks
    /// do not.
    pub fn registration_for(&self, visitor: IpAddr) -> Registration {
        Registration::of(self.registration, self.public_host.is_some(), visitor)
    }
}

impl Registration {
    /// The setting's word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Invitation => "invitation",
            Self::Closed => "closed",
        }
    }

    /// The rule for a visitor when the operator has `told` this.
    pub(crate) fn of(told: Option<Self>, public: bool, visitor: IpAddr) -> Self {
        let default = if !public && is_near(visitor) { Self::Open } else { Self::Invitation };
        told.unwrap_or(default)
    }
}

/// The visitors that may make an account on the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Registration {
    /// Everybody.
    Open,
    /// Visitors with the code of an invitation.
    Invitation,
    /// Nobody.
    Closed,
}

/// Whether an address is of this machine, or of a network that the internet does not reach.
pub(crate) fn is_near(address: IpAddr) -> bool {
    match address.to_canonical() {
        // Not 100.64.0.0/10: strangers of one provider share it.
        IpAddr::V4(v4) => v4.is_loopback() || v4.is_private() || v4.is_link_local(),
        IpAddr::V6(v6) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
    }
}

/// Limits; the protocol's own values where it has them.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Open connections on the MSNP listeners and through the HTTP gateway, all together.
    pub connections: usize,
    /// Of these, those of one address; a proxy's people share its address.
    pub connections_per_address: usize,
    /// Of these, those that have not signed in: never more than half.
    pub pending_connections: usize,
    /// Of these, those of one address: never more than half.
    pub pending_connections_per_address: usize,
    /// Open connections on the HTTP and HTTPS listeners, all together.
    pub http_connections: usize,
    /// Open connections on the HTTP and HTTPS listeners from one address; a proxy's people share its address.
    pub http_connections_per_address: usize,
    /// People on a forward list (210). 600 in 2005.
    pub forward_list: usize,
    /// People on an allow or block list (210).
    pub privacy_list: usize,
    /// People in one switchboard session (712).
    pub switchboard_people: usize,
    /// Sign-ins with a good ticket a minute and account (910).
    pub sign_ins_per_minute: u32,
    /// `SYN` a minute and account (800).
    pub synchronisations_per_minute: u32,
    /// `CHG`, `BLP`, `PRP` and `REA` of oneself in ten seconds and account (800).
    pub changes_per_ten_seconds: u32,
    /// `ADD`, `REM`, `GTC` and `REA` of a contact an hour and account (800).
    pub list_changes_per_hour: u32,
    /// The times an hour that one account may put the same contact on its forward list (800): the contact is told of
    /// each.
    pub additions_per_contact: u32,
    /// The times a minute that one account may show itself to the same contact again, by `ADD AL` or `REM BL` (800).
    pub unblocks_per_contact: u32,
    /// `ADG`, `REG` and `RMG` a minute and account (800).
    pub groups_per_minute: u32,
    /// `XFR SB` a minute and account (800).
    pub switchboards_per_minute: u32,
    /// `CAL` a minute and account (713); a call that is answered does not count.
    pub calls_per_minute: u32,
    /// Calls of one account at one other a minute (713).
    pub calls_per_pair: u32,
    /// Calls of all accounts at one a minute (713).
    pub calls_per_callee: u32,
    /// Invitations by e-mail (`SND`, `SDC`) an hour and account (800).
    pub invitations_per_hour: u32,
    /// Invitations by e-mail of all accounts to one address an hour (800).
    pub invitations_per_recipient: u32,
    /// `URL`, `IMS`, `FND`, `PAG` and `PGD` a minute and account (800), and `CAL` of people that are in the conversation or
    /// ringing already (713).
    pub queries_per_minute: u32,
    /// Cookies for switchboards that are out, all together (714; 280 for a call).
    pub cookies: usize,
    /// Cookies for switchboards that one account has asked for, for itself and for the people it calls, and that are
    /// out (714; 713 for a call).
    pub cookies_per_account: usize,
    /// Failed sign-ins a minute and account by strangers; as many again in each place where the account has signed in
    /// before.
    pub sign_in_failures_per_account: u32,
    /// Failed sign-ins a minute and address.
    pub sign_in_failures_per_address: u32,
    /// Sign-ins that wait for their password to be checked, all together.
    pub sign_ins_waiting: usize,
    /// Sign-ins that wait from one address; a school's people share its address.
    pub sign_ins_waiting_per_address: usize,
    /// Accounts that may be made on the pages, an hour and address; attempts with an invitation
    /// that is not valid or for an address that is taken count as well.
    pub registrations_per_hour: u32,
    /// Requests for pages a minute and address (429).
    pub pages_per_minute: u32,
    /// Connections through the HTTP gateway from one address: two and more for each person, and a proxy's people
    /// share its address.
    pub gateway_sessions_per_address: usize,
    /// Bytes that wait for one client before it is dropped for not reading.
    pub outbox_bytes: usize,
    /// Bytes that wait for clients, or of clients to be processed, all together.
    pub memory_bytes: usize,
    /// The same for one address, with what its connections take by themselves.
    pub memory_bytes_per_address: usize,
    /// The same for one account.
    pub memory_bytes_per_account: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 100_000,
            connections_per_address: 4_000,
            pending_connections: 20_000,
            pending_connections_per_address: 500,
            http_connections: 10_000,
            http_connections_per_address: 2_000,
            forward_list: 600,
            privacy_list: 1_500,
            switchboard_people: 200,
            sign_ins_per_minute: 20,
            synchronisations_per_minute: 60,
            changes_per_ten_seconds: 30,
            // All contacts that there may be, allowed and added in one go, twice over.
            list_changes_per_hour: 3_000,
            additions_per_contact: 12,
            unblocks_per_contact: 20,
            groups_per_minute: 60,
            switchboards_per_minute: 8,
            calls_per_minute: 10,
            calls_per_pair: 20,
            // A bot with 600 contacts that comes back, and all of them have something to say.
            calls_per_callee: 600,
            invitations_per_hour: 10,
            invitations_per_recipient: 3,
            queries_per_minute: 600,
            cookies: 200_000,
            // The switchboards and calls of two minutes, for which a cookie is good, are 54.
            cookies_per_account: 64,
            sign_in_failures_per_account: 10,
            sign_in_failures_per_address: 60,
            sign_ins_waiting: 4_096,
            sign_ins_waiting_per_address: 1_024,
            registrations_per_hour: 20,
            // 300 people behind one address, each with four pages of five requests.
            pages_per_minute: 6_000,
            gateway_sessions_per_address: 4_000,
            outbox_bytes: 4 << 20,
            memory_bytes: 512 << 20,
            // Less than the 64 MiB that an address may cost: what waits takes up to an eighth more than what is charged, by the
            // allocator.
            memory_bytes_per_address: 54 << 20,
            memory_bytes_per_account: 16 << 20,
        }
    }
}

/// Time limits.
#[derive(Debug, Clone)]
pub struct Timeouts {
    /// From a connection to the end of its first line.
    pub first_line: Duration,
    /// From a connection to the end of its sign-in, and from a switchboard connection to its `USR` or `ANS`.
    pub sign_in: Duration,
    /// From the beginning of a line to its end, and to that of its payload.
    pub unfinished: Duration,
    /// From `CHL` to `QRY`.
    pub challenge: Duration,
    /// Between two challenges.
    pub challenge_interval: Duration,
    /// A switchboard session without messages is closed after this.
    pub switchboard_idle: Duration,
    /// A cookie is good for this long.
    pub cookie: Duration,
    /// The time after which an invited account can be invited again.
    pub ringing: Duration,
    /// A client that takes nothing of the lines that wait for it is dropped after this.
    pub write_stall: Duration,
    /// A client of the HTTP gateway that asks for nothing is gone after this. 60 s in Escargot.
    pub gateway_idle: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            first_line: Duration::from_secs(15),
            sign_in: Duration::from_secs(60),
            unfinished: Duration::from_secs(60),
            // The original ended the connection without an answer after about this time.
            challenge: Duration::from_secs(50),
            challenge_interval: Duration::from_secs(25 * 60),
            switchboard_idle: Duration::from_secs(300),
            cookie: Duration::from_secs(120),
            ringing: Duration::from_secs(30),
            write_stall: Duration::from_secs(30),
            gateway_idle: Duration::from_secs(60),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strangers_need_an_invitation() {
        let near = [
            "127.0.0.1",
            "::1",
            "10.1.2.3",
            "192.168.0.9",
            "::ffff:172.16.0.1",
            "169.254.1.1",
            "fe80::1",
            "fd00::1",
        ];
        let far = ["8.8.8.8", "172.32.0.1", "2001:db8::1", "::ffff:8.8.8.8", "100.64.0.1"];
        let mut config = Config::new("/nowhere");
        let of = |config: &Config, address: &str| config.registration_for(address.parse().unwrap());
        assert!(near.iter().all(|address| of(&config, address) == Registration::Open));
        assert!(far.iter().all(|address| of(&config, address) == Registration::Invitation));
        config.public_host = Some("msn.example.org".into());
        assert!(near.iter().chain(&far).all(|address| of(&config, address) == Registration::Invitation));
        for said in [Registration::Open, Registration::Closed, Registration::Invitation] {
            config.registration = Some(said);
            assert!(near.iter().chain(&far).all(|address| of(&config, address) == said));
        }
    }
}
