//! The contact list.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use crate::chat::state::{App, Focus, Person, Row, Section};
use crate::chat::status;
use crate::chat::wrap::{pad, width};

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let rows = app.rows();
    let mut area = area;
    if !app.list.filter.is_empty() {
        let found = Line::from(vec![
            Span::styled(" find: ", app.theme.dim()),
            Span::styled(app.list.filter.as_str(), app.theme.strong()),
        ]);
        super::put(frame, Rect { height: 1, ..area }, found);
        area.y += 1;
        area.height = area.height.saturating_sub(1);
    }
    if rows.is_empty() {
        empty(frame, app, area);
    }
    let selected = app.list.selected(&rows);
    let height = usize::from(area.height);
    let first = first_shown(selected, rows.len(), height);
    for (y, (index, row)) in (area.y..).zip(rows.iter().enumerate().skip(first).take(height)) {
        let mut line = match row {
            Row::Header { section, title, online, total, folded } => {
                header(app, *section, title, (*online, *total), *folded, area.width)
            }
            Row::Person { who, .. } => match app.roster.find(who) {
                Some(person) => entry(app, person, area.width),
                None => Line::default(),
            },
        };
        if index == selected {
            line = line.patch_style(app.theme.selected(app.focus == Focus::List));
        }
        super::put(frame, Rect { y, height: 1, ..area }, line);
    }
}

fn empty(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let text = if app.list.filter.is_empty() {
        "Nobody is on your list yet. Write /add and an address, such as /add bob@example.com"
    } else {
        "nobody is called so"
    };
    let inner = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let lines = super::wrap(&[Span::styled(text, app.theme.dim())], usize::from(inner.width));
    frame.render_widget(ratatui::widgets::Paragraph::new(lines), inner);
}

/// The list moves so that the selected line is in the middle, but never past its ends.
fn first_shown(selected: usize, rows: usize, height: usize) -> usize {
    selected.saturating_sub(height / 2).min(rows.saturating_sub(height))
}

fn header(
    app: &App,
    section: Section,
    title: &str,
    (online, total): (usize, usize),
    folded: bool,
    room: u16,
) -> Line<'static> {
    let style = if section == Section::Waiting { app.theme.attention() } else { app.theme.strong() };
    let count = match section {
        Section::Waiting | Section::Blocked => format!(" ({total})"),
        Section::Group(_) | Section::Others => format!(" ({online}/{total})"),
    };
    let sign = if folded { "▸ " } else { "▾ " };
    let room = usize::from(room).saturating_sub(3 + count.len());
    let title = crate::chat::wrap::cut(title, room);
    Line::from(vec![
        Span::styled(sign, app.theme.dim()),
        Span::styled(title, style),
        Span::styled(count, app.theme.dim()),
    ])
}

fn entry(app: &App, person: &Person, room: u16) -> Line<'static> {
    let theme = app.theme;
    let (mut sign, mut look) = theme.status(person.status);
    if person.is_blocked() {
        (sign, look) = ("⊘", theme.tone(crate::chat::state::Tone::Bad));
    } else if person.is_waiting() {
        (sign, look) = ("?", theme.attention());
    }
    let unread = match app.unread_from(&person.handle) {
        0 => String::new(),
        unread => format!(" {unread}"),
    };
    let mut state = match person.status {
        Some(status) if status != msnp::Status::Online => format!(" ({})", status::words(status)),
        _ => String::new(),
    };
    if person.is_listed() && !person.is_mutual() {
        state.push_str(" ~");
    }
    let name_look = if person.status.is_some() { Style::new() } else { theme.dim() };
    let name_look = if unread.is_empty() { name_look } else { theme.attention() };
    // Two blanks, the sign and a blank before the name, and one at the end.
    let room = usize::from(room).saturating_sub(5 + width(&unread));
    // A long name leaves room for the state, and takes the room that the state does not need.
    let state_room = width(&state).min(room / 2);
    let title_room = width(person.title()).min(room - state_room);
    Line::from(vec![
        Span::raw("  "),
        Span::styled(sign, look),
        Span::raw(" "),
        Span::styled(pad(person.title(), title_room), name_look),
        Span::styled(pad(&state, room - title_room), theme.dim()),
        Span::styled(unread, theme.attention()),
    ])
}
