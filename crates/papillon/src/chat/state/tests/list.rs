use ratatui::crossterm::event::KeyCode;

use super::*;

/// The lines in short.
fn shown(app: &App) -> Vec<String> {
    let shown = app.rows().into_iter().map(|row| match row {
        Row::Header { title, online, total, folded, .. } => {
            format!("{}{title} {online}/{total}", if folded { "+ " } else { "" })
        }
        Row::Person { who, .. } => format!("  {}", app.name_of(&who)),
    });
    shown.collect()
}

#[test]
fn groups_by_name_and_people_online_first() {
    assert_eq!(
        shown(&app()),
        [
            "Family 0/1",
            "  Mum",
            "Friends 2/3",
            "  Bob",
            "  Carol",
            "  Zoe",
            "Other Contacts 1/1",
            "  erin@example.com",
            "Blocked 0/1",
            "  Mallory"
        ]
    );
}

#[test]
fn people_who_wait_are_on_top_and_empty_groups_are_shown() {
    let mut app = app();
    let mut roster = app.roster.clone();
    roster.people.retain(|person| person.name != "Mum");
    roster.people.push(crate::chat::fixtures::person("dan", "Dan", 8, 0, None));
    app.set_roster(roster);
    assert_eq!(shown(&app)[..3], ["Waiting for an answer 0/1", "  Dan", "Family 0/0"]);
}

#[test]
fn the_selection_stays_on_the_person() {
    let mut app = app();
    app.hit(KeyCode::Down);
    app.hit(KeyCode::Down);
    assert_eq!(app.selected_person(), Some(handle("bob")));
    let mut roster = app.roster.clone();
    roster.people[0].status = None;
    app.set_roster(roster.clone());
    assert_eq!(shown(&app)[3..6], ["  Carol", "  Bob", "  Zoe"]);
    assert_eq!(app.selected_person(), Some(handle("bob")));
    roster.people.remove(0);
    app.set_roster(roster);
    assert_eq!(app.selected_person(), Some(handle("zoe")));
}

#[test]
fn enter_opens_or_folds() {
    let mut app = app();
    app.hit(KeyCode::Up);
    app.hit(KeyCode::Enter);
    assert_eq!(shown(&app)[..2], ["+ Family 0/1", "Friends 2/3"]);
    app.hit(KeyCode::Right);
    app.hit(KeyCode::Down);
    let actions = app.hit(KeyCode::Enter);
    assert_eq!(actions, [Action::Open { tab: app.tab().id, with: handle("mum") }]);
    assert_eq!(app.focus, Focus::Line);
    app.hit(KeyCode::Esc);
    app.hit(KeyCode::Left);
    assert_eq!(shown(&app)[0], "+ Family 0/1");
}

#[test]
fn letters_find_somebody() {
    let mut app = app();
    app.hit(KeyCode::Char('C'));
    app.hit(KeyCode::Char('a'));
    assert_eq!(shown(&app), ["Friends 1/1", "  Carol"]);
    let actions = app.hit(KeyCode::Enter);
    assert_eq!(actions, [Action::Open { tab: app.tab().id, with: handle("carol") }]);
    app.hit(KeyCode::Esc);
    assert_eq!(shown(&app).len(), 10);
    app.hit(KeyCode::Char('q'));
    assert_eq!(shown(&app).len(), 0);
    assert_eq!(app.hit(KeyCode::Enter), []);
    app.hit(KeyCode::Esc);
    assert_eq!(shown(&app).len(), 10);
}
