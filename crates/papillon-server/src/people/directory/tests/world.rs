//! Four people with clients that believe what they are told, and the rules by which they should see each other.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use msnp::command::chg::Chg;
use msnp::{
    AddPrompt, ClientCapabilities, Dialect, FriendlyName, GroupId, Handle, List, ListFlags, ListVersion,
    Privacy, Status, TransactionId,
};
use papillon_store::{
    Account, AccountId, Card, Contact, GroupSet, ListChange, ListEvent, Person, PrivacyList, Roster,
};

use crate::delivery::{ANSWER_BYTES, Deliveries, OpenConnections, Share, Tunnel};
use crate::listen::{EntryPoint, Origin};
use crate::people::change::{Change, Presence};
use crate::people::visibility::Unreachable;
use crate::people::{Directory, Session};

const PEOPLE: usize = 4;
const STATES: [Status; 3] = [Status::Online, Status::Away, Status::Busy];
const TRANSACTION: TransactionId = TransactionId(1);

/// The possible events. The numbers are people.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    SignIn(usize),
    SignOut(usize),
    State(usize, usize),
    Hide(usize),
    /// The next introduction that somebody's request makes; only where they are made one by one.
    Introduce(usize),
    TakeCalls(usize, bool),
    AddForward(usize, usize),
    RemoveForward(usize, usize),
    Allow(usize, usize),
    Disallow(usize, usize),
    Block(usize, usize),
    Unblock(usize, usize),
    Privacy(usize, bool),
    Rename(usize),
}

/// Somebody, as the store has them, and the client, if there is one.
struct Someone {
    name: u32,
    version: u32,
    privacy: Privacy,
    forward: BTreeSet<usize>,
    allowed: BTreeSet<usize>,
    blocked: BTreeSet<usize>,
    client: Option<Client>,
}

struct Client {
    session: Arc<Session>,
    tunnel: Arc<Tunnel>,
    status: Option<Status>,
    takes_calls: bool,
    /// The contacts that it shows.
    shown: BTreeMap<String, String>,
    /// The reverse list as it has been told of it since the sign-in.
    listing: BTreeSet<String>,
    /// The other person of an `ADD` that is not over: it has the turns of both.
    adding: Option<usize>,
}

pub(super) struct World {
    directory: Directory,
    people: Vec<Someone>,
    /// Whether the introductions that a request makes are steps of their own, so that other steps come in between.
    one_by_one: bool,
}

/// One line for each change that a client is told of, in words of its own.
fn encode(change: &Change, dialect: Dialect) -> Option<Bytes> {
    let line = match change {
        Change::Online(presence) => format!("+ {}\n", looks(presence, dialect)),
        Change::Introduced { presence, .. } => format!("i {}\n", looks(presence, dialect)),
        Change::Offline(handle) => format!("- {handle}\n"),
        Change::SignedInElsewhere => "x\n".into(),
        Change::Lists(change) => match &*change.event {
            ListEvent::ListedBy { person, .. } => format!("> {}\n", person.handle),
            ListEvent::UnlistedBy { person } => format!("< {}\n", person.handle),
            _ => match change.mirror.as_deref() {
                Some(ListEvent::ListedBy { person, .. }) => format!("> {}\n", person.handle),
                Some(ListEvent::UnlistedBy { person }) => format!("< {}\n", person.handle),
                _ => return None,
            },
        },
        _ => return None,
    };
    Some(line.into())
}

fn looks(presence: &Presence, dialect: Dialect) -> String {
    format!("{} {} {} {dialect}", presence.handle, presence.status, presence.name)
}

fn handle(who: usize) -> Handle {
    Handle::parse(&format!("p{who}@example.com")).unwrap()
}

fn account(who: usize) -> AccountId {
    AccountId(who as i64 + 10)
}

fn person(who: usize) -> Person {
    Person { account: account(who), handle: handle(who) }
}

/// Clients of both dialects take part.
fn dialect(who: usize) -> Dialect {
    if who.is_multiple_of(2) { Dialect::Msnp9 } else { Dialect::Msnp8 }
}

impl Someone {
    fn friendly_name(&self) -> FriendlyName {
        FriendlyName::parse(&format!("n{}", self.name)).unwrap()
    }

