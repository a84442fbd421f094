use std::path::PathBuf;

use msnp::Status;

use super::*;
use crate::chat::action::{Outcome, Request};

#[test]
fn commands_become_requests() {
    for (line, request) in [
        ("/add dan@example.com", Request::Add(handle("dan"))),
        ("/remove bob", Request::Remove(handle("bob"))),
        ("/block carol@example.com", Request::Block(handle("carol"))),
        ("/unblock MALL", Request::Unblock(handle("mallory"))),
        ("/status brb", Request::Status(Status::BeRightBack)),
        ("/name Ada Lovelace", Request::Name("Ada Lovelace".into())),
        ("/picture me.png", Request::Picture(Some(PathBuf::from("me.png")))),
        ("/picture off", Request::Picture(None)),
        ("/emoticon (cat)  my cat.png", Request::Emoticon("(cat)".into(), PathBuf::from("my cat.png"))),
        ("/dropgroup other contacts", Request::DropGroup("Other Contacts".into())),
    ] {
        let mut app = app();
        assert_eq!(app.enter_line(line), [Action::Do(request)], "{line}");
        assert!(app.line().is_empty());
    }
}

#[test]
fn without_a_name_the_person_in_the_tab_or_in_the_list_is_meant() {
    let mut app = app();
    // The list has the keys at first, and the first person is selected: Mum in Family.
    assert_eq!(app.enter_line("/block"), [Action::Do(Request::Block(handle("mum")))]);
    // The list has the keys again.
    assert_eq!(app.focus, Focus::List);
    app.open("carol", 1);
    assert_eq!(app.enter_line("/block"), [Action::Do(Request::Block(handle("carol")))]);
    let request = Request::Rename(handle("carol"), "Caro L".into());
    assert_eq!(app.enter_line("/rename Caro L"), [Action::Do(request)]);
    let request = Request::Group(handle("carol"), "Old friends".into());
    assert_eq!(app.enter_line("/group Old friends"), [Action::Do(request)]);
    app.handle_event(joined(1, "bob"));
    assert_eq!(app.enter_line("/block"), []);
    assert!(notice(&app).contains("several people are here"));
}

#[test]
fn mistakes_are_explained_and_what_was_written_stays_to_be_mended() {
    for (line, words) in
        [("/dance", "no command /dance"), ("/add", "/add ADDRESS"), ("hello", "nobody is here")]
    {
        let mut app = app();
        app.hit(ratatui::crossterm::event::KeyCode::Tab);
        assert_eq!(app.enter_line(line), [], "{line}");
        assert!(notice(&app).contains(words), "{line}: {}", notice(&app));
        assert!(notice(&app).contains("Ctrl-U empties the line"), "{line}: {}", notice(&app));
        assert_eq!(app.line().text(), line);
    }
    for (line, words) in [
        ("/add bob", "no address"),
        ("/add ada@example.com", "your own address"),
        ("/remove nobody", "nobody called nobody"),
        ("/dropgroup friends", "somebody is in the group Friends"),
        ("/dropgroup foes", "no group foes"),
        ("/status dancing", "the statuses are"),
        ("/file x", "open a conversation first"),
        ("/invite bob", "open a conversation first"),
        ("/accept", "no file to accept"),
        ("/close", "stays open"),
        ("/emoticon (cat)", "/emoticon (tux) tux.png"),
        ("/emoticon", "your emoticons: (tux)"),
    ] {
        let mut app = app();
        assert_eq!(app.enter_line(line), [], "{line}");
        assert!(notice(&app).contains(words), "{line}: {}", notice(&app));
    }
    let mut app = app();
    app.enter_line(&format!("/name {}", "é".repeat(200)));
    assert!(notice(&app).contains("too long"));
}

#[test]
fn how_a_request_went_is_told() {
    let mut app = app();
    let request = Request::Add(handle("dan"));
    let actions = app.handle_outcome(Outcome::Done { request: request.clone(), result: Ok(()) });
    assert_eq!(actions, [Action::Refresh]);
    assert_eq!(notice(&app), "dan@example.com is on your list");
    app.handle_outcome(Outcome::Done { request, result: Err("there is no such account".into()) });
    assert_eq!(notice(&app), "dan@example.com was not added: there is no such account");
    assert_eq!(texts(&app.tabs[0]).len(), 3);
}

#[test]
fn names_that_several_people_have_are_not_guessed() {
    let mut app = app();
    let mut roster = app.roster.clone();
    roster.people[1].name = "Bob".into();
    app.set_roster(roster);
    assert_eq!(app.enter_line("/chat Bob"), []);
    assert!(notice(&app).contains("several people"));
}

#[test]
fn the_tabulator_completes_commands_and_people() {
    use ratatui::crossterm::event::KeyCode;
    let mut app = app();
    app.open("bob", 1);
    for (written, completed) in [
        ("/inv", "/invite "),
        ("/a", "/a"),
        ("/un", "/un"),
        ("/unb", "/unblock "),
        ("/ac", "/accept "),
        ("/invite ca", "/invite carol@example.com"),
        ("/chat m", "/chat m"),
        ("/xyz", "/xyz"),
    ] {
        app.tab_mut().input.set(written.to_owned());
        app.hit(KeyCode::Tab);
        assert_eq!((app.line().text(), app.current), (completed, 1), "{written}");
    }
    app.tab_mut().input.set("hello".into());
    app.hit(KeyCode::Tab);
    assert_eq!(app.current, 0);
}
