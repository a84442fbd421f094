use std::path::PathBuf;

use msnp_client::{Event, TransferError, TransferId, TransferProgress, TransferRoute};

use super::*;
use crate::chat::action::Outcome;

fn offer(number: u64) -> Event {
    Event::FileOffered {
        transfer: TransferId(number),
        from: handle("bob"),
        name: "photo\u{1b}[31m.png".into(),
        size: 1_200_000,
        preview: None,
    }
}

fn stage(app: &App, number: u64) -> &Stage {
    &app.transfers.get(TransferId(number)).unwrap().stage
}

#[test]
fn an_offer_is_accepted_and_the_file_comes() {
    let mut app = app();
    let actions = app.handle_event(offer(5));
    let tab = app.tabs[1].id;
    assert_eq!(actions, [Action::Open { tab, with: handle("bob") }, Action::Bell]);
    assert_eq!(notice(&app), "Bob offers photo.png (1.2 MB)");
    assert_eq!((texts(&app.tabs[1]), app.unread()), (vec!["file 5".to_owned()], 1));

    app.turn(1);
    assert_eq!(app.enter_line("/accept"), [Action::AcceptFile(TransferId(5))]);
    let progress = TransferProgress { bytes: 600_000, total: 1_200_000, route: Some(TransferRoute::Direct) };
    app.handle_event(Event::FileProgress { transfer: TransferId(5), progress });
    assert_eq!(stage(&app, 5), &Stage::Running { bytes: 600_000 });
    let path = PathBuf::from("/home/ada/photo.png");
    app.handle_event(Event::FileReceived {
        transfer: TransferId(5),
        from: handle("bob"),
        path: path.clone(),
    });
    assert_eq!(stage(&app, 5), &Stage::Done(Some(path)));
    assert_eq!(notice(&app), "photo.png is here: /home/ada/photo.png");
}

#[test]
fn an_offer_is_declined() {
    let mut app = app();
    app.handle_event(offer(5));
    app.turn(1);
    assert_eq!(app.enter_line("/decline"), [Action::DeclineFile(TransferId(5))]);
    assert_eq!(stage(&app, 5), &Stage::Failed("you declined it".into()));
    app.handle_event(Event::FileFailed {
        transfer: TransferId(5),
        peer: handle("bob"),
        error: TransferError::Declined,
    });
    assert_eq!(stage(&app, 5), &Stage::Failed("you declined it".into()));
    app.enter_line("/accept");
    assert_eq!(notice(&app), "there is no file to accept here");
}

#[test]
fn of_several_offers_the_number_tells_which() {
    let mut app = app();
    app.handle_event(offer(5));
    app.handle_event(offer(6));
    app.turn(1);
    assert_eq!(app.enter_line("/accept 5"), [Action::AcceptFile(TransferId(5))]);
    assert_eq!(app.enter_line("/accept #5"), []);
    assert_eq!(app.enter_line("/accept"), [Action::AcceptFile(TransferId(6))]);
    assert_eq!(app.enter_line("/cancel 5"), [Action::CancelFile(TransferId(5))]);
}

#[test]
fn a_file_is_offered_and_declined_by_them() {
    let mut app = app();
    app.open("bob", 1);
    let path = PathBuf::from("/tmp/notes.txt");
    let actions = app.enter_line("/file /tmp/notes.txt");
    assert_eq!(actions, [Action::SendFile { to: handle("bob"), path: path.clone() }]);
    let result = Ok((TransferId(2), 1_000));
    app.handle_outcome(Outcome::FileOffered { to: handle("bob"), path, result });
    assert_eq!(stage(&app, 2), &Stage::Offered);
    app.handle_event(Event::FileFailed {
        transfer: TransferId(2),
        peer: handle("bob"),
        error: TransferError::Declined,
    });
    assert_eq!(stage(&app, 2), &Stage::Failed("they declined the file".into()));
    assert_eq!(notice(&app), "notes.txt: they declined the file");
}

#[test]
fn a_file_that_is_not_there_is_told_in_the_conversation() {
    let mut app = app();
    app.open("bob", 1);
    let error = TransferError::File { path: "/tmp/x".into(), reason: "no such file".into() };
    let path = PathBuf::from("/tmp/x");
    app.handle_outcome(Outcome::FileOffered { to: handle("bob"), path, result: Err(error) });
    assert_eq!(texts(app.tab()), ["- not offered: /tmp/x: no such file"]);
}

#[test]
fn leaving_with_files_on_their_way_is_asked_about() {
    let mut app = app();
    app.open("bob", 1);
    let result = Ok((TransferId(2), 1_000));
    app.handle_outcome(Outcome::FileOffered { to: handle("bob"), path: PathBuf::from("x"), result });
    assert_eq!(app.quit(), []);
    assert!(notice(&app).contains("a file is on the way"));
    app.hit(ratatui::crossterm::event::KeyCode::Char('x'));
    assert_eq!(app.quit(), []);
    assert_eq!(app.quit(), [Action::SignOut]);
}
