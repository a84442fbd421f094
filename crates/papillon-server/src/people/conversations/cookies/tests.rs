//! Cookies are counted by the account that asked for them.

use std::net::{Ipv4Addr, SocketAddr};

use msnp::{AddPrompt, Dialect, FriendlyName, ListVersion, Privacy};
use papillon_store::{Account, Roster};
use tokio::time::advance;

use super::*;
use crate::delivery::{Share, Tunnel};
use crate::listen::{EntryPoint, Origin};

const LIFETIME: Duration = Duration::from_secs(120);

/// A node that has 10 cookies, 4 of an account.
fn switchboards() -> Switchboards {
    Switchboards::new(LIFETIME, &Limits { cookies: 10, cookies_per_account: 4, ..Limits::default() })
}

fn person(account: i64) -> Invitee {
    let handle = Handle::parse(&format!("p{account}@example.com")).expect("a handle");
    let name = FriendlyName::from(&handle);
    Invitee { account: AccountId(account), handle, name, dialect: Dialect::NEWEST }
}

fn session(account: i64) -> Arc<Session> {
    let Invitee { account: id, handle, name, dialect } = person(account);
    let account = Account {
        id,
        handle,
        name,
        credential_epoch: 1,
        enabled: true,
        verified: true,
        created_at: 0,
        admin: false,
    };
    let roster = Roster {
        version: ListVersion(1),
        prompt: AddPrompt::Ask,
        privacy: Privacy::AllowUnlisted,
        properties: Vec::new(),
        groups: Vec::new(),
        contacts: Vec::new(),
    };
    let nowhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 1863));
    let origin =
        Origin { client: nowhere, local: nowhere, entry_point: EntryPoint::Gateway, by_proxy: false };
    let tunnel = Tunnel::new(1 << 10, LIFETIME, Share::boundless(), Arc::default());
    Session::new(account, roster, dialect, Arc::clone(tunnel.outbox()), origin, Box::default())
}

/// The cookies that are out, and those that are counted.
fn count(node: &Switchboards) -> (usize, usize) {
    let cookies = node.cookies.lock();
    (cookies.issued.len(), cookies.asked.values().map(Vec::len).sum())
}

#[tokio::test(start_paused = true)]
async fn one_account_cannot_have_them_all() {
    let node = switchboards();
    let sessions: Vec<_> = (0..9).map(session).collect();
    let issue =
        |asked: i64, of: usize| node.issue(AccountId(asked), person(of as i64), sessions[of].sign_in(), None);
    // Two for itself, two to call another: that one has its own left.
    for of in [0, 0, 1, 1] {
        issue(0, of).expect("a cookie");
    }
    assert_eq!(issue(0, 2), Err(NoCookie::Account));
    for of in [1; 4] {
        issue(1, of).expect("a cookie");
    }
    issue(2, 2).expect("a cookie");
    issue(2, 2).expect("a cookie");
    assert_eq!(issue(3, 3), Err(NoCookie::Node));
    advance(LIFETIME).await;
    issue(3, 3).expect("all have expired");
    assert_eq!(count(&node), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn those_that_are_used_or_of_a_sign_in_that_is_over_do_not_count() {
    let node = switchboards();
    let (me, sessions) = (person(1), [session(1), session(1)]);
    for session in sessions {
        for _ in 0..50 {
            let cookie = node.admit(&session).expect("the ones before are used");
            let admitted = node.redeem(&cookie, &me.handle, None, |_| {});
            assert_eq!(admitted.map(|(person, _)| person.account), Some(me.account));
        }
        for _ in 0..4 {
            node.admit(&session).expect("none is out");
        }
        assert_eq!(node.admit(&session), Err(NoCookie::Account));
        assert_eq!(count(&node), (4, 4));
    }
}
