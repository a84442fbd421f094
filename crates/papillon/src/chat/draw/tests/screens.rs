use msnp::message::Emoticon;
use msnp::object::MsnObject;
use msnp_client::{Event, SendError, SignedOut, TransferId, TransferProgress, TransferRoute};
use ratatui::crossterm::event::KeyCode;
use ratatui::style::Modifier;

use proptest::prelude::*;

use super::*;
use crate::chat::action::{Action, Outcome};
use crate::chat::fixtures::{app, handle, joined, message, name, person, talk};
use crate::clean::tests::{any_text, begin, is_harmless};

fn sized(mut app: App, width: u16, height: u16) -> App {
    app.screen = Rect::new(0, 0, width, height);
    app
}

/// The line that has these words.
fn line_with(app: &App, words: &str) -> String {
    let lines = lines(app);
    let found = lines.iter().find(|line| line.contains(words));
    found.unwrap_or_else(|| panic!("no line has {words:?}:\n{}", lines.join("\n"))).clone()
}

#[test]
fn the_first_screen() {
    assert_eq!(
        lines(&sized(app(), 80, 20)),
        [
            " ● Ada  ada@example.com · online                                       Papillon",
            "────────────────────────┬───────────────────────────────────────────────────────",
            "▾ Family (0/1)          │ 1 Events",
            "  ○ Mum                 ├── what happened ──────────────────────────────────────",
            "▾ Friends (2/3)         │",
            "  ● Bob                 │",
            "  ◐ Carol (away)        │",
            "  ○ Zoe ~               │",
            "▾ Other Contacts (1/1)  │",
            "  ◆ erin@exampl… (busy) │",
            "▾ Blocked (1)           │",
            "  ⊘ Mallory             │",
            "                        │",
            "                        │ 14:02 · │ You are signed in as ada@example.com. F1",
            "                        │         │ shows the keys and commands.",
            "                        │",
            "────────────────────────┴───────────────────────────────────────────────────────",
            "",
            ">",
            " F1 help  Enter open  ←→ fold  a-z find  / command  Tab tabs  Ctrl-Q quit",
        ]
    );
}

#[test]
fn a_conversation() {
    let mut app = sized(app(), 90, 18);
    app.open("bob", 1);
    app.handle_event(message(
        1,
        "bob",
        "Have you seen the picture that I sent you yesterday evening after dinner?",
    ));
    let actions = app.enter_line("yes 日本");
    let [Action::Say { tab, entry, .. }] = actions[..] else { panic!("{actions:?}") };
    app.handle_outcome(Outcome::Said { tab, entry, result: Err(SendError::NotOnline) });
    app.handle_event(message(2, "carol", "hi"));
    app.handle_event(Event::Typing { conversation: talk(1), from: handle("bob") });
    let lines = lines(&app);
    assert_eq!(
        lines[2..14],
        [
            "▾ Family (0/1)             │ 1 Events   2 Bob …   3 Carol (1)",
            "  ○ Mum                    ├── bob@example.com · online ──────────────────────────────────",
            "▾ Friends (2/3)            │",
            "  ● Bob                    │",
            "  ◐ Carol (away)         1 │",
            "  ○ Zoe ~                  │",
            "▾ Other Contacts (1/1)     │",
            "  ◆ erin@example.c… (busy) │ 14:02    Bob │ Have you seen the picture that I sent you",
            "▾ Blocked (1)              │              │ yesterday evening after dinner?",
            "  ⊘ Mallory                │ 14:02    Ada │ yes 日本",
            "                           │              │ ✗ not delivered: they are not online",
            "                           │ Bob is typing …",
        ]
    );
    assert!(lines[0].ends_with("1 new message"));
}

#[test]
fn a_narrow_window_shows_one_of_the_two() {
    let mut app = sized(app(), 40, 12);
    assert!(lines(&app).iter().any(|line| line.contains("Carol")));
    app.open("bob", 1);
    app.handle_event(message(1, "bob", "hello"));
    let shown = lines(&app).join("\n");
    assert!(shown.contains("Bob │ hello") && !shown.contains("Carol"), "{shown}");
    // A text that comes while the list is shown has not been looked at.
    app.hit(KeyCode::Esc);
    app.handle_event(message(1, "bob", "more"));
    assert_eq!(app.unread(), 1);
    app.hit(KeyCode::Tab);
    app.hit(KeyCode::Tab);
    assert_eq!(app.unread(), 0);
}

#[test]
fn a_tiny_window_asks_for_more() {
    let mut app = app();
    app.open("bob", 1);
    assert_eq!(lines(&sized(app, 20, 4))[..2], ["Please make the", "window larger."]);
    for width in 0..8 {
        for height in 0..4 {
            drawn(&sized(crate::chat::fixtures::app(), width, height));
        }
    }
}

