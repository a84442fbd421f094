//! The application of changes to a person's lists in memory. No other code changes them.
//!
//! The same changes make the same lists in any order: each cell of an entry has the value of the newest change that
//! sets it.

#[cfg(test)]
mod tests;

use msnp::{FriendlyName, GroupId, List, ListVersion, PropertyKey};
use papillon_store::{AccountId, Contact, ListChange, ListEvent, PrivacyList, Roster, SharedProperties};

use super::change::Change;
use super::gaps::{Cells, Gaps, Subject};
use super::lists::{Lists, put_property};
use super::sessions::State;

/// The cells of a contact that leaves the forward list.
const OFF_FORWARD_LIST: Cells = Cells::FORWARD.and(Cells::GROUPS).and(Cells::PROPERTIES);

/// Applies a change. `false` if the change is no news: it has been applied, or a newer one has set the same cells. A
/// client is not told of it then.
pub(super) fn apply(state: &mut State, change: &Change) -> bool {
    match change {
        Change::Lists(change) => take_over(state, change),
        Change::ContactGone { contact, version, .. } => {
            // For good: the number of an account is never given again.
            state.lists.forget(contact.account);
            // The change has one of the versions up to this one; which, is not known.
            leave_gap(&mut state.lists, *version);
            state.lists.reach(*version);
            true
        }
        _ => true,
    }
}

/// Puts lists from the store in place of the lists in memory; returns the latter.
pub(super) fn replace(state: &mut State, name: FriendlyName, stored: Roster) -> Lists {
    state.name = name;
    std::mem::replace(&mut state.lists, Lists::new(stored))
}

/// The lists at `version`, if these events about contacts are all that has happened.
pub(super) fn with_events(roster: Roster, events: &[ListEvent], version: ListVersion) -> Roster {
    let mut lists = Lists::new(roster);
    for event in events {
        set_contact(&mut lists, None, event, Cells::ALL);
    }
    lists.reach(version);
    lists.into_roster()
}

/// Compares with lists from the store. If they are the same, no change is missing.
pub(super) fn confirm(state: &mut State, stored: &Roster) {
    if state.lists.roster() == stored {
        state.lists.gaps = None;
    }
}

fn take_over(state: &mut State, change: &ListChange) -> bool {
    let (version, newest) = (change.version, state.lists.version());
    if state.lists.gaps.as_ref().map_or(version <= newest, |gaps| gaps.has(version)) {
        return false;
    }
    // Each change raises the version by one: if the one before is not the newest here, changes are missing.
    leave_gap(&mut state.lists, ListVersion(version.0.saturating_sub(1)));
    state.lists.reach(version);
    // Out of the lists while they are changed: the notes decide how, and both cannot be borrowed at once.
    let mut gaps = state.lists.gaps.take();
    let mut is_news = false;
    for event in change.events() {
        // Of two events, the second is the other side's, and only that one is pushed.
        is_news = take_over_event(state, gaps.as_deref_mut(), version, event);
    }
    let newest = state.lists.version();
    state.lists.gaps = gaps.take_if(|gaps| gaps.are_left(newest));
    is_news
}

/// Notes newer changes from now on, if a change up to `needed` is missing.
fn leave_gap(lists: &mut Lists, needed: ListVersion) {
    if lists.gaps.is_none() && lists.version() < needed {
        lists.gaps = Some(Box::new(Gaps::after(lists.version())));
    }
}

fn take_over_event(
    state: &mut State,
    mut gaps: Option<&mut Gaps>,
    version: ListVersion,
    event: &ListEvent,
) -> bool {
    let (of, cells) = reach_of(event);
    let open = match &mut gaps {
        Some(gaps) => {
            gaps.note(version, of, cells);
            cells.without(gaps.newer(version, of))
        }
        None => cells,
    };
    set(state, gaps.as_deref_mut(), event, open);
    if let ListEvent::GroupRemoved { group, dropped } = event {
        leave_group(&mut state.lists, gaps, version, *group, dropped);
    }
    // A name that comes along is no news by itself.
    let told = cells.without(Cells::NAME);
    open.has_any(if told == Cells::NONE { cells } else { told })
}

