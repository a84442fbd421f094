use msnp_client::{Event, SendError};
use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use super::*;
use crate::chat::action::Outcome;
use crate::chat::fixtures::{bold, name};

#[test]
fn a_text_goes_to_the_conversation_in_the_tab() {
    let mut app = app();
    app.open("bob", 7);
    let actions = app.enter_line("hello Bob");
    let [Action::Say { conversation, entry, text, tab }] = actions.as_slice() else { panic!("{actions:?}") };
    assert_eq!((*conversation, text.as_str()), (ConversationId(7), "hello Bob"));
    assert_eq!(texts(app.tab()), ["me: hello Bob"]);
    assert!(app.line().is_empty());

    let (tab, entry) = (*tab, *entry);
    app.handle_outcome(Outcome::Said { tab, entry, result: Err(SendError::NotOnline) });
    assert_eq!(texts(app.tab()), ["me: hello Bob (they are not online)"]);
    assert!(notice(&app).contains("Ctrl-U empties the line"), "{}", notice(&app));
    app.hit(KeyCode::Up);
    assert_eq!(app.line().text(), "hello Bob");
    app.handle_key(crate::chat::fixtures::control('u'));
    assert!(app.line().is_empty());
}

#[test]
fn what_another_command_says_is_shown() {
    let mut app = app();
    app.open("bob", 7);
    let say = |number, who: &str| crate::control::Said {
        conversation: ConversationId(number),
        with: vec![handle(who)],
        text: String::from("one\r\ntwo\u{1b}[2J"),
    };
    app.said_elsewhere(&say(7, "bob"));
    assert_eq!(texts(app.tab()), ["me: one\ntwo"]);
    let tabs = app.tabs.len();
    app.said_elsewhere(&say(8, "zoe"));
    assert_eq!((app.tabs.len(), texts(&app.tabs[tabs]).len()), (tabs + 1, 1));
    // The person here wrote it: nothing is unread.
    assert_eq!(app.tabs[tabs].unread, 0);
}

#[test]
fn typing_is_told_now_and_then_but_not_for_commands() {
    let mut app = app();
    app.open("bob", 7);
    assert_eq!(app.hit(KeyCode::Char('h')), [Action::Typing(ConversationId(7))]);
    assert_eq!(app.hit(KeyCode::Char('i')), []);
    assert_eq!(app.after(3).hit(KeyCode::Char('!')), [Action::Typing(ConversationId(7))]);
    app.hit(KeyCode::Enter);
    assert_eq!(app.hit(KeyCode::Char('/')), []);
    assert_eq!(app.hit(KeyCode::Char('a')), []);
    // Nobody is called who is known to be away.
    app.hit(KeyCode::Backspace);
    app.hit(KeyCode::Backspace);
    app.open("mum", 8);
    assert_eq!(app.hit(KeyCode::Char('h')), []);
}

#[test]
fn a_text_from_somebody_opens_a_tab_in_the_background() {
    let mut app = app();
    let actions = app.handle_event(message(3, "bob", "hi\r\nthere"));
    assert_eq!(actions, [Action::Bell]);
    assert_eq!((app.current, app.tabs.len(), app.unread()), (0, 2, 1));
    assert_eq!(texts(&app.tabs[1]), ["Bob: hi\nthere"]);
    assert_eq!(app.unread_from(&handle("bob")), 1);

    app.turn(1);
    assert_eq!(app.unread(), 0);
    assert_eq!(app.handle_event(message(3, "bob", "again")), []);
    assert_eq!(app.unread(), 0);
    // An answer needs no other conversation.
    assert!(matches!(&app.enter_line("yes")[..], [Action::Say { conversation: ConversationId(3), .. }]));
}

#[test]
fn the_bell_rings_once_a_second_at_most_and_when_the_window_is_not_looked_at() {
    use ratatui::crossterm::event::Event as TerminalEvent;
    let mut app = app();
    assert_eq!(app.handle_event(message(3, "bob", "1")), [Action::Bell]);
    assert_eq!(app.handle_event(message(3, "bob", "2")), []);
    app.after(2).turn(1);
    assert_eq!(app.handle_event(message(3, "bob", "3")), []);
    app.handle_terminal(TerminalEvent::FocusLost);
    assert_eq!(app.handle_event(message(3, "bob", "4")), [Action::Bell]);
    app.after(4).handle_terminal(TerminalEvent::FocusGained);
    assert_eq!(app.handle_event(message(3, "bob", "5")), []);
}

#[test]
fn a_new_conversation_with_the_same_person_goes_on_in_the_same_tab() {
    let mut app = app();
    app.handle_event(message(3, "bob", "one"));
    app.handle_event(Event::ConversationClosed { conversation: talk(3) });
    app.handle_event(joined(4, "bob"));
    app.handle_event(message(4, "bob", "two"));
    assert_eq!(app.tabs.len(), 2);
    assert_eq!(texts(&app.tabs[1]), ["Bob: one", "Bob: two"]);
    assert_eq!(app.tabs[1].conversation(), Some(ConversationId(4)));
}

