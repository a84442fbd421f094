//! Tests of the order of typed texts, and of actions that wait for them.

use msnp_client::Event;
use ratatui::crossterm::event::{Event as TerminalEvent, KeyCode};

use super::*;
use crate::chat::fixtures::{control, name};

fn nudge(conversation: u64, from: &str) -> Event {
    Event::Nudge { conversation: talk(conversation), from: handle(from), name: name("Bob") }
}

/// The texts that were sent, with their conversations.
fn said(actions: &[Action]) -> Option<(u64, &str)> {
    match actions {
        [Action::Say { conversation, text, .. }] => Some((conversation.0, text)),
        _ => None,
    }
}

#[test]
fn what_is_typed_first_goes_to_the_conversation_that_waits() {
    let mut app = app();
    app.handle_event(message(3, "bob", "are you there?"));
    assert_eq!((app.current, app.focus), (0, Focus::List));
    let actions = app.enter_line("yes, I am");
    assert_eq!(said(&actions), Some((3, "yes, I am")));
    assert_eq!((app.current, app.focus, app.unread()), (1, Focus::Line, 0));
    assert_eq!(texts(app.tab()), ["Bob: are you there?", "me: yes, I am"]);
    assert_eq!(app.list.filter, "");
}

#[test]
fn so_do_pasted_words_and_words_for_nobody() {
    let mut app = app();
    app.handle_event(message(3, "bob", "send me the lines"));
    app.handle_terminal(TerminalEvent::Paste("one\ntwo".into()));
    assert_eq!(said(&app.hit(KeyCode::Enter)), Some((3, "one\ntwo")));
    // From the first tab, where nobody hears it.
    app.turn_to(0);
    app.handle_event(message(4, "carol", "hi"));
    assert_eq!(said(&app.enter_line("hi Carol")), Some((4, "hi Carol")));
}

#[test]
fn a_nudge_and_a_file_wait_as_texts_do() {
    let mut first = app();
    assert_eq!(first.handle_event(nudge(3, "bob")), [Action::Bell]);
    assert_eq!(notice(&first), "Bob has nudged you");
    assert_eq!(said(&first.enter_line("what?")), Some((3, "what?")));

    let mut second = app();
    let name = String::from("a.txt");
    let transfer = msnp_client::TransferId(1);
    second.handle_event(Event::FileOffered { transfer, from: handle("bob"), name, size: 1, preview: None });
    second.hit(KeyCode::Char('n'));
    assert_eq!((second.current, second.line().text()), (1, "n"));
}

#[test]
fn of_several_the_shown_one_counts_and_then_the_one_that_waits_longest() {
    let mut app = app();
    app.handle_event(message(3, "bob", "first"));
    app.handle_event(message(4, "carol", "second"));
    app.handle_event(message(3, "bob", "third"));
    assert_eq!(said(&app.enter_line("to Bob")), Some((3, "to Bob")));
    app.hit(KeyCode::Esc);
    app.handle_event(message(3, "bob", "seen, as it is on the screen"));
    assert_eq!(said(&app.enter_line("again")), Some((3, "again")));
    app.hit(KeyCode::Esc);
    assert_eq!(said(&app.enter_line("to Carol")), Some((4, "to Carol")));
}

#[test]
fn a_search_that_was_begun_goes_on_and_escape_lets_all_wait() {
    let mut app = app();
    app.hit(KeyCode::Char('c'));
    app.handle_event(message(3, "bob", "hi"));
    app.hit(KeyCode::Char('a'));
    assert_eq!((app.list.filter.as_str(), app.focus), ("ca", Focus::List));
    app.hit(KeyCode::Esc);
    app.hit(KeyCode::Char('m'));
    assert_eq!((app.list.filter.as_str(), app.focus, app.unread()), ("m", Focus::List, 1));
    app.handle_key(control('u'));
    assert_eq!(app.list.filter, "");
}

#[test]
fn a_command_in_the_list_is_no_answer() {
    let mut app = app();
    app.handle_event(message(3, "bob", "hi"));
    assert!(matches!(app.enter_line("/status away")[..], [Action::Do(_)]));
    assert_eq!((app.current, app.focus), (0, Focus::List));
    assert_eq!(said(&app.enter_line("hi")), Some((3, "hi")));
}

#[test]
fn words_that_were_begun_too_early_reach_the_conversation_with_enter() {
    let mut app = app();
    app.hit(KeyCode::Char('y'));
    app.handle_event(message(3, "bob", "are you there?"));
    assert_eq!(app.enter_line("es, I am"), [Action::Typing(ConversationId(3))]);
    assert_eq!((app.current, app.line().text(), app.list.filter.as_str()), (1, "yes, I am", ""));
    assert_eq!(said(&app.hit(KeyCode::Enter)), Some((3, "yes, I am")));
}

#[test]
fn an_address_in_the_list_opens_the_conversation() {
    let mut app = app();
    let actions = app.enter_line("dan@example.com");
    assert_eq!(actions, [Action::Open { tab: app.tab().id, with: handle("dan") }]);
    assert_eq!(app.list.filter, "");
}

#[test]
fn a_search_that_finds_nobody_says_what_to_do() {
    let mut app = app();
    assert_eq!(app.enter_line("hello there"), []);
    assert!(notice(&app).contains("nobody is called hello there") && notice(&app).contains("Esc"));
}

#[test]
fn a_nudge_is_shown_and_rings_also_where_it_is_looked_at() {
    let mut app = app();
    app.open("bob", 1);
    assert_eq!(app.handle_event(nudge(1, "bob")), [Action::Bell]);
    assert_eq!(app.handle_event(nudge(1, "bob")), [], "once a second");
    assert_eq!(texts(app.tab()), ["- Bob has nudged you", "- Bob has nudged you"]);
    assert_eq!(app.unread(), 0);
}

#[test]
fn a_nudge_is_sent_and_what_came_of_it_is_told() {
    use crate::chat::action::Outcome;
    let mut app = app();
    assert_eq!(app.enter_line("/nudge"), []);
    assert!(notice(&app).contains("open a conversation first"));
    app.open("bob", 1);
    let tab = app.tab().id;
    assert_eq!(app.enter_line("/nudge"), [Action::Nudge { tab, conversation: ConversationId(1) }]);
    app.handle_outcome(Outcome::Nudged { tab, result: Ok(()) });
    app.handle_outcome(Outcome::Nudged { tab, result: Err(msnp_client::SendError::NotOnline) });
    assert_eq!(texts(app.tab()), ["- you have nudged Bob", "- nobody was nudged: they are not online"]);
}