/// The cells that an event sets.
fn reach_of(event: &ListEvent) -> (Subject, Cells) {
    let named = |is_new| if is_new { Cells::NAME } else { Cells::NONE };
    match event {
        ListEvent::ForwardAdded { contact, group, is_new, .. } => {
            let joined = Cells::group(*group).and(Cells::PROPERTIES);
            let listed = if *is_new { Cells::FORWARD.and(Cells::NAME) } else { Cells::NONE };
            (Subject::Contact(contact.account), joined.and(listed))
        }
        // The last group: with it go the place on the list and the properties that only the list shows.
        ListEvent::ForwardRemoved { contact, leaves_list: true, .. } => {
            (Subject::Contact(contact.account), OFF_FORWARD_LIST)
        }
        ListEvent::ForwardRemoved { contact, group, .. } => {
            (Subject::Contact(contact.account), group.map_or(Cells::NONE, Cells::group))
        }
        ListEvent::PrivacyAdded { contact, is_new, .. } => {
            (Subject::Contact(contact.account), Cells::PRIVACY.and(named(*is_new)))
        }
        ListEvent::PrivacyRemoved { contact, .. } => (Subject::Contact(contact.account), Cells::PRIVACY),
        ListEvent::ContactRenamed { contact, .. } => (Subject::Contact(contact.account), Cells::NAME),
        ListEvent::ListedBy { person, is_new, .. } => {
            (Subject::Contact(person.account), Cells::REVERSE.and(named(*is_new)))
        }
        ListEvent::UnlistedBy { person } => (Subject::Contact(person.account), Cells::REVERSE),
        ListEvent::PropertiesShown { contact, .. } => (Subject::Contact(contact.account), Cells::PROPERTIES),
        ListEvent::ContactPropertySet { contact, key, .. } => {
            (Subject::Contact(contact.account), Cells::property(*key))
        }
        ListEvent::Renamed { .. } => (Subject::Owner, Cells::NAME),
        ListEvent::PromptSet(_) => (Subject::Owner, Cells::PROMPT),
        ListEvent::PrivacySet(_) => (Subject::Owner, Cells::PRIVACY),
        ListEvent::PropertySet { key, .. } => (Subject::Owner, Cells::property(*key)),
        ListEvent::GroupAdded { group, .. }
        | ListEvent::GroupRenamed { group, .. }
        | ListEvent::GroupRemoved { group, .. } => (Subject::Owner, Cells::group(*group)),
        // `ListEvent` can grow. An unknown event comes from no store that this crate knows.
        _ => (Subject::Owner, Cells::NONE),
    }
}

/// Sets the cells of an event that are open to it.
fn set(state: &mut State, gaps: Option<&mut Gaps>, event: &ListEvent, open: Cells) {
    if let ListEvent::Renamed { name } = event
        && open.has(Cells::NAME)
    {
        state.name = name.clone();
    }
    set_contact(&mut state.lists, gaps, event, open);
    set_own(&mut state.lists, event, open);
}

/// The same for events about one contact.
fn set_contact(lists: &mut Lists, gaps: Option<&mut Gaps>, event: &ListEvent, open: Cells) {
    match event {
        ListEvent::ForwardAdded { contact, name, group, properties, .. } => {
            lists.edit(gaps, contact, |entry| {
                put_on(entry, List::Forward, open.has(Cells::FORWARD));
                if open.has(Cells::group(*group)) {
                    entry.groups.insert(*group);
                }
                rename(entry, name, open);
                show(entry, properties, open);
            });
        }
        ListEvent::ForwardRemoved { contact, group, leaves_list } => lists.edit(gaps, contact, |entry| {
            if *leaves_list {
                leave_forward_list(entry, open);
            } else if let Some(group) = group.filter(|group| open.has(Cells::group(*group))) {
                entry.groups.remove(group);
            }
        }),
        ListEvent::PrivacyAdded { list, contact, name, .. } => lists.edit(gaps, contact, |entry| {
            set_privacy(entry, Some(*list), open);
            rename(entry, name, open);
        }),
        ListEvent::PrivacyRemoved { contact, .. } => {
            lists.edit(gaps, contact, |entry| set_privacy(entry, None, open));
        }
        ListEvent::ContactRenamed { contact, name } => {
            lists.edit(gaps, contact, |entry| rename(entry, name, open));
        }
        ListEvent::ListedBy { person, name, .. } => lists.edit(gaps, person, |entry| {
            put_on(entry, List::Reverse, open.has(Cells::REVERSE));
            rename(entry, name, open);
        }),
        ListEvent::UnlistedBy { person } => {
            lists.edit(gaps, person, |entry| take_off(entry, List::Reverse, open.has(Cells::REVERSE)));
        }
        ListEvent::PropertiesShown { contact, properties } => {
            lists.edit(gaps, contact, |entry| show(entry, properties, open));
        }
        ListEvent::ContactPropertySet { contact, key, value } if open.has(Cells::property(*key)) => {
            lists.edit(gaps, contact, |entry| {
                let mut properties = entry.properties.to_vec();
                put_property(&mut properties, *key, value);
                entry.show(properties.into());
            });
        }
        _ => {}
    }
}

