use ratatui::crossterm::event::{Event as TerminalEvent, KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use super::*;
use crate::chat::fixtures::control;

#[test]
fn tabs_are_changed_and_what_is_written_stays_in_its_tab() {
    let mut app = app();
    app.open("bob", 1);
    app.open("carol", 2);
    app.hit(KeyCode::Char('x'));
    app.hit(KeyCode::Tab);
    assert_eq!((app.current, app.line().text()), (0, ""));
    app.hit(KeyCode::BackTab);
    assert_eq!((app.current, app.line().text()), (2, "x"));
    app.handle_key(control('p'));
    assert_eq!(app.current, 1);
    app.handle_key(control('n'));
    assert_eq!(app.current, 2);
    app.handle_key(KeyEvent::new(KeyCode::Char('2'), KeyModifiers::ALT));
    assert_eq!(app.current, 1);
    app.handle_key(KeyEvent::new(KeyCode::Char('9'), KeyModifiers::ALT));
    assert_eq!(app.current, 1);
}

#[test]
fn pasted_lines_are_not_sent_by_themselves() {
    let mut app = app();
    app.open("bob", 1);
    assert_eq!(
        app.handle_terminal(TerminalEvent::Paste("one\r\ntwo\n\u{1b}[31mthree\r\n".into())),
        [Action::Typing(ConversationId(1))]
    );
    assert_eq!(app.line().text(), "one\ntwo\nthree");
    assert!(matches!(&app.hit(KeyCode::Enter)[..], [Action::Say { text, .. }] if text == "one\ntwo\nthree"));
    app.handle_terminal(TerminalEvent::Paste("x".repeat(20_000)));
    assert!(notice(&app).contains("too long"));
}

#[test]
fn alt_enter_begins_a_new_line_and_so_does_control_j() {
    let mut app = app();
    app.open("bob", 1);
    app.hit(KeyCode::Char('a'));
    app.handle_key(KeyEvent::new(KeyCode::Enter, KeyModifiers::ALT));
    app.handle_key(control('j'));
    app.hit(KeyCode::Char('b'));
    assert_eq!(app.line().text(), "a\n\nb");
}

#[test]
fn what_was_sent_can_be_had_again() {
    let mut app = app();
    app.open("bob", 1);
    app.history = history::History::default();
    app.enter_line("one");
    app.enter_line("two");
    app.hit(KeyCode::Char('d'));
    app.hit(KeyCode::Up);
    assert_eq!(app.line().text(), "two");
    app.hit(KeyCode::Up);
    app.hit(KeyCode::Up);
    assert_eq!(app.line().text(), "one");
    app.hit(KeyCode::Down);
    app.hit(KeyCode::Down);
    assert_eq!(app.line().text(), "d");
    app.hit(KeyCode::Down);
    assert_eq!(app.line().text(), "d");
}

#[test]
fn the_editing_keys_of_a_shell_work() {
    let mut app = app();
    app.open("bob", 1);
    for char in "one two three".chars() {
        app.hit(KeyCode::Char(char));
    }
    app.handle_key(control('w'));
    assert_eq!(app.line().text(), "one two ");
    app.handle_key(control('a'));
    app.handle_key(control('d'));
    app.hit(KeyCode::Delete);
    assert_eq!(app.line().text(), "e two ");
    app.handle_key(control('k'));
    assert_eq!(app.line().text(), "");
    app.hit(KeyCode::Char('z'));
    app.handle_key(control('u'));
    assert!(app.line().is_empty());
}

#[test]
fn releases_of_keys_are_no_keys() {
    let mut app = app();
    app.open("bob", 1);
    let mut event = key(KeyCode::Char('a'));
    event.kind = KeyEventKind::Release;
    app.handle_terminal(TerminalEvent::Key(event));
    assert!(app.line().is_empty());
}

#[test]
fn the_help_takes_one_key() {
    let mut app = app();
    app.open("bob", 1);
    app.hit(KeyCode::F(1));
    assert_eq!(app.help, Some(0));
    app.hit(KeyCode::Down);
    assert_eq!(app.help, Some(1));
    app.hit(KeyCode::Char('x'));
    assert_eq!((app.help, app.line().text()), (None, ""));
    app.enter_line("/help");
    assert_eq!(app.help, Some(0));
}

#[test]
fn a_double_slash_begins_a_text() {
    let mut app = app();
    app.open("bob", 1);
    assert!(matches!(&app.enter_line("//etc")[..], [Action::Say { text, .. }] if text == "/etc"));
}

#[test]
fn any_keys_and_sizes_are_survived() {
    use msnp_client::Event;
    let mut app = app();
    app.open("bob", 1);
    let codes = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Backspace,
        KeyCode::Delete,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::F(1),
        KeyCode::F(2),
        KeyCode::F(3),
        KeyCode::Char('é'),
        KeyCode::Char('/'),
        KeyCode::Char('日'),
        KeyCode::Char('\u{301}'),
        KeyCode::Char(' '),
        KeyCode::Insert,
        KeyCode::Null,
        KeyCode::Char('w'),
        KeyCode::Char('k'),
        KeyCode::Char('j'),
        KeyCode::Char('u'),
    ];
    // A simple generator of the same numbers each time.
    let mut seed = 12_345_u32;
    let mut draw = |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    for round in 0..1_500 {
        let modifiers = [KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT][draw(6).min(2)];
        app.handle_key(KeyEvent::new(codes[draw(codes.len())], modifiers));
        if round % 7 == 0 {
            app.handle_terminal(TerminalEvent::Resize(draw(120) as u16, draw(50) as u16));
        }
        if round % 5 == 0 {
            app.handle_event(message(draw(5) as u64, ["bob", "carol", "x"][draw(3)], "日本語 text\nmore"));
            app.handle_event(Event::Typing { conversation: talk(1), from: handle("bob") });
        }
        crate::chat::draw::tests::drawn(&app);
    }
}
