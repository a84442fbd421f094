use msnp_client::{Event, Presence, ServiceMessageKind, SignedOut};
use ratatui::crossterm::event::KeyCode;

use super::*;
use crate::chat::fixtures::{control, name};

fn presence(who: &str, online: bool) -> Event {
    let presence = Presence { status: msnp::Status::Online, capabilities: Default::default(), picture: None };
    let (who, name) = (handle(who), name("Zoe"));
    if online { Event::Online { who, name, presence, already: false } } else { Event::Offline { who, name } }
}

fn out(reason: SignedOut, will_retry: bool) -> Event {
    Event::SignedOut { reason, will_retry }
}

#[test]
fn control_q_signs_out_and_leaves() {
    let mut app = app();
    assert_eq!(app.handle_key(control('q')), [Action::SignOut]);
    assert_eq!(app.connection, Connection::Leaving);
    assert_eq!(app.handle_event(out(SignedOut::Asked, false)), [Action::Exit]);
    assert_eq!(app.handle_key(control('c')), [Action::Exit]);
}

#[test]
fn the_account_signed_in_elsewhere_and_all_stays_readable_until_a_key() {
    let mut app = app();
    app.open("bob", 1);
    app.handle_event(out(SignedOut::Elsewhere, false));
    assert_eq!(
        app.connection,
        Connection::Over("your account has signed in elsewhere, or was signed out".into())
    );
    assert_eq!(app.handle_end(), []);
    for code in [KeyCode::PageUp, KeyCode::PageDown, KeyCode::Tab] {
        assert_eq!(app.hit(code), [], "{code:?}");
    }
    assert_eq!(app.hit(KeyCode::Char('x')), [Action::Exit]);
}

#[test]
fn a_broken_connection_is_made_again() {
    let mut app = app();
    app.handle_event(out(SignedOut::ConnectionLost, true));
    assert_eq!(app.connection, Connection::Returning);
    assert_eq!(app.handle_event(Event::SignedIn), [Action::Refresh]);
    assert_eq!(app.connection, Connection::Up);
    // Nobody says who is online: that is known from before.
    app.handle_event(presence("bob", true));
    assert_eq!(notice(&app), "signed in again");
}

#[test]
fn events_that_end_without_a_word_are_a_lost_connection() {
    let mut app = app();
    app.handle_end();
    assert_eq!(app.connection, Connection::Over("the connection to the service is lost".into()));
}

#[test]
fn who_comes_and_goes_is_told_but_not_at_sign_in() {
    let mut app = app();
    assert_eq!(app.handle_event(presence("zoe", true)), [Action::Refresh]);
    assert_eq!(notice(&app), "");
    app.after(10).handle_event(presence("zoe", false));
    assert_eq!(notice(&app), "Zoe is offline");
    app.open("zoe", 1);
    app.handle_event(presence("zoe", true));
    assert_eq!(notice(&app), "Zoe is online");
    assert_eq!(texts(app.tab()), ["- Zoe is online"]);
    app.handle_event(presence("zoe", true));
    assert_eq!(texts(app.tab()).len(), 1);
}

#[test]
fn notices_go_after_a_while_and_stay_among_the_events() {
    let mut app = app();
    let kind = ServiceMessageKind::Announcement;
    app.handle_event(Event::ServiceMessage { kind, text: "down in 5 minutes\u{7}".into() });
    assert_eq!(notice(&app), "the service says: down in 5 minutes");
    assert!(!app.tick(Moment::test(7)));
    assert!(app.tick(Moment::test(8)));
    assert_eq!(notice(&app), "");
    assert_eq!(texts(&app.tabs[0]).last().unwrap(), "- the service says: down in 5 minutes");
}

#[test]
fn maintenance_is_told_with_its_minutes() {
    let mut app = app();
    let kind = ServiceMessageKind::Maintenance { minutes: Some(5) };
    let text = String::from("the service is going down in 5 minutes");
    app.handle_event(Event::ServiceMessage { kind, text: text.clone() });
    assert_eq!(notice(&app), text);
    assert!(texts(&app.tabs[0]).last().unwrap().contains(&text));
}

#[test]
fn what_cannot_be_shown_is_told_of() {
    let mut app = app();
    let not_shown = |conversation, from| Event::NotShown {
        conversation,
        from,
        content_type: "image/gif".into(),
        reason: "its type is not\u{7} known".into(),
    };
    app.handle_event(not_shown(Some(talk(1)), Some(handle("bob"))));
    let said = "Bob sent something that cannot be shown (image/gif: its type is not known)";
    assert_eq!(texts(&app.tabs[1]), [format!("- {said}")]);
    app.handle_event(not_shown(None, Some(handle("bob"))));
    assert_eq!(notice(&app), said);
    app.handle_event(not_shown(None, None));
    assert!(notice(&app).starts_with("the service sent something"));
}

#[test]
fn lost_events_make_all_be_asked_anew() {
    let mut app = app();
    assert_eq!(app.handle_event(Event::Missed { count: 3 }), [Action::Refresh]);
    assert!(notice(&app).contains("3 events were lost"));
}

#[test]
fn another_day_gets_a_line() {
    let mut app = app();
    app.handle_event(message(1, "bob", "good night"));
    let mut tomorrow = Moment::test(100);
    tomorrow.stamp.day = tomorrow.stamp.day.next_day().unwrap();
    app.tick(tomorrow);
    app.handle_event(message(1, "bob", "good morning"));
    assert_eq!(texts(&app.tabs[1]), ["Bob: good night", "day", "Bob: good morning"]);
}
