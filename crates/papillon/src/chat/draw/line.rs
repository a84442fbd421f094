//! The lines at the bottom: a question, the last notice, the input line, and the keys.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::{Line, Span};

use crate::chat::layout::PROMPT;
use crate::chat::state::{App, Connection, Focus, Tone};
use crate::chat::wrap::{cut, width};

pub(super) fn draw_question(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let Some(who) = app.questions.front() else { return };
    let name = app.name_of(who);
    let keys = "  F2 add  F3 block  F4 later";
    let who = if name == who.as_str() { name } else { format!("{name} ({who})") };
    let more = match app.questions.len() {
        1 => String::new(),
        count => format!(" [1 of {count}]"),
    };
    let tail = format!(" has added you.{more}");
    // A long name is cut: without its keys the line would be of no use.
    let room = usize::from(area.width).saturating_sub(1 + width(&tail) + keys.len());
    let line = Line::from(vec![
        Span::raw(" "),
        Span::styled(cut(&who, room), app.theme.attention()),
        Span::styled(tail, app.theme.attention()),
        Span::styled(keys, app.theme.strong()),
    ]);
    super::put(frame, area, line);
}

pub(super) fn draw_notice(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let room = usize::from(area.width).saturating_sub(2);
    if let Connection::Over(why) = &app.connection {
        let text = format!("{why}. Any key leaves; PgUp, PgDn and Tab let you read on.");
        return super::put(
            frame,
            area,
            Line::styled(format!(" {}", cut(&text, room)), app.theme.tone(Tone::Bad)),
        );
    }
    let Some(notice) = &app.notice else { return };
    let line = Line::styled(format!(" {}", cut(&notice.text, room)), app.theme.tone(notice.tone));
    super::put(frame, area, line);
}

pub(super) fn draw_input(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let writes = super::writes(app);
    let prompt = if writes { app.theme.strong() } else { app.theme.dim() };
    super::put(frame, Rect { width: PROMPT, height: 1, ..area }, Line::styled("> ", prompt));
    let shape = app.line().shape(crate::chat::layout::input_room(app.screen));
    let height = usize::from(area.height);
    // Of a long text the rows up to the cursor are shown.
    let first = (shape.y + 1).saturating_sub(height);
    let x = area.x + PROMPT;
    for (y, row) in (area.y..area.bottom()).zip(shape.rows.iter().skip(first)) {
        let place = Rect { x, y, width: area.width.saturating_sub(PROMPT), height: 1 };
        super::put(frame, place, Line::raw(row.as_str()));
    }
    let hint = match waiting_for_letters(app) {
        Some(whom) => Some(format!("type to answer {whom}")),
        None if writes && app.tab().talk.is_none() => {
            Some(String::from("commands begin with a slash, such as /add bob@example.com"))
        }
        None => None,
    };
    if let (true, Some(hint)) = (app.line().is_empty(), hint) {
        super::put(frame, Rect { x, height: 1, ..area }, Line::styled(hint, app.theme.dim()));
    }
    if writes {
        let (column, row) = (u16::try_from(shape.x), u16::try_from(shape.y - first.min(shape.y)));
        let cursor = Position::new(x + column.unwrap_or(0), area.y + row.unwrap_or(0));
        if area.contains(cursor) {
            frame.set_cursor_position(cursor);
        }
    }
}

pub(super) fn draw_keys(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let letters = match waiting_for_letters(app) {
        Some(whom) => format!("answer {}", cut(&whom, 12)),
        None => String::from("find"),
    };
    let keys: &[(&str, &str)] = match app.focus {
        Focus::List => &[
            ("F1", "help"),
            ("Enter", "open"),
            ("←→", "fold"),
            ("a-z", &letters),
            ("/", "command"),
            ("Tab", "tabs"),
            ("Ctrl-Q", "quit"),
        ],
        Focus::Line => &[
            ("F1", "help"),
            ("Enter", "send"),
            ("Alt-Enter", "line"),
            ("PgUp", "back"),
            ("Tab", "tabs"),
            ("Esc", "list"),
            ("Ctrl-Q", "quit"),
        ],
    };
    let mut spans = vec![Span::raw(" ")];
    let mut used = 1;
    for (key, does) in keys {
        used += width(key) + 1 + width(does) + 2;
        // The two blanks after the last one may be cut off.
        if used > usize::from(area.width) + 2 {
            break;
        }
        spans.push(Span::styled(*key, app.theme.strong()));
        spans.push(Span::styled(format!(" {does}  "), app.theme.dim()));
    }
    super::put(frame, area, Line::from(spans));
}

/// The person that letters answer: in the contact list without a search, and in the first tab.
fn waiting_for_letters(app: &App) -> Option<String> {
    let index = app.waiting().filter(|_| app.writes_nowhere())?;
    let who = app.tabs[index].only();
    Some(who.map_or_else(|| String::from("them"), |who| app.name_of(who)))
}
