//! The first line: the account, its status, and whether the service is there.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

use crate::chat::state::{App, Connection, Tone};
use crate::chat::status;
use crate::chat::wrap::{cut, width};

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let theme = app.theme;
    let right = match &app.connection {
        Connection::Up => match app.unread() {
            0 => Span::styled("Papillon ", theme.dim()),
            1 => Span::styled("1 new message ", theme.attention()),
            unread => Span::styled(format!("{unread} new messages "), theme.attention()),
        },
        Connection::Returning => Span::styled("not connected – trying again … ", theme.attention()),
        Connection::Leaving => Span::styled("signing out … ", theme.attention()),
        Connection::Over(_) => Span::styled("signed out ", theme.tone(Tone::Bad)),
    };
    let is_up = app.connection == Connection::Up;
    let (sign, look) = theme.status(is_up.then_some(app.roster.status));
    let own = &app.roster;
    let name = if own.name.is_empty() { own.own.as_str() } else { &own.name };
    let status = if is_up { status::words(own.status) } else { "not signed in" };
    let address = if name == own.own.as_str() { String::new() } else { format!("  {}", own.own) };
    let room = usize::from(area.width).saturating_sub(right.width() + width(status) + 8);
    let name = cut(name, room);
    let address = cut(&address, room.saturating_sub(width(&name)));
    let left = Line::from(vec![
        Span::raw(" "),
        Span::styled(sign, look),
        Span::raw(" "),
        Span::styled(name, theme.strong()),
        Span::styled(address, theme.dim()),
        Span::styled(" · ", theme.dim()),
        Span::styled(status, look),
    ]);
    super::put(frame, area, left);
    let width = u16::try_from(right.width()).unwrap_or(area.width).min(area.width);
    super::put(frame, Rect { x: area.right() - width, width, ..area }, Line::from(right));
}
