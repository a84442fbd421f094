//! `VER`, `CVR`, `USR`: the negotiation of the dialect, and the sign-in.

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use msnp::command::{cvr, msg, usr, ver, xfr};
use msnp::message::Profile;
use msnp::passport::Challenge;
use msnp::wire::Encode;
use msnp::{ErrorCode, Handle, TransactionId};
use papillon_store::{Account, AccountId, Roster};
use tracing::{Span, field};

use super::connection::Stage;
use super::{CommandError, Connection, Outcome};
use crate::counts::{self, Way};
use crate::delivery::Deliveries;
use crate::listen::EntryPoint;
use crate::passport::{Reason, TicketError, t_part};
use crate::people::{Class, Session};

/// The version that is recommended to a client that does not tell its own.
const UNKNOWN_VERSION: &str = "1.0.0000";

/// The most characters that are kept of a client's description of itself, for as long as it is signed in.
const LONGEST_DESCRIPTION: usize = 60;

impl Connection {
    pub(super) fn agree_on_version(&mut self, request: &ver::Request) -> Outcome {
        let dialects = request.common();
        let cvr0 = request.offers_cvr0() && !dialects.is_empty();
        let agreed = dialects.first().copied();
        self.reply(&ver::Reply { transaction: request.transaction, dialects, cvr0 });
        // The first one in the reply is the one that is spoken.
        self.dialect = agreed.ok_or(CommandError::Close)?;
        Span::current().record("dialect", field::display(self.dialect));
        self.stage = Stage::Versioned;
        Ok(())
    }

    /// Every client is told that it is up to date, so that none asks to be replaced.
    pub(super) fn tell_versions(&mut self, request: cvr::Request) -> Outcome {
        // Later the session has it.
        if self.session.is_none() {
            self.client = described(&request);
        }
        let version = if request.version.is_empty() { UNKNOWN_VERSION.into() } else { request.version };
        let page: Box<str> = self.service.page(self.origin.local, "/").into();
        self.reply(&cvr::Reply {
            transaction: request.transaction,
            recommended: version.clone(),
            also_recommended: version.clone(),
            minimum: version,
            download_url: page.clone(),
            info_url: page,
        });
        // A client that says it again later stays where it is.
        if self.stage == Stage::Versioned {
            self.stage = Stage::Known;
        }
        Ok(())
    }

    pub(super) async fn sign_in(&mut self, request: usr::Request) -> Outcome {
        match (self.stage, request) {
            (Stage::SignedIn, _) => Err(CommandError::Error(ErrorCode::AlreadyLoggedIn)),
            (Stage::Known, usr::Request::Identify { transaction, handle }) => match self.origin.entry_point {
                EntryPoint::Msnp | EntryPoint::Gateway => self.send_for_ticket(transaction, handle),
                EntryPoint::Dispatch => self.refer(transaction),
            },
            (Stage::Challenged, usr::Request::Ticket { transaction, ticket }) => {
                self.check_ticket(transaction, &ticket).await
            }
            _ => Err(CommandError::Fatal(ErrorCode::NotExpected)),
        }
    }

    /// Every address is sent to Passport, known or not: the answer does not tell whether it has an account.
    fn send_for_ticket(&mut self, transaction: TransactionId, handle: Handle) -> Outcome {
        let fingerprint = format!("{:032x}", rand::random::<u128>());
        let challenge = Challenge::new(unix_time(), &fingerprint).as_str().into();
        self.reply(&usr::Reply::Challenge { transaction, challenge });
        self.handle = Some(handle);
        self.stage = Stage::Challenged;
        Ok(())
    }

    /// The dispatch listener only says where the notification server is.
    fn refer(&mut self, transaction: TransactionId) -> Outcome {
        let here = msnp::HostPort::parse(&format!(
            "{}:{}",
            self.service.host(self.origin.local),
            self.origin.local.port()
        ));
        let (Some(address), Ok(current)) = (self.service.msnp_address(&self.origin), here) else {
            return Err(CommandError::Fatal(ErrorCode::ServerUnavailable));
        };
        self.reply(&xfr::Reply::Notification { transaction, address, current });
        // The client begins anew at the other address.
        Err(CommandError::Close)
    }

    async fn check_ticket(&mut self, transaction: TransactionId, ticket: &usr::Ticket) -> Outcome {
        let claims = self.service.tickets.verify(ticket.as_str(), SystemTime::now()).map_err(|error| {
            self.refused(match error {
                TicketError::Malformed => ErrorCode::AuthenticationFailed,
                TicketError::Forged | TicketError::Expired => ErrorCode::BadTicket,
            })
        })?;
        let handle = self.handle.clone().ok_or(CommandError::Close)?;
        let id = AccountId(claims.account);
        // Before the roster is read: that costs as much as the rest of a sign-in. Not counted yet, because a ticket that
        // is void must not use up the sign-ins of the account's owner.
        if !self.service.rates.allows(Class::SignIns, id) {
            return Err(self.too_many_sign_ins(&handle));
        }
        // A list change that is under way is either in the lists that are read here, or is told afterwards. The turn is
        // kept until the session is entered below.
        let service = Arc::clone(&self.service);
        let _turn = service.locks.one(&handle).await;
        // Within the turn: a ban that takes effect now waits for it, and signs this session out then.
        if service.bans.refuses_account(id, self.origin.client.ip(), &handle).is_some() {
            service.counts.sign_ins.note(Way::Ticket, counts::Outcome::Banned);
            return Err(CommandError::Fatal(ErrorCode::AuthenticationFailed));
        }
        let found = service.store.sign_in(id).await.map_err(|error| {
            tracing::error!(%error, "the store failed during a sign-in");
            self.service.counts.sign_ins.note(Way::Ticket, counts::Outcome::Unavailable);
            // Not a failed sign-in: nothing is noted of it, or an outage would look like an attack.
            CommandError::Fatal(ErrorCode::InternalServerError)
        })?;
        let valid = |account: &Account| {
            // The ticket of one account must not open another; and a new password or "sign out everywhere" raises the
            // epoch, which voids earlier tickets.
            account.handle == handle && account.credential_epoch == claims.epoch && account.enabled
        };
        let (account, roster) = found
            .filter(|(account, _)| valid(account))
            .ok_or_else(|| self.refused(ErrorCode::AuthenticationFailed))?;
        // Of many that came at once, each has seen room for itself.
        if !service.rates.take(Class::SignIns, id) {
            return Err(self.too_many_sign_ins(&handle));
        }
        self.enter(transaction, account, roster, ticket)
    }

