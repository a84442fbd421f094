//! The contact list: its lines, selection and folds.

use std::cmp::Reverse;
use std::collections::HashSet;

use msnp::{GroupId, Handle};

use super::roster::{Person, Roster};

/// A part of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Section {
    /// People that added this account and have no answer.
    Waiting,
    /// A group.
    Group(GroupId),
    /// People in no group.
    Others,
    /// Blocked people that are not on the forward list.
    Blocked,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Row {
    /// The title of a section.
    Header {
        /// The section.
        section: Section,
        /// Its name.
        title: String,
        /// The number of contacts that are online.
        online: usize,
        /// The number of contacts in all.
        total: usize,
        /// Whether they are not shown.
        folded: bool,
    },
    /// A person. One in several groups is there several times.
    Person {
        /// The section.
        section: Section,
        /// The contact.
        who: Handle,
    },
}

/// A line's identity: the section and, below its title, the person.
type Place = (Section, Option<Handle>);

impl Row {
    fn place(&self) -> Place {
        match self {
            Self::Header { section, .. } => (*section, None),
            Self::Person { section, who } => (*section, Some(who.clone())),
        }
    }
}

/// The selection, the folds and the search.
#[derive(Debug, Clone, Default)]
pub(crate) struct ContactList {
    /// The text of the search.
    pub(crate) filter: String,
    selected: Option<Place>,
    /// The number of that line, for when it is gone.
    index: usize,
    folded: HashSet<Section>,
}

impl ContactList {
    /// The lines.
    pub(crate) fn rows(&self, roster: &Roster) -> Vec<Row> {
        let mut rows = Vec::new();
        let wanted = self.filter.to_lowercase();
        for (section, title) in sections(roster) {
            let mut people: Vec<&Person> =
                roster.people.iter().filter(|person| belongs(person, section, roster)).collect();
            people.retain(|person| matches(person, &wanted));
            // An empty group is shown, so that one sees that it is there.
            let is_group = matches!(section, Section::Group(id) if id != GroupId::ZERO) && wanted.is_empty();
            if people.is_empty() && !is_group {
                continue;
            }
            people.sort_by_cached_key(|person| {
                (Reverse(person.status.is_some()), person.title().to_lowercase())
            });
            // A search looks into folded sections as well.
            let folded = wanted.is_empty() && self.folded.contains(&section);
            let online = people.iter().filter(|person| person.status.is_some()).count();
            rows.push(Row::Header { section, title, online, total: people.len(), folded });
            if !folded {
                rows.extend(people.iter().map(|person| Row::Person { section, who: person.handle.clone() }));
            }
        }
        rows
    }

    /// The number of the selected line.
    pub(crate) fn selected(&self, rows: &[Row]) -> usize {
        let same = self.selected.as_ref().and_then(|place| rows.iter().position(|row| row.place() == *place));
        same.unwrap_or(self.index.min(rows.len().saturating_sub(1)))
    }

    /// The selected line is looked for after the lines changed; when it is gone, the one that
    /// stands in its place is selected. At first it is the first person.
    pub(super) fn settle(&mut self, rows: &[Row]) {
        let first = rows.iter().position(|row| matches!(row, Row::Person { .. })).unwrap_or(0);
        let index = if self.selected.is_some() { self.selected(rows) } else { first };
        self.select(rows, index);
    }

    /// Selects a line by its number, or the last.
    pub(super) fn select(&mut self, rows: &[Row], index: usize) {
        self.index = index.min(rows.len().saturating_sub(1));
        self.selected = rows.get(self.index).map(Row::place);
    }

    /// Selects another line, so many further down.
    pub(super) fn step(&mut self, rows: &[Row], by: isize) {
        self.select(rows, self.selected(rows).saturating_add_signed(by));
    }

    /// Folds or unfolds a section.
    pub(super) fn fold(&mut self, section: Section, folded: bool) {
        if folded {
            self.folded.insert(section);
            // The selected line would be gone with its section.
            self.selected = Some((section, None));
        } else {
            self.folded.remove(&section);
        }
    }
}

/// The sections in their order, with their titles.
fn sections(roster: &Roster) -> Vec<(Section, String)> {
    let mut groups = roster.groups.clone();
    groups.retain(|(id, _)| *id != GroupId::ZERO);
    groups.sort_by_cached_key(|(_, name)| name.to_lowercase());
    let zero = roster.groups.iter().find(|(id, _)| *id == GroupId::ZERO);
    // `~` is the name that MSN gave the group of contacts without a group.
    let others = zero.map(|(_, name)| name.as_str()).filter(|name| !name.is_empty() && *name != "~");
    let others = others.unwrap_or(if groups.is_empty() { "Contacts" } else { "Others" }).to_owned();
    let mut sections = vec![(Section::Waiting, String::from("Waiting for an answer"))];
    sections.extend(groups.into_iter().map(|(id, name)| (Section::Group(id), name)));
    sections.push((Section::Others, others));
    sections.push((Section::Blocked, String::from("Blocked")));
    sections
}

fn belongs(person: &Person, section: Section, roster: &Roster) -> bool {
    match section {
        Section::Waiting => person.is_waiting(),
        Section::Group(id) => person.is_listed() && person.groups.contains(&id),
        Section::Others => {
            let is_group =
                |id: &GroupId| *id != GroupId::ZERO && roster.groups.iter().any(|(known, _)| known == id);
            person.is_listed() && !person.groups.iter().any(is_group)
        }
        Section::Blocked => person.is_blocked() && !person.is_listed(),
    }
}

/// Whether a lower-case part of the name or the address was written.
fn matches(person: &Person, wanted: &str) -> bool {
    person.name.to_lowercase().contains(wanted) || person.handle.as_str().contains(wanted)
}