#[test]
fn somebody_asks() {
    let mut app = sized(app(), 90, 16);
    let mut roster = app.roster.clone();
    roster.people.push(person("dan", "Dan", 8, 0, None));
    app.set_roster(roster);
    assert_eq!(
        line_with(&app, "has added you"),
        " Dan (dan@example.com) has added you.  F2 add  F3 block  F4 later"
    );
    assert!(line_with(&app, "? Dan").starts_with("  ? Dan"));
}

#[test]
fn a_file_comes() {
    let mut app = sized(app(), 100, 16);
    let transfer = TransferId(4);
    let name = String::from("photo.png");
    app.handle_event(Event::FileOffered {
        transfer,
        from: handle("bob"),
        name,
        size: 1_200_000,
        preview: None,
    });
    app.turn_to(1);
    assert!(line_with(&app, "photo.png").ends_with("⇩ file │ photo.png (1.2 MB) #4 – /accept or /decline"));
    app.enter_line("/accept");
    for (second, bytes) in [(1, 100_000), (2, 400_000), (3, 600_000)] {
        app.after(second);
        let progress = TransferProgress { bytes, total: 1_200_000, route: Some(TransferRoute::Switchboard) };
        app.handle_event(Event::FileProgress { transfer, progress });
    }
    let bar = line_with(&app, "%");
    assert!(bar.ends_with("│ ██████████░░░░░░░░░░  50 %  250 kB/s  switchboard"), "{bar}");
    let path = std::path::PathBuf::from("/home/ada/photo.png");
    app.handle_event(Event::FileReceived { transfer, from: handle("bob"), path });
    assert!(line_with(&app, "here it is").contains("photo.png (1.2 MB) – here it is: /home/ada/photo.png"));
}

#[test]
fn custom_emoticons_are_marked() {
    let mut app = sized(app(), 90, 16);
    let object = "<msnobj Creator=\"bob@example.com\" Size=\"3\" Type=\"2\" Location=\"a\" Friendly=\"AAA=\" \
                  SHA1D=\"qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\"/>";
    let emoticon = Emoticon::new("(cat)", MsnObject::parse(object).unwrap()).unwrap();
    let event = Event::Message {
        conversation: talk(1),
        from: handle("bob"),
        name: name("Bob"),
        text: "my (cat)(cat)!".into(),
        emoticons: vec![emoticon.clone()],
    };
    app.handle_event(event);
    app.turn_to(1);
    let buffer = drawn(&app);
    let underlined = |letter: &str| {
        let cells = buffer.content.iter().filter(|cell| cell.symbol() == letter);
        cells.filter(|cell| cell.modifier.contains(Modifier::UNDERLINED)).count()
    };
    assert_eq!((underlined("("), underlined("!"), underlined("y")), (2, 0, 0));
    for _ in 0..2 {
        let emoticon = emoticon.clone();
        app.handle_event(Event::Emoticon { from: handle("bob"), emoticon, data: b"png".as_slice().into() });
    }
    let notes =
        lines(&app).iter().filter(|line| line.contains("the picture for (cat) has come (3 bytes)")).count();
    assert_eq!(notes, 1);
}

#[test]
fn classic_codes_are_emoji_where_the_terminal_can() {
    let mut app = sized(app(), 90, 16);
    app.open("bob", 1);
    app.handle_event(message(1, "bob", "hi :) I (l) it: http://x.example/:)"));
    app.enter_line("me too (Y) (tux)");
    assert!(line_with(&app, "Bob │").ends_with("hi :) I (l) it: http://x.example/:)"));
    app.emoji = true;
    assert!(line_with(&app, "Bob │").ends_with("hi 🙂 I 💗 it: http://x.example/:)"));
    assert!(line_with(&app, "Ada │").ends_with("me too 👍 (tux)"));
    let buffer = drawn(&app);
    let underlined = buffer.content.iter().filter(|cell| cell.modifier.contains(Modifier::UNDERLINED));
    let own: String = underlined.map(|cell| cell.symbol()).filter(|symbol| "(tx)".contains(symbol)).collect();
    assert_eq!(own, "(tx)", "the own custom emoticon");
}