/// The same for events about settings, properties and groups, each of which sets one cell.
fn set_own(lists: &mut Lists, event: &ListEvent, open: Cells) {
    if open == Cells::NONE {
        return;
    }
    match event {
        ListEvent::PromptSet(prompt) => lists.set_prompt(*prompt),
        ListEvent::PrivacySet(privacy) => lists.set_privacy(*privacy),
        ListEvent::PropertySet { key, value } => lists.set_property(*key, value),
        ListEvent::GroupAdded { group, name } | ListEvent::GroupRenamed { group, name } => {
            lists.name_group(*group, name);
        }
        ListEvent::GroupRemoved { group, .. } => lists.remove_group(*group),
        _ => {}
    }
}

/// Empties a removed group. The dropped contacts leave the forward list.
fn leave_group(
    lists: &mut Lists,
    mut gaps: Option<&mut Gaps>,
    version: ListVersion,
    group: GroupId,
    dropped: &[AccountId],
) {
    let open = |gaps: Option<&Gaps>, account, cells: Cells| {
        gaps.map_or(cells, |gaps| cells.without(gaps.newer(version, Subject::Contact(account))))
    };
    let out_of_group = Cells::group(group);
    let leave = |gaps: Option<&Gaps>, entry: &mut Contact| {
        if open(gaps, entry.account, out_of_group) == out_of_group {
            entry.groups.remove(group);
        }
    };
    // No entry leaves a list by this, so none is to be forgotten. The dropped ones follow.
    lists.edit_all(|entry| leave(gaps.as_deref(), entry));
    for account in dropped {
        let cells = open(gaps.as_deref(), *account, OFF_FORWARD_LIST);
        lists.edit_known(gaps.as_deref_mut(), *account, |entry| leave_forward_list(entry, cells));
    }
    if let Some(gaps) = gaps {
        // Those that are set aside are as much in the group as the others.
        let mut aside = std::mem::take(&mut gaps.set_aside);
        aside.iter_mut().for_each(|entry| leave(Some(gaps), entry));
        gaps.set_aside = aside;
        gaps.note(version, Subject::EveryContact, out_of_group);
        for account in dropped {
            gaps.note(version, Subject::Contact(*account), OFF_FORWARD_LIST);
        }
    }
}

fn put_on(entry: &mut Contact, list: List, open: bool) {
    if open {
        entry.lists = entry.lists.with(list);
    }
}

fn take_off(entry: &mut Contact, list: List, open: bool) {
    if open {
        entry.lists = entry.lists.without(list);
    }
}

fn leave_forward_list(entry: &mut Contact, open: Cells) {
    take_off(entry, List::Forward, open.has(Cells::FORWARD));
    for group in entry.groups.iter().filter(|group| open.has(Cells::group(*group))) {
        entry.groups.remove(group);
    }
    show(entry, &SharedProperties::default(), open);
}

fn set_privacy(entry: &mut Contact, list: Option<PrivacyList>, open: Cells) {
    if open.has(Cells::PRIVACY) {
        // One cell for both lists, as no contact is on both: setting one takes off the other.
        let neither = entry.lists.without(List::Allow).without(List::Block);
        entry.lists = list.map_or(neither, |list| neither.with(list.list()));
    }
}

fn rename(entry: &mut Contact, name: &FriendlyName, open: Cells) {
    if open.has(Cells::NAME) {
        entry.rename(name.clone());
    }
}

/// Sets all properties that a contact shows, except the ones that newer changes have set.
fn show(entry: &mut Contact, properties: &SharedProperties, open: Cells) {
    if open.has(Cells::PROPERTIES) {
        entry.show(properties.clone());
    } else if open.has_any(Cells::PROPERTIES) {
        // Key by key: newer changes have set some of them.
        let mut kept = entry.properties.to_vec();
        for key in PropertyKey::ALL.into_iter().filter(|key| open.has(Cells::property(*key))) {
            kept.retain(|(known, _)| *known != key);
            kept.extend(properties.iter().find(|(shown, _)| *shown == key).cloned());
        }
        kept.sort_unstable_by_key(|(key, _)| *key);
        entry.show(kept.into());
    }
}
