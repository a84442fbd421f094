//! Cookies are counted by the account that asked for them.

use tokio::time::advance;

use super::*;
use crate::counts::Level;
use crate::people::tests::{invitee as person, session};

const LIFETIME: Duration = Duration::from_secs(120);

/// A node that has 10 cookies, 4 of an account.
fn switchboards() -> Switchboards {
    Switchboards::new(LIFETIME, &Limits { cookies: 10, cookies_per_account: 4, ..Limits::default() })
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

/// Any attempt that does not fit leaves the cookie to its person.
#[tokio::test(start_paused = true)]
async fn a_cookie_lets_its_person_into_its_conversation_once() {
    let node = switchboards();
    let conversation = Arc::new(Conversation::new(Arc::<Level>::default().enter()));
    let (right, other) = (conversation.id(), SessionId(conversation.id().0 ^ 1));
    let (callee, signed_in) = (person(2), session(2));
    let redeem = |cookie: &Cookie, handle: &Handle, session| {
        let mut owner = None;
        let admitted = node.redeem(cookie, handle, session, |account| owner = Some(account));
        assert_eq!(owner, admitted.as_ref().map(|(person, _)| person.account));
        admitted.map(|(person, conversation)| (person.account, conversation.map(|it| it.id())))
    };
    let cookie =
        node.issue(AccountId(1), callee.clone(), signed_in.sign_in(), Some(Arc::clone(&conversation)));
    let cookie = cookie.expect("a cookie");
    for (handle, session) in
        [(&person(3).handle, Some(right)), (&callee.handle, Some(other)), (&callee.handle, None)]
    {
        assert_eq!(redeem(&cookie, handle, session), None, "{handle} {session:?}");
    }
    assert_eq!(redeem(&cookie, &callee.handle, Some(right)), Some((callee.account, Some(right))));
    assert_eq!(redeem(&cookie, &callee.handle, Some(right)), None, "it was used");

    let late = node.admit(&signed_in).expect("a cookie");
    advance(LIFETIME).await;
    assert_eq!(redeem(&late, &callee.handle, None), None, "it has expired");
    let in_time = node.admit(&signed_in).expect("a cookie");
    advance(LIFETIME - Duration::from_millis(1)).await;
    assert_eq!(redeem(&in_time, &callee.handle, None), Some((callee.account, None)));
}

#[tokio::test(start_paused = true)]
async fn cookies_that_nobody_used_are_cleared_away_with_their_accounts() {
    let node = switchboards();
    let sessions = [session(1), session(2)];
    node.admit(&sessions[0]).expect("a cookie");
    node.admit(&sessions[0]).expect("a cookie");
    advance(LIFETIME - SWEEP).await;
    node.admit(&sessions[1]).expect("a cookie");
    assert_eq!(count(&node), (3, 3));
    advance(SWEEP).await;
    node.admit(&sessions[1]).expect("a cookie");
    assert_eq!(count(&node), (2, 2));
    assert_eq!(node.cookies.lock().asked.len(), 1, "the first account has none left");
}
