//! The names of the tabs, and the people in the one that is shown.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::chat::state::{App, Focus, Tab};
use crate::chat::status;
use crate::chat::wrap::{cut, width};

/// No tab's name is longer.
const MAX_NAME: usize = 20;

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let names: Vec<String> = app.tabs.iter().enumerate().map(|(index, tab)| label(app, index, tab)).collect();
    let room = usize::from(area.width);
    let first = first_shown(&names, app.current, room);
    let mut spans = Vec::new();
    if first > 0 {
        spans.push(Span::styled("‹", app.theme.dim()));
    }
    for (index, name) in names.into_iter().enumerate().skip(first) {
        let style = if index == app.current {
            app.theme.selected(app.focus == Focus::Line).patch(app.theme.strong())
        } else if app.tabs[index].unread > 0 {
            app.theme.attention()
        } else {
            app.theme.dim()
        };
        spans.push(Span::styled(name, style));
        spans.push(Span::raw(" "));
    }
    super::put(frame, area, Line::from(spans));
}

/// The first tab that is shown so that the current one is too.
fn first_shown(names: &[String], current: usize, room: usize) -> usize {
    // For the mark of hidden tabs, and the blank that ends the line.
    let mut used = 2;
    let mut first = current;
    // From the current one to the left, as far as there is room: those to the right are cut off by the window.
    for (index, name) in names.iter().enumerate().take(current + 1).rev() {
        used += width(name) + 1;
        if used > room {
            break;
        }
        first = index;
    }
    first
}

fn label(app: &App, index: usize, tab: &Tab) -> String {
    let name = match &tab.talk {
        None => String::from("Events"),
        Some(talk) => talk.with.iter().map(|who| app.name_of(who)).collect::<Vec<_>>().join(", "),
    };
    let typing = if tab.talk.as_ref().is_some_and(|talk| !talk.typing.is_empty()) { " …" } else { "" };
    let unread = if tab.unread > 0 { format!(" ({})", tab.unread) } else { String::new() };
    format!(" {} {}{unread}{typing} ", index + 1, cut(&name, MAX_NAME))
}

/// The addresses too: names can be anything.
pub(super) fn draw_title(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let room = usize::from(area.width).saturating_sub(6);
    let mut text = match &app.tab().talk {
        None => String::from("what happened"),
        Some(talk) => talk.with.iter().map(|who| who.to_string()).collect::<Vec<_>>().join(", "),
    };
    if let Some(who) = app.tab().only() {
        match app.roster.find(who) {
            Some(person) if person.is_blocked() => text.push_str(" · blocked"),
            Some(person) if person.is_listed() => {
                text.push_str(" · ");
                text.push_str(person.status.map_or("offline", status::words));
            }
            _ => text.push_str(" · not on your list"),
        }
    }
    let text = format!(" {} ", cut(&text, room));
    let style = app.theme.dim();
    let rest = usize::from(area.width).saturating_sub(2 + width(&text));
    let line =
        Line::from(vec![Span::styled("──", style), Span::raw(text), Span::styled("─".repeat(rest), style)]);
    super::put(frame, area, line);
}