    fn status(&self) -> Option<Status> {
        self.client.as_ref()?.status.filter(|status| status.is_visible())
    }

    fn allows(&self, other: usize) -> bool {
        !self.blocked.contains(&other)
            && (self.allowed.contains(&other) || self.privacy == Privacy::AllowUnlisted)
    }
}

impl World {
    pub(super) fn new() -> Self {
        let someone = |_| Someone {
            name: 0,
            version: 1,
            privacy: Privacy::AllowUnlisted,
            forward: BTreeSet::new(),
            allowed: BTreeSet::new(),
            blocked: BTreeSet::new(),
            client: None,
        };
        let directory = Directory::new(Arc::new(OpenConnections::default()), encode);
        Self { directory, people: (0..PEOPLE).map(someone).collect(), one_by_one: false }
    }

    /// One in which other tasks have their turn between the introductions of a request.
    pub(super) fn one_by_one() -> Self {
        Self { one_by_one: true, ..Self::new() }
    }

    pub(super) fn step(&mut self, (kind, who, whom, what): (u8, u8, u8, u8)) {
        let (who, whom, what) = (usize::from(who) % PEOPLE, usize::from(whom) % PEOPLE, usize::from(what));
        let step = match kind % 16 {
            0 | 1 => Step::SignIn(who),
            2 => Step::SignOut(who),
            3 | 4 => Step::State(who, what % STATES.len()),
            5 => Step::Hide(who),
            6..=8 => Step::AddForward(who, whom),
            9 => Step::RemoveForward(who, whom),
            10 => Step::Allow(who, whom),
            11 => Step::Disallow(who, whom),
            12 => Step::Block(who, whom),
            13 => Step::Unblock(who, whom),
            14 => Step::Privacy(who, what.is_multiple_of(2)),
            _ if what.is_multiple_of(4) => Step::TakeCalls(who, what.is_multiple_of(8)),
            _ => Step::Rename(who),
        };
        // Every other time its task goes on, if it is in the middle of a request.
        let goes_on = self.is_busy(who) && what.is_multiple_of(2);
        self.carry_out(if goes_on { Step::Introduce(who) } else { step });
    }

    /// Whether somebody's task is in the middle of a request.
    fn is_busy(&self, who: usize) -> bool {
        self.people[who].client.as_ref().is_some_and(|client| client.session.watch.next().is_some())
    }

    /// Whether the step has to wait for a request of its own task, or for the turn of an account.
    fn waits(&self, step: Step) -> bool {
        let has_turn = |other: usize| {
            let adding = self.people[other].client.as_ref().and_then(|client| client.adding);
            adding.map(|whom| [other, whom])
        };
        let turns: Vec<usize> = (0..PEOPLE).filter_map(has_turn).flatten().collect();
        let (who, takes_turns) = match step {
            Step::SignOut(_) | Step::Introduce(_) => return false,
            // A task of its own.
            Step::SignIn(who) => return turns.contains(&who),
            Step::State(who, _) | Step::Hide(who) | Step::TakeCalls(who, _) => (who, vec![]),
            Step::AddForward(who, whom) | Step::RemoveForward(who, whom) => (who, vec![who, whom]),
            Step::Allow(who, _) | Step::Disallow(who, _) | Step::Block(who, _) | Step::Unblock(who, _) => {
                (who, vec![who])
            }
            Step::Privacy(who, _) | Step::Rename(who) => (who, vec![who]),
        };
        self.is_busy(who) || takes_turns.iter().any(|person| turns.contains(person))
    }