    /// Logs a failed sign-in, and makes the error for the client.
    fn refused(&self, code: ErrorCode) -> CommandError {
        self.service.counts.sign_ins.note(Way::Ticket, counts::Outcome::Ticket);
        self.service.failures.note(Reason::Ticket, self.origin.client.ip(), self.handle.as_ref());
        CommandError::Fatal(code)
    }

    /// The error for a sign-in beyond the rate of its account; counts it.
    fn too_many_sign_ins(&self, handle: &Handle) -> CommandError {
        let from = self.origin.client.ip();
        self.service.counts.sign_ins.note(Way::Ticket, counts::Outcome::Limited);
        self.service.refusals.note(Class::SignIns.refusal(), Some(from), Some(handle));
        CommandError::Fatal(Class::SignIns.error())
    }

    fn enter(
        &mut self,
        transaction: TransactionId,
        account: Account,
        roster: Roster,
        ticket: &usr::Ticket,
    ) -> Outcome {
        let welcome = usr::Reply::Ok {
            transaction,
            handle: account.handle.clone(),
            name: account.name.clone(),
            verified: account.verified,
        };
        let profile = msg::FromService { payload: self.profile(&account, ticket) };

        let client = std::mem::take(&mut self.client);
        let outbox = Arc::clone(&self.outbox);
        let (verified, handle) = (account.verified, account.handle.clone());
        let session = Session::new(account, roster, self.dialect, outbox, self.origin, client);
        // Before the older session of the account ends: a client that finds no room takes none away.
        self.outbox.charge_lists(session.read(|state| state.lists.weight())).map_err(|excess| {
            self.service.refusals.note(excess.into(), Some(self.origin.client.ip()), Some(&handle));
            CommandError::Fatal(ErrorCode::ServerTooBusy)
        })?;
        Span::current().record("account", field::display(&handle));
        tracing::info!(account = %handle, dialect = %self.dialect, "signed in");
        self.service.counts.sign_ins.note(Way::Ticket, counts::Outcome::Ok);
        (self.verified, self.stage) = (verified, Stage::SignedIn);
        // The session has it.
        self.handle = None;
        // With the session, not before it: nothing that others send may come between or ahead.
        let welcome = [welcome.to_bytes(), profile.to_bytes()];
        self.service.directory.claim(&session, welcome, &mut Deliveries::new());
        self.session = Some(session);
        Ok(())
    }

    /// The profile tells the client its own address as seen from here; from that and its socket
    /// it works out what kind of NAT it is behind.
    fn profile(&self, account: &Account, ticket: &usr::Ticket) -> bytes::Bytes {
        Profile {
            login_time: unix_time(),
            // The halves of the number as signed ones, which is how the profile has them: the bits are kept.
            member_id_high: (account.id.0 >> 32) as i32,
            member_id_low: account.id.0 as i32,
            preferred_email: account.handle.to_string(),
            mspauth: t_part(ticket.as_str()).unwrap_or_default().into(),
            client_ip: address_in_profile(self.origin.client.ip()),
            client_port: self.origin.client.port(),
            ..Profile::default()
        }
        .to_bytes()
    }
}

/// The client's address as a profile can tell it. MSNP8 and MSNP9 clients know IPv4 only: a client with another one is
/// told `0.0.0.0`, which says nothing (MSNP2).
fn address_in_profile(client: IpAddr) -> IpAddr {
    match client.to_canonical() {
        v4 @ IpAddr::V4(_) => v4,
        IpAddr::V6(_) => Ipv4Addr::UNSPECIFIED.into(),
    }
}

/// The client's description of itself, for administrators to read: `MSNMSGR 6.0.0602 (winnt 5.1)`.
fn described(request: &cvr::Request) -> Box<str> {
    let name = if request.library.is_empty() { &request.client } else { &request.library };
    let mut text = format!("{name} {}", request.version);
    if !request.os.is_empty() {
        text = format!("{text} ({} {})", request.os, request.os_version);
    }
    // It is shown on pages and kept for a whole session: no control characters, and not without end.
    let text = text.trim().chars().filter(|c| !c.is_control()).take(LONGEST_DESCRIPTION);
    text.collect::<String>().into_boxed_str()
}

fn unix_time() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_tells_ipv4_addresses_only() {
        for (client, told) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8::7", "0.0.0.0"),
            ("::1", "0.0.0.0"),
        ] {
            assert_eq!(address_in_profile(client.parse().unwrap()).to_string(), told, "{client}");
        }
    }
}
