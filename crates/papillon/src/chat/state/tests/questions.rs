use msnp_client::{Contact, Event};
use ratatui::crossterm::event::KeyCode;

use super::*;
use crate::chat::action::Request;
use crate::chat::fixtures::{name, person};

/// Dan has added Ada.
fn asked() -> App {
    let mut app = app();
    let lists = msnp::ListFlags::from_bits(8).unwrap();
    let contact =
        Contact { handle: handle("dan"), name: name("Dan"), lists, groups: Vec::new(), presence: None };
    let actions = app.handle_event(Event::ContactAdded { contact, by_them: true });
    assert_eq!(actions, [Action::Refresh]);
    assert_eq!(texts(&app.tabs[0])[1], "- Dan (dan@example.com) has added you");
    let mut roster = app.roster.clone();
    roster.people.push(person("dan", "Dan", 8, 0, None));
    app.set_roster(roster);
    app
}

#[test]
fn who_added_this_account_is_asked_about_once() {
    let mut app = asked();
    assert_eq!(app.questions, [handle("dan")]);
    app.set_roster(app.roster.clone());
    assert_eq!(app.questions.len(), 1);
    assert_eq!(app.hit(KeyCode::F(2)), [Action::Do(Request::Add(handle("dan")))]);
    assert!(app.questions.is_empty());
    app.set_roster(app.roster.clone());
    assert!(app.questions.is_empty());
}

#[test]
fn later_they_are_in_the_list_and_enter_asks_again() {
    let mut app = asked();
    assert_eq!(app.hit(KeyCode::F(4)), []);
    assert!(app.questions.is_empty());
    app.hit(KeyCode::Home);
    app.hit(KeyCode::Down);
    assert_eq!(app.hit(KeyCode::Enter), []);
    assert_eq!(app.hit(KeyCode::F(3)), [Action::Do(Request::Block(handle("dan")))]);
    assert_eq!(app.hit(KeyCode::F(2)), []);
}

#[test]
fn no_question_stays_when_it_is_answered_elsewhere() {
    let mut app = asked();
    let mut roster = app.roster.clone();
    roster.people.pop();
    app.set_roster(roster.clone());
    assert!(app.questions.is_empty());
    roster.people.push(person("dan", "Dan", 8, 0, None));
    app.set_roster(roster);
    assert_eq!(app.questions.len(), 1);
}
