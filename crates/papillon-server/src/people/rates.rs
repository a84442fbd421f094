//! The rates of accounts: what an account may do how often, on all its connections and through all its sign-ins.
//!
//! Nothing here is asked for by the relay of a message. Each lock is held for one look-up, and no other is taken
//! meanwhile.

mod class;

use std::hash::Hash;
use std::time::Instant;

use msnp::Handle;
use papillon_store::AccountId;
use parking_lot::Mutex;

pub(crate) use self::class::Class;
use crate::config::Limits;
use crate::limits::{HOUR, MINUTE, RateLimiter};

/// The accounts that a table remembers at most: more than a node has connections.
const ACCOUNTS: usize = 1 << 20;
/// The pairs of an account and a contact that a table remembers at most.
const PAIRS: usize = 1 << 17;

/// The rates of all accounts on this node.
pub(crate) struct AccountRates {
    /// One for each [`Class`], by its number. These wait when they are full: their keys are accounts, which no client
    /// can make up, and only those that have done something lately are kept.
    classes: Box<[Table<AccountId>]>,
    /// Calls by caller and callee. It waits: both have to be signed in, and each key is a call of the caller's.
    calls_between: Table<(AccountId, AccountId)>,
    /// Calls by callee. It waits: a callee is signed in.
    calls_at: Table<AccountId>,
    /// Contacts put on the forward list, by account and contact. It forgets: an address can be made up, and a full table
    /// must not keep other people from their contacts. Each key costs a change of lists, so to have one's own
    /// forgotten takes more changes than it would bring.
    additions: Table<(AccountId, Handle)>,
    /// Contacts that are shown the account again. It forgets, for the same reason.
    unblocks: Table<(AccountId, Handle)>,
    /// Invitations by recipient. It waits: each key costs one of the few invitations of an account, and a table that
    /// forgets could be made to forget a recipient.
    invitations_to: Table<Handle>,
}

type Table<K> = Mutex<RateLimiter<K>>;

impl AccountRates {
    /// Nobody has done anything yet.
    pub(crate) fn new(limits: &Limits) -> Self {
        let class = |class: &Class| {
            let (tokens, window) = class.rate(limits);
            Mutex::new(RateLimiter::new(tokens, window).remembering(ACCOUNTS))
        };
        Self {
            classes: Class::ALL.iter().map(class).collect(),
            calls_between: Mutex::new(RateLimiter::new(limits.calls_per_pair, MINUTE).remembering(ACCOUNTS)),
            calls_at: Mutex::new(RateLimiter::new(limits.calls_per_callee, MINUTE).remembering(ACCOUNTS)),
            additions: Mutex::new(RateLimiter::forgetful(limits.additions_per_contact, HOUR, PAIRS)),
            unblocks: Mutex::new(RateLimiter::forgetful(limits.unblocks_per_contact, MINUTE, PAIRS)),
            invitations_to: Mutex::new(RateLimiter::new(limits.invitations_per_recipient, HOUR)),
        }
    }

    /// Adopts other limits. The tokens that are used up stay used up.
    pub(crate) fn adopt(&self, limits: &Limits) {
        for (class, table) in Class::ALL.iter().zip(&self.classes) {
            let (tokens, window) = class.rate(limits);
            table.lock().change(tokens, window);
        }
        self.calls_between.lock().change(limits.calls_per_pair, MINUTE);
        self.calls_at.lock().change(limits.calls_per_callee, MINUTE);
        self.additions.lock().change(limits.additions_per_contact, HOUR);
        self.unblocks.lock().change(limits.unblocks_per_contact, MINUTE);
        self.invitations_to.lock().change(limits.invitations_per_recipient, HOUR);
    }

    /// Whether one more of a class is within the account's limit; counts it if so.
    pub(crate) fn take(&self, class: Class, account: AccountId) -> bool {
        self.classes.get(class as usize).is_none_or(|table| take(table, account))
    }

    /// Whether one more of a class would be within the account's limit now.
    pub(crate) fn allows(&self, class: Class, account: AccountId) -> bool {
        self.classes.get(class as usize).is_none_or(|table| table.lock().wait(&account, now()).is_zero())
    }

    /// Takes one back that has been counted.
    pub(crate) fn give_back(&self, class: Class, account: AccountId) {
        if let Some(table) = self.classes.get(class as usize) {
            table.lock().put_back(&account);
        }
    }

    /// Whether a caller may ring once more at a callee; counts it if so.
    pub(crate) fn take_call(&self, caller: AccountId, callee: AccountId) -> bool {
        // The pair first: a caller that is over it uses up nothing of what all callers have.
        take(&self.calls_between, (caller, callee)) && take(&self.calls_at, callee)
    }

    /// Whether an account may put this contact on its forward list once more; counts it if so. The contact is told each
    /// time. Taking it off is not counted: there are no more of those than of these.
    pub(crate) fn take_addition(&self, account: AccountId, contact: &Handle) -> bool {
        take(&self.additions, (account, contact.clone()))
    }

