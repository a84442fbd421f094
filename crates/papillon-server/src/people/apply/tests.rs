//! The same changes make the same lists, in whatever order they come: random histories against a simple model that
//! takes them in order.

mod model;
mod stored;

use std::collections::BTreeSet;
use std::sync::Arc;

use msnp::{ListFlags, ListVersion};
use papillon_store::{AccountId, ListChange, ListEvent};
use proptest::prelude::*;

use self::model::{Model, person};
use super::{Change, apply, confirm};
use crate::people::sessions::State;

fn state(model: &Model) -> State {
    let (name, roster) = model.stored();
    State::new(name, roster)
}

/// The reverse list of a client, by the lines it gets.
#[derive(Default)]
struct Client(BTreeSet<AccountId>);

impl Client {
    fn take(&mut self, change: &ListChange) {
        for event in change.events() {
            match event {
                ListEvent::ListedBy { person, .. } => self.0.insert(person.account),
                ListEvent::UnlistedBy { person } => self.0.remove(&person.account),
                _ => false,
            };
        }
    }
}

/// Applies the changes in this order, some of them twice, and compares with the model at the end of its history.
fn check(begin: &State, end: &Model, changes: &[ListChange], order: impl Iterator<Item = usize>) {
    let mut state = State::new(begin.name.clone(), begin.lists.roster().clone());
    let mut client = Client::default();
    for at in order {
        let change = &changes[at];
        if apply(&mut state, &Change::Lists(change.clone())) {
            client.take(change);
        }
        assert!(state.lists.contacts().iter().all(|contact| !contact.lists.is_empty()));
        let again = apply(&mut state, &Change::Lists(change.clone()));
        assert!(!again, "{change:?} is news twice");
    }
    let (name, stored) = end.stored();
    assert_eq!((&state.name, state.lists.roster()), (&name, &stored));
    assert!(state.lists.gaps.is_none(), "{:?}", state.lists.gaps);
    assert_eq!(client.0, end.reverse_list());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn in_any_order(steps in prop::collection::vec(any::<(u8, u8, u8)>(), 0..40), keys in prop::collection::vec(any::<u32>(), 40)) {
        let mut model = Model::new();
        let begin = state(&model);
        let changes: Vec<_> = steps.iter().filter_map(|step| model.step(*step)).collect();
        let mut order: Vec<usize> = (0..changes.len()).collect();
        order.sort_by_key(|at| keys[*at]);
        check(&begin, &model, &changes, order.into_iter());
    }

    #[test]
    fn a_little_late_over_a_long_time(steps in prop::collection::vec(any::<(u8, u8, u8, u8)>(), 0..400)) {
        let mut model = Model::new();
        let begin = state(&model);
        let mut changes = Vec::new();
        let mut order = Vec::new();
        for (kind, who, what, late) in steps {
            if let Some(change) = model.step((kind, who, what)) {
                order.push((changes.len() + usize::from(late % 8), changes.len()));
                changes.push(change);
            }
        }
        order.sort_unstable();
        check(&begin, &model, &changes, order.into_iter().map(|(_, at)| at));
    }

    #[test]
    fn what_never_comes_costs_a_bounded_amount(steps in prop::collection::vec(any::<(u8, u8, u8)>(), 300..600)) {
        let mut model = Model::new();
        let mut state = state(&model);
        for (number, step) in steps.into_iter().enumerate() {
            if let Some(change) = model.step(step) && number % 100 != 0 {
                apply(&mut state, &Change::Lists(change));
            }
            let kept = state.lists.gaps.as_ref().map_or((0, 0), |gaps| gaps.kept());
            prop_assert!(kept.0 <= 64 && kept.1 <= 64, "{:?}", kept);
        }
    }
}

#[test]
fn an_account_that_is_gone_leaves_no_gap_once_that_is_confirmed() {
    let mut model = Model::new();
    for step in model::SOME_CONTACTS {
        model.step(*step);
    }
    let mut state = state(&model);
    // Two accounts were removed, which has raised the version twice. It is read after both.
    let gone = [person(1), person(2)];
    let mut stored = model.stored().1;
    Arc::make_mut(&mut stored.contacts)
        .retain(|contact| !gone.iter().any(|gone| gone.account == contact.account));
    stored.version = ListVersion(stored.version.0 + 2);
    for (number, contact) in gone.into_iter().enumerate() {
        let version = stored.version;
        assert_ne!(state.lists.of(contact.account), ListFlags::NONE);
        assert!(apply(&mut state, &Change::ContactGone { contact, lists: ListFlags::NONE, version }));
        confirm(&mut state, &stored);
        assert_eq!(state.lists.gaps.is_none(), number == 1);
    }
    assert_eq!(*state.lists.roster(), stored);
}

/// A property that was set meanwhile is told all the same when it comes.
#[test]
fn a_change_that_was_read_early_is_not_taken_for_another() {
    let mut model = Model::new();
    for step in model::SOME_CONTACTS {
        model.step(*step);
    }
    let mut state = state(&model);
    let version = state.lists.version();
    let change = Change::ContactGone {
        contact: person(1),
        lists: ListFlags::NONE,
        version: ListVersion(version.0 + 2),
    };
    assert!(apply(&mut state, &change));
    let event = ListEvent::ContactRenamed { contact: person(2), name: model::name("late") };
    let late = ListChange::new(ListVersion(version.0 + 1), event.into());
    assert!(apply(&mut state, &Change::Lists(late)));
    let renamed = state.lists.contacts().iter().find(|contact| contact.account == person(2).account);
    assert_eq!(renamed.map(|contact| &contact.name), Some(&model::name("late")));
}

#[test]
fn an_account_that_is_gone_by_the_last_change_leaves_no_gap() {
    let mut model = Model::new();
    for step in model::SOME_CONTACTS {
        model.step(*step);
    }
    let mut state = state(&model);
    let version = state.lists.version();
    assert!(apply(&mut state, &Change::ContactGone { contact: person(1), lists: ListFlags::NONE, version }));
    assert!(state.lists.gaps.is_none());
}