    /// Carries a step out, as far as it makes sense; the clients hear of it.
    pub(super) fn carry_out(&mut self, step: Step) {
        if self.waits(step) {
            return;
        }
        let mut out = Deliveries::new();
        match step {
            Step::Introduce(who) => self.introduce(who, &mut out),
            Step::SignIn(who) => self.sign_in(who, &mut out),
            Step::SignOut(who) => {
                if let Some(client) = self.people[who].client.take() {
                    self.directory.leave(&client.session, &mut out);
                }
            }
            Step::State(who, state) => self.appear(who, STATES[state], &mut out),
            Step::Hide(who) => self.appear(who, Status::Hidden, &mut out),
            Step::TakeCalls(who, on) => {
                if let Some(client) = &mut self.people[who].client {
                    client.takes_calls = on;
                    client.session.take_calls(on);
                }
            }
            Step::AddForward(who, whom) => self.add_forward(who, whom, &mut out),
            Step::RemoveForward(who, whom) => self.remove_forward(who, whom, &mut out),
            Step::Allow(who, whom) => self.add_to_privacy(who, whom, PrivacyList::Allow, &mut out),
            Step::Block(who, whom) => self.add_to_privacy(who, whom, PrivacyList::Block, &mut out),
            Step::Disallow(who, whom) => self.remove_from_privacy(who, whom, PrivacyList::Allow, &mut out),
            Step::Unblock(who, whom) => self.remove_from_privacy(who, whom, PrivacyList::Block, &mut out),
            Step::Privacy(who, open) => {
                let privacy = if open { Privacy::AllowUnlisted } else { Privacy::BlockUnlisted };
                if self.people[who].privacy != privacy {
                    self.people[who].privacy = privacy;
                    self.change(who, ListEvent::PrivacySet(privacy), None, &mut out);
                }
            }
            Step::Rename(who) => {
                self.people[who].name += 1;
                let name = self.people[who].friendly_name();
                self.change(who, ListEvent::Renamed { name }, None, &mut out);
            }
        }
        drop(out);
        self.hear();
    }

    /// All requests come to their end.
    pub(super) fn finish(&mut self) {
        for who in 0..PEOPLE {
            while self.is_busy(who) {
                self.carry_out(Step::Introduce(who));
            }
        }
    }

    /// The contacts that a client shows.
    pub(super) fn seen(&self, who: usize) -> [bool; 3] {
        let shown = &self.people[who].client.as_ref().expect("signed in").shown;
        [0, 1, 2].map(|other| shown.contains_key(handle(other).as_str()))
    }

    fn sign_in(&mut self, who: usize, out: &mut Deliveries) {
        let account = Account {
            id: account(who),
            handle: handle(who),
            name: self.people[who].friendly_name(),
            credential_epoch: 1,
            enabled: true,
            verified: true,
            created_at: 0,
            admin: false,
        };
        let tunnel = Tunnel::new(1 << 20, Duration::from_secs(60), Share::boundless(), Arc::default());
        let nowhere = "192.0.2.1:1863".parse().unwrap();
        let origin =
            Origin { client: nowhere, local: nowhere, entry_point: EntryPoint::Gateway, by_proxy: false };
        let outbox = Arc::clone(tunnel.outbox());
        let session = Session::new(account, self.roster(who), dialect(who), outbox, origin, Box::default());
        let welcome = [Bytes::from_static(b"welcome\n"), Bytes::from_static(b"profile\n")];
        self.directory.claim(&session, welcome, out);
        if let Some(older) = self.people[who].client.take() {
            let last = older.tunnel.take(ANSWER_BYTES).expect("its last word waits").lines;
            assert!(last.ends_with(b"x\n"), "{last:?}");
            assert!(!older.session.sign_in().lasts());
        }
        let (shown, listing) = (BTreeMap::new(), BTreeSet::new());
        self.people[who].client =
            Some(Client { session, tunnel, status: None, takes_calls: true, shown, listing, adding: None });
    }

    /// Goes on with the introductions: with all of them, or with one.
    fn introduce(&mut self, who: usize, out: &mut Deliveries) {
        let Some(client) = &mut self.people[who].client else { return };
        if self.one_by_one {
            self.directory.introduce_next(&client.session, TRANSACTION, out);
        } else {
            self.directory.introduce(&client.session, TRANSACTION, out);
        }
        if client.session.watch.next().is_none() {
            client.adding = None;
        }
    }

    fn appear(&mut self, who: usize, status: Status, out: &mut Deliveries) {
        let Some(client) = &mut self.people[who].client else { return };
        let first = client.status.replace(status).is_none();
        let (capabilities, object) = (ClientCapabilities::default(), None);
        let change = Chg { transaction: TRANSACTION, status, capabilities, object };
        self.directory.appear(&client.session, change, out);
        if first {
            self.directory.begin_to_watch(&client.session);
            if !self.one_by_one {
                self.introduce(who, out);
            }
        }
    }