    /// Takes an addition back that came to nothing.
    pub(crate) fn give_back_addition(&self, account: AccountId, contact: &Handle) {
        self.additions.lock().put_back(&(account, contact.clone()));
    }

    /// Whether an account may once more be shown to this contact (`ADD AL`, `REM BL`); counts it if so. Hiding is not
    /// counted, for the same reason; and it must never be refused.
    pub(crate) fn take_unblock(&self, account: AccountId, contact: &Handle) -> bool {
        take(&self.unblocks, (account, contact.clone()))
    }

    /// Whether one more invitation may be mailed to this address; counts it if so.
    pub(crate) fn take_invitation(&self, recipient: &Handle) -> bool {
        take(&self.invitations_to, recipient.clone())
    }
}

fn take<K: Hash + Eq + Clone>(table: &Table<K>, key: K) -> bool {
    table.lock().take_one(key, now())
}

/// The runtime's clock, which tests can move.
fn now() -> Instant {
    tokio::time::Instant::now().into_std()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn handle(text: &str) -> Handle {
        Handle::parse(text).expect("a handle")
    }

    #[tokio::test(start_paused = true)]
    async fn each_account_and_each_class_has_its_own() {
        let rates = AccountRates::new(&Limits::default());
        for class in Class::ALL {
            let (tokens, window) = class.rate(&Limits::default());
            assert!((0..tokens).all(|_| rates.take(*class, AccountId(1))), "{class:?}");
            assert!(!rates.allows(*class, AccountId(1)) && !rates.take(*class, AccountId(1)), "{class:?}");
            assert!(rates.allows(*class, AccountId(2)) && rates.take(*class, AccountId(2)), "{class:?}");
            rates.give_back(*class, AccountId(1));
            assert!(rates.take(*class, AccountId(1)) && !rates.take(*class, AccountId(1)), "{class:?}");
            tokio::time::advance(window).await;
            assert!(rates.take(*class, AccountId(1)), "{class:?}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_pair_has_its_own_limit_and_leaves_the_rest_to_others() {
        let limits = Limits { calls_per_pair: 2, calls_per_callee: 5, ..Limits::default() };
        let rates = AccountRates::new(&limits);
        let victim = AccountId(9);
        let rings = |caller| (0..100).filter(|_| rates.take_call(AccountId(caller), victim)).count();
        assert_eq!([rings(1), rings(2), rings(3), rings(4)], [2, 2, 1, 0]);
        assert!(rates.take_call(AccountId(1), AccountId(8)), "another callee");
    }

    #[tokio::test(start_paused = true)]
    async fn contacts_and_recipients_have_their_own() {
        let limits = Limits {
            additions_per_contact: 1,
            unblocks_per_contact: 2,
            invitations_per_recipient: 3,
            ..Limits::default()
        };
        let rates = AccountRates::new(&limits);
        let (bob, carol) = (handle("bob@example.com"), handle("carol@example.com"));
        for contact in [&bob, &carol] {
            for account in [AccountId(1), AccountId(2)] {
                assert_eq!((0..9).filter(|_| rates.take_addition(account, contact)).count(), 1);
                assert_eq!((0..9).filter(|_| rates.take_unblock(account, contact)).count(), 2);
            }
            assert_eq!((0..9).filter(|_| rates.take_invitation(contact)).count(), 3);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn what_came_to_nothing_does_not_count() {
        let limits = Limits { additions_per_contact: 1, groups_per_minute: 1, ..Limits::default() };
        let (rates, alice, bob) = (AccountRates::new(&limits), AccountId(1), handle("bob@example.com"));
        for _ in 0..3 {
            assert!(rates.take_addition(alice, &bob) && !rates.take_addition(alice, &bob));
            rates.give_back_addition(alice, &bob);
            assert!(rates.take(Class::Groups, alice) && !rates.allows(Class::Groups, alice));
            rates.give_back(Class::Groups, alice);
            assert!(rates.allows(Class::Groups, alice));
        }
    }

    #[test]
    fn a_client_over_a_limit_gets_the_error_that_it_knows() {
        let errors = Class::ALL.iter().map(|class| class.error().to_string());
        let mut expected = ["800"; 9];
        expected[Class::SignIns as usize] = "910";
        expected[Class::Calls as usize] = "713";
        assert_eq!(errors.collect::<Vec<_>>(), expected);
    }

    #[tokio::test(start_paused = true)]
    async fn a_change_of_the_settings_holds_at_once() {
        let rates = AccountRates::new(&Limits { groups_per_minute: 2, ..Limits::default() });
        let taken = |rates: &AccountRates| (0..9).filter(|_| rates.take(Class::Groups, AccountId(1))).count();
        assert_eq!(taken(&rates), 2);
        rates.adopt(&Limits { groups_per_minute: 4, ..Limits::default() });
        tokio::time::advance(MINUTE).await;
        assert_eq!(taken(&rates), 4);
    }
}