#[test]
fn a_conversation_of_several_has_a_tab_of_its_own() {
    let mut app = app();
    app.open("bob", 1);
    assert_eq!(app.handle_event(joined(2, "bob")), []);
    assert_eq!(app.handle_event(joined(2, "carol")), [Action::Bell]);
    assert_eq!(app.unread(), 1);
    app.handle_event(message(2, "bob", "hi all"));
    assert_eq!(app.tabs.len(), 3);
    assert_eq!(app.tabs[2].talk.as_ref().unwrap().with, [handle("bob"), handle("carol")]);

    app.handle_event(Event::Left { conversation: talk(2), who: handle("bob") });
    app.handle_event(Event::Left { conversation: talk(2), who: handle("carol") });
    assert_eq!(
        texts(&app.tabs[2]),
        ["- you are in a conversation with Bob, Carol", "Bob: hi all", "- Bob has left the conversation"]
    );
    assert_eq!(app.tabs[2].only(), Some(&handle("carol")));
}

#[test]
fn somebody_who_comes_in_is_named() {
    let mut app = app();
    app.open("bob", 1);
    app.handle_event(joined(1, "bob"));
    assert!(texts(app.tab()).is_empty());
    let actions = app.enter_line("/invite carol");
    let tab = app.tab().id;
    assert_eq!(actions, [Action::Invite { tab, conversation: ConversationId(1), who: handle("carol") }]);
    app.handle_outcome(Outcome::Invited { tab, who: handle("carol"), result: Ok(()) });
    app.handle_event(joined(1, "carol"));
    assert_eq!(texts(app.tab()), ["- Carol is invited", "- Carol has joined the conversation"]);
    app.enter_line("/invite carol");
    assert!(notice(&app).contains("is here already"));
}

#[test]
fn typing_is_shown_for_six_seconds_or_until_the_text() {
    let typing = |app: &mut App| {
        app.handle_event(Event::Typing { conversation: talk(1), from: handle("bob") });
    };
    let count = |app: &App| app.tab().talk.as_ref().unwrap().typing.len();
    let mut app = app();
    app.open("bob", 1);
    typing(&mut app);
    assert_eq!(count(&app), 1);
    app.after(5);
    assert_eq!(count(&app), 1);
    assert!(app.tick(Moment::test(6)));
    assert_eq!(count(&app), 0);
    typing(&mut app);
    app.handle_event(message(1, "bob", "done"));
    assert_eq!(count(&app), 0);
}

#[test]
fn names_and_texts_of_others_are_harmless() {
    let mut app = app();
    app.handle_event(Event::Message {
        conversation: talk(9),
        from: handle("stranger"),
        name: name("Ev\u{1b}[2Jil\r\n\u{202e}name"),
        text: bold("\u{1b}]0;title\u{7}he\u{8}llo\u{9b}31m"),
        emoticons: Vec::new(),
    });
    assert_eq!(texts(&app.tabs[1]), ["Evil name: hello"]);
}

#[test]
fn closing_a_tab_leaves_the_conversation() {
    let mut app = app();
    app.open("bob", 1);
    app.open("carol", 2);
    assert_eq!(app.enter_line("/close"), [Action::Leave(ConversationId(2))]);
    assert_eq!((app.tabs.len(), app.current), (2, 1));
    assert_eq!(app.enter_line("/close"), [Action::Leave(ConversationId(1))]);
    assert_eq!(app.enter_line_anywhere("/close"), []);
    assert_eq!(app.tabs.len(), 1);
}

#[test]
fn a_flood_of_conversations_ends_among_the_events() {
    let mut app = app();
    for number in 0..150 {
        app.handle_event(message(number, &format!("s{number}"), "buy"));
    }
    assert_eq!(app.tabs.len(), 100);
    assert_eq!(texts(&app.tabs[0]).last().unwrap(), "S149: buy");
}

#[test]
fn old_lines_are_forgotten() {
    let mut app = app();
    for number in 0..2_100 {
        app.handle_event(message(1, "bob", &number.to_string()));
    }
    let texts = texts(&app.tabs[1]);
    assert_eq!((texts.len(), texts[0].as_str()), (transcript::MAX_ENTRIES, "Bob: 100"));
}

#[test]
fn what_is_read_further_up_stays_where_it_is() {
    let mut app = app();
    for number in 0..100 {
        app.handle_event(message(1, "bob", &number.to_string()));
    }
    app.turn(1);
    app.hit(KeyCode::PageUp);
    let scroll = app.tab().transcript.scroll;
    assert!(scroll > 0);
    app.handle_event(message(1, "bob", "two\nlines"));
    assert_eq!(app.tab().transcript.scroll, scroll + 2);
    app.handle_key(KeyEvent::new(KeyCode::Home, KeyModifiers::CONTROL));
    let top = app.tab().transcript.scroll;
    app.hit(KeyCode::PageUp);
    assert_eq!(app.tab().transcript.scroll, top);
    app.handle_key(KeyEvent::new(KeyCode::End, KeyModifiers::CONTROL));
    assert_eq!(app.tab().transcript.scroll, 0);
}

#[test]
fn long_texts_are_sent_in_portions() {
    let mut app = app();
    app.open("bob", 1);
    app.handle_terminal(ratatui::crossterm::event::Event::Paste("word ".repeat(700)));
    let actions = app.hit(KeyCode::Enter);
    assert_eq!(actions.len(), 3);
    assert_eq!(texts(app.tab()).len(), 3);
}