    fn add_forward(&mut self, who: usize, whom: usize, out: &mut Deliveries) {
        let theirs = self.lists_of(whom, who);
        if !self.people[who].forward.insert(whom) {
            return;
        }
        let added = ListEvent::ForwardAdded {
            contact: person(whom),
            name: (&handle(whom)).into(),
            group: GroupId::ZERO,
            is_new: true,
            properties: Box::default(),
        };
        let listed = ListEvent::ListedBy {
            person: person(who),
            name: self.people[who].friendly_name(),
            is_new: theirs.is_empty(),
        };
        if let Some(client) = &mut self.people[who].client {
            self.directory.await_contact(&client.session, account(whom));
            client.adding = client.session.watch.next().map(|_| whom);
        }
        self.change(who, added, Some((whom, listed)), out);
        if !self.one_by_one {
            self.introduce(who, out);
        }
    }

    fn remove_forward(&mut self, who: usize, whom: usize, out: &mut Deliveries) {
        if !self.people[who].forward.remove(&whom) {
            return;
        }
        let removed = ListEvent::ForwardRemoved { contact: person(whom), group: None, leaves_list: true };
        self.change(who, removed, Some((whom, ListEvent::UnlistedBy { person: person(who) })), out);
        if let Some(client) = &mut self.people[who].client {
            client.shown.remove(handle(whom).as_str());
        }
    }

    fn add_to_privacy(&mut self, who: usize, whom: usize, list: PrivacyList, out: &mut Deliveries) {
        let is_new = self.lists_of(who, whom).is_empty();
        let someone = &mut self.people[who];
        if someone.allowed.contains(&whom) || someone.blocked.contains(&whom) {
            return;
        }
        match list {
            PrivacyList::Allow => someone.allowed.insert(whom),
            PrivacyList::Block => someone.blocked.insert(whom),
        };
        let name = (&handle(whom)).into();
        self.change(who, ListEvent::PrivacyAdded { list, contact: person(whom), name, is_new }, None, out);
    }

    fn remove_from_privacy(&mut self, who: usize, whom: usize, list: PrivacyList, out: &mut Deliveries) {
        let someone = &mut self.people[who];
        let was_there = match list {
            PrivacyList::Allow => someone.allowed.remove(&whom),
            PrivacyList::Block => someone.blocked.remove(&whom),
        };
        if was_there {
            self.change(who, ListEvent::PrivacyRemoved { list, contact: person(whom) }, None, out);
        }
    }

    /// Tells what the store would say after such a change, each one to the one it concerns.
    fn change(
        &mut self,
        who: usize,
        event: ListEvent,
        other: Option<(usize, ListEvent)>,
        out: &mut Deliveries,
    ) {
        let mut own = ListChange::new(self.raise(who), event.into());
        let mut others = None;
        if let Some((whom, event)) = other {
            if whom == who {
                own.mirror = Some(event.into());
            } else {
                others = Some((whom, ListChange::new(self.raise(whom), event.into())));
            }
        }
        for (who, change) in std::iter::once((who, own)).chain(others) {
            self.directory.tell(account(who), &Change::Lists(change), out);
        }
    }

    fn raise(&mut self, who: usize) -> ListVersion {
        self.people[who].version += 1;
        ListVersion(self.people[who].version)
    }

    /// The lists of `who` that `whom` is on.
    fn lists_of(&self, who: usize, whom: usize) -> ListFlags {
        let someone = &self.people[who];
        [
            (List::Forward, someone.forward.contains(&whom)),
            (List::Allow, someone.allowed.contains(&whom)),
            (List::Block, someone.blocked.contains(&whom)),
            (List::Reverse, self.people[whom].forward.contains(&who)),
        ]
        .into_iter()
        .filter(|(_, is_on)| *is_on)
        .fold(ListFlags::NONE, |lists, (list, _)| lists.with(list))
    }