#[test]
fn the_keys_name_whom_letters_answer() {
    let mut app = sized(app(), 100, 16);
    assert!(line_with(&app, "F1 help").contains("a-z find"));
    app.handle_event(message(1, "bob", "hi"));
    assert!(line_with(&app, "F1 help").contains("a-z answer Bob"));
    assert_eq!(line_with(&app, "type to answer"), "> type to answer Bob");
    app.hit(KeyCode::Esc);
    assert!(line_with(&app, "F1 help").contains("a-z find"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// No name, text or offer of other people plays with the terminal.
    #[test]
    fn a_screen_holds_nothing_that_is_no_character(text in any_text()) {
        let mut app = sized(app(), 90, 24);
        app.emoji = true;
        let called = msnp::FriendlyName::from_text(&begin(&text)).unwrap_or_else(|_| name("Bob"));
        let conversation = talk(1);
        app.handle_event(Event::Message {
            conversation: conversation.clone(),
            from: handle("eve"),
            name: called.clone(),
            text: text.as_str().into(),
            emoticons: Vec::new(),
        });
        app.handle_event(Event::Nudge { conversation, from: handle("eve"), name: called });
        let offer = Event::FileOffered {
            transfer: TransferId(1), from: handle("eve"), name: text.clone(), size: 1, preview: None
        };
        app.handle_event(offer);
        app.turn_to(1);
        for event in [
            Event::ServiceMessage { kind: msnp_client::ServiceMessageKind::Announcement, text: text.clone() },
            Event::Error { text: text.clone() },
        ] {
            app.handle_event(event);
            for line in lines(&app) {
                prop_assert!(is_harmless(&line), "{line:?}");
            }
        }
    }
}

#[test]
fn the_end_is_told_and_the_way_back() {
    let mut app = sized(app(), 80, 16);
    app.handle_event(Event::SignedOut { reason: SignedOut::ConnectionLost, will_retry: true });
    assert!(lines(&app)[0].ends_with("not connected – trying again …"));
    assert!(lines(&app)[0].contains("not signed in"));
    app.handle_event(Event::SignedIn);
    assert!(lines(&app)[0].ends_with("Papillon"));
    app.handle_event(Event::SignedOut { reason: SignedOut::Elsewhere, will_retry: false });
    assert!(
        line_with(&app, "signed in elsewhere, or was signed out. Any key leaves")
            .starts_with(" your account")
    );
}

#[test]
fn many_tabs_scroll_with_the_current_one() {
    let mut app = sized(app(), 80, 16);
    for (number, who) in ["bob", "carol", "zoe", "mum", "erin", "mallory"].into_iter().enumerate() {
        app.open(who, number as u64);
    }
    let tabs = line_with(&app, "7 Mallory");
    assert!(tabs.contains("‹") && tabs.contains("7 Mallory") && !tabs.contains("1 Events"), "{tabs}");
    app.hit(KeyCode::Tab);
    assert!(line_with(&app, "1 Events").contains("2 Bob"));
}

#[test]
fn several_lines_are_written() {
    let mut app = sized(app(), 70, 20);
    app.open("bob", 1);
    app.handle_terminal(ratatui::crossterm::event::Event::Paste("one\ntwo\nthree".into()));
    assert_eq!(lines(&app)[16..19], ["> one", "  two", "  three"]);
    app.handle_event(joined(1, "bob"));
}

#[test]
fn the_help_fits_or_scrolls() {
    let mut app = sized(app(), 80, 50);
    app.hit(KeyCode::F(1));
    assert!(line_with(&app, "any key goes back").contains("└"));
    assert!(line_with(&app, "/ungroup NAME").contains("take this person out of a group"));
    let mut app = sized(app, 60, 14);
    assert!(line_with(&app, "for more").contains("└"));
    for _ in 0..60 {
        app.hit(KeyCode::Down);
    }
    assert!(line_with(&app, "blocked; waits").contains("⊘ ? ~"));
}

#[test]
fn reading_back_shows_that_there_is_more() {
    let mut app = sized(app(), 80, 16);
    for number in 0..50 {
        app.handle_event(message(1, "bob", &format!("text {number}")));
    }
    app.turn_to(1);
    assert!(line_with(&app, "text 49").contains("Bob"));
    app.hit(KeyCode::PageUp);
    assert!(lines(&app).iter().all(|line| !line.contains("text 49")));
    assert!(line_with(&app, "more below").contains("Ctrl-End"));
    for _ in 0..20 {
        app.hit(KeyCode::PageUp);
    }
    assert!(line_with(&app, "text 0").contains("Bob"));
}

#[test]
fn no_colour_is_used_when_none_is_wanted() {
    use ratatui::style::Color;
    let mut app = sized(app(), 90, 16);
    app.theme.colour = false;
    app.handle_event(message(1, "bob", "hi"));
    app.turn_to(1);
    let buffer = drawn(&app);
    assert!(buffer.content.iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
}
