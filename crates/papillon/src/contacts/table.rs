//! The contact list as a table for people.

use std::fmt::Write as _;

use crate::clean::replaced;
use crate::control::ContactEntry;

/// For those on the forward list without a group.
const NO_GROUP: &str = "Without a group";
/// For those on other lists only.
const OTHERS: &str = "Not on your list";

/// A paragraph for each group; a contact in two groups stands in both. Contacts online come first.
pub(super) fn table(mut entries: Vec<ContactEntry>, groups: &[String]) -> String {
    for entry in &mut entries {
        entry.name = replaced(&entry.name);
    }
    entries.sort_by_key(|entry| (entry.status == "offline", entry.name.to_lowercase(), entry.who.clone()));
    let widths = Widths {
        status: width(&entries, |entry| &entry.status),
        name: width(&entries, |entry| &entry.name),
        who: width(&entries, |entry| &entry.who),
    };
    let mut names: Vec<_> = groups.iter().map(String::as_str).collect();
    // Two groups may have the same name.
    let mut seen = Vec::new();
    names.retain(|name| {
        !seen.contains(name) && {
            seen.push(name);
            true
        }
    });
    let mut text = String::new();
    for name in names {
        let is_in = |entry: &&ContactEntry| entry.groups.iter().any(|group| group == name);
        section(&mut text, &replaced(name), entries.iter().filter(is_in), &widths);
    }
    let listed = |entry: &ContactEntry| entry.lists.iter().any(|list| list == "forward");
    let lonely = |entry: &&ContactEntry| listed(entry) && entry.groups.is_empty();
    section(&mut text, NO_GROUP, entries.iter().filter(lonely), &widths);
    let other = |entry: &&ContactEntry| !listed(entry) && entry.groups.is_empty();
    section(&mut text, OTHERS, entries.iter().filter(other), &widths);
    text
}

struct Widths {
    status: usize,
    name: usize,
    who: usize,
}

fn width(entries: &[ContactEntry], column: impl Fn(&ContactEntry) -> &str) -> usize {
    entries.iter().map(|entry| column(entry).chars().count()).max().unwrap_or(0)
}

fn section<'a>(
    text: &mut String,
    title: &str,
    entries: impl Iterator<Item = &'a ContactEntry>,
    widths: &Widths,
) {
    let mut entries = entries.peekable();
    if entries.peek().is_none() {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    // Writing into a string cannot fail.
    let _ = writeln!(text, "{title}");
    for ContactEntry { who, name, status, lists, .. } in entries {
        let Widths { status: a, name: b, who: c } = *widths;
        let _ = writeln!(text, "  {status:<a$}  {name:<b$}  {who:<c$}  {}", lists.join(", "));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::clean::tests::{any_text, is_harmless};

    fn entry(who: &str, name: &str, status: &str, lists: &[&str], groups: &[&str]) -> ContactEntry {
        ContactEntry {
            who: who.into(),
            name: name.into(),
            status: status.into(),
            lists: lists.iter().map(ToString::to_string).collect(),
            groups: groups.iter().map(ToString::to_string).collect(),
        }
    }

    #[test]
    fn a_paragraph_for_each_group() {
        let entries = vec![
            entry("ada@a.example", "Ada", "offline", &["forward", "allow"], &["Work"]),
            entry("bob@a.example", "Bob\u{1b}[2J", "be-right-back", &["forward"], &["Work", "Play"]),
            entry("carol@a.example", "Carol", "online", &["forward", "block"], &[]),
            entry("dan@a.example", "Dan", "offline", &["reverse"], &[]),
        ];
        let groups = ["Work".into(), "Play".into(), "Empty".into()];
        let expected = "\
Work
  be-right-back  Bob\u{fffd}[2J  bob@a.example    forward
  offline        Ada      ada@a.example    forward, allow

Play
  be-right-back  Bob\u{fffd}[2J  bob@a.example    forward

Without a group
  online         Carol    carol@a.example  forward, block

Not on your list
  offline        Dan      dan@a.example    reverse
";
        assert_eq!(table(entries, &groups), expected);
    }

    proptest! {
        /// People and groups of any name have a line each, and nothing of it plays with a terminal.
        #[test]
        fn names_of_others_are_harmless(name in any_text(), group_name in any_text()) {
            let entries = vec![entry("ada@a.example", &name, "online", &["forward"], &[&group_name])];
            let text = table(entries, &[group_name]);
            prop_assert!(is_harmless(&text), "{text:?}");
            prop_assert_eq!(text.lines().count(), 2);
        }
    }

    #[test]
    fn two_groups_of_one_name_are_one_paragraph() {
        let entries = vec![entry("ada@a.example", "Ada", "online", &["forward"], &["Work"])];
        let text = table(entries, &["Work".into(), "Work".into()]);
        assert_eq!(text, "Work\n  online  Ada  ada@a.example  forward\n");
        assert_eq!(table(Vec::new(), &[]), "");
    }
}