    fn roster(&self, who: usize) -> Roster {
        let card = |whom| Card {
            account: account(whom),
            handle: handle(whom),
            name: (&handle(whom)).into(),
            properties: Box::default(),
        };
        let contact = |whom| Contact {
            card: card(whom).into(),
            lists: self.lists_of(who, whom),
            groups: if self.people[who].forward.contains(&whom) { GroupSet::ZERO } else { GroupSet::EMPTY },
        };
        Roster {
            version: ListVersion(self.people[who].version),
            prompt: AddPrompt::Ask,
            privacy: self.people[who].privacy,
            properties: Vec::new(),
            groups: Vec::new(),
            contacts: (0..PEOPLE)
                .map(contact)
                .filter(|contact| !contact.lists.is_empty())
                .collect::<Vec<_>>()
                .into(),
        }
    }

    /// The clients take what has been sent to them, and believe it.
    fn hear(&mut self) {
        for (who, someone) in self.people.iter_mut().enumerate() {
            let Some(client) = &mut someone.client else { continue };
            let taken = client.tunnel.take(ANSWER_BYTES).expect("a client who is signed in is not closed");
            let lines = std::str::from_utf8(&taken.lines).unwrap();
            let mut told = BTreeSet::new();
            for line in lines.lines() {
                let (kind, rest) = line.split_once(' ').unwrap_or((line, ""));
                let (handle, looks) = rest.split_once(' ').unwrap_or((rest, ""));
                match kind {
                    "+" | "i" => {
                        assert!(looks.ends_with(dialect(who).name()), "{line}");
                        let known = client.shown.insert(handle.into(), looks.into());
                        assert!(kind == "+" || known.is_none(), "{who} knows it already: {line}");
                    }
                    "-" => assert!(
                        client.shown.remove(handle).is_some(),
                        "{who} shows nobody who leaves: {line}"
                    ),
                    ">" => assert!(client.listing.insert(handle.into()), "{who} hears twice: {line}"),
                    "<" => {
                        client.listing.remove(handle);
                    }
                    _ => assert!(matches!(line, "welcome" | "profile"), "{line}"),
                }
                if matches!(kind, "+" | "-" | "i") {
                    assert!(client.status.is_some(), "{who} does not watch: {line}");
                    assert!(
                        told.insert(handle.to_owned()) || handle == self::handle(who).as_str(),
                        "twice: {line}"
                    );
                }
            }
        }
    }

    /// Compares what is shown with what the rules say.
    pub(super) fn check(&self) {
        for (who, someone) in self.people.iter().enumerate() {
            // One in the middle of a request does not know all yet.
            let Some(client) = someone.client.as_ref().filter(|_| !self.is_busy(who)) else { continue };
            let mut expected = BTreeMap::new();
            for whom in someone.forward.iter().filter(|_| client.status.is_some()) {
                let other = &self.people[*whom];
                if let Some(status) = other.status().filter(|_| other.allows(who)) {
                    let looks = format!("{status} {} {}", other.friendly_name(), dialect(who));
                    expected.insert(handle(*whom).to_string(), looks);
                }
            }
            assert_eq!(client.shown, expected, "what {who} sees");
            let roster = client.session.read(|state| state.lists.roster().clone());
            let is_same = |(kept, stored): (&Contact, &Contact)| {
                (kept.account, kept.lists, kept.groups) == (stored.account, stored.lists, stored.groups)
            };
            let stored = self.roster(who);
            assert_eq!((roster.version, roster.privacy), (stored.version, stored.privacy));
            assert_eq!(roster.contacts.len(), stored.contacts.len(), "{roster:?}");
            assert!(roster.contacts.iter().zip(&*stored.contacts).all(is_same), "{roster:?} {stored:?}");
            for caller in 0..PEOPLE {
                self.check_call(who, client, caller);
            }
        }
    }

    fn check_call(&self, who: usize, client: &Client, caller: usize) {
        let someone = &self.people[who];
        let expected = match someone.status() {
            Some(_) if client.takes_calls && someone.allows(caller) => Ok(()),
            Some(_) if client.takes_calls && !someone.blocked.contains(&caller) => {
                let is_contact = someone.forward.contains(&caller);
                Err(if is_contact { Unreachable::NotOnline } else { Unreachable::NotListed })
            }
            _ => Err(Unreachable::NotOnline),
        };
        let callee = self.directory.callee(&handle(who), account(caller));
        assert_eq!(callee.map(drop), expected, "{caller} calls {who}");
    }
}
