//! The help: all keys and commands.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear, Paragraph};

use crate::chat::command::COMMANDS;
use crate::chat::draw::theme::Theme;
use crate::chat::state::App;
use crate::chat::wrap::{pad, wrap};

const KEYS: &[(&str, &str)] = &[
    ("Esc", "to the contact list"),
    ("↑ ↓ Enter", "in the list: choose somebody, open the conversation"),
    ("← → Enter", "in the list: fold and unfold a group"),
    ("letters", "in the list: answer the conversation that waits, or find somebody; Esc forgets it"),
    ("Tab, Ctrl-N", "next tab; completes a command that is being written"),
    ("Shift-Tab, Ctrl-P", "previous tab; Alt-1 to Alt-9 go to a tab"),
    ("Enter", "send; Alt-Enter or Ctrl-J begins a new line"),
    ("↑ ↓", "the lines that you sent before"),
    ("PgUp PgDn", "read back; Ctrl-Home and Ctrl-End go to the ends"),
    ("Ctrl-U", "empty the line"),
    ("Ctrl-A E W K", "begin, end, delete word, to the end"),
    ("F2 F3 F4", "somebody added you: add them too, block them, later"),
    ("Ctrl-L", "draw everything anew"),
    ("Ctrl-C, Ctrl-Q", "sign out and leave"),
];

const SIGNS: &[(&str, &str)] = &[
    ("● ◐ ◆ ○", "online, away, busy, offline"),
    ("⊘ ? ~", "blocked; waits for an answer; has not added you"),
];

const NOTES: &str = "WHO is an address, or the beginning of a name. Without it, the person in this tab is \
    meant, or the one selected in the list. // begins a text with a slash.";

/// The widest the help gets.
const WIDTH: u16 = 76;
/// The cells for a key or a command.
const LEFT: usize = 18;

/// The last line that can be the first one shown.
pub(crate) fn last(screen: Rect) -> usize {
    let (place, lines) = (place(screen), lines(Theme { colour: false }, screen.width));
    // Two lines are the border.
    lines.len().saturating_sub(usize::from(place.height).saturating_sub(2))
}

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect, first: usize) {
    let place = place(area);
    let last = last(area);
    let more = if last > 0 { " ↑ ↓ for more, any other key goes back " } else { " any key goes back " };
    let block = Block::bordered().title(" Keys and commands ").title_bottom(more);
    let shown: Vec<Line<'_>> = lines(app.theme, area.width).into_iter().skip(first.min(last)).collect();
    frame.render_widget(Clear, place);
    frame.render_widget(Paragraph::new(shown).block(block), place);
}

/// In the middle of the screen.
fn place(area: Rect) -> Rect {
    let wanted = lines(Theme { colour: false }, area.width).len().saturating_add(2);
    let (width, height) = (area.width.min(WIDTH), area.height.min(u16::try_from(wanted).unwrap_or(u16::MAX)));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}

fn lines(theme: Theme, width: u16) -> Vec<Line<'static>> {
    let room = usize::from(width.min(WIDTH).saturating_sub(4));
    let entry = |left: &str, right: &str| {
        let mut lines = wrap(&[Span::raw(right)], room.saturating_sub(LEFT + 1));
        for (number, line) in lines.iter_mut().enumerate() {
            let left = if number == 0 { left } else { "" };
            line.spans.insert(0, Span::styled(format!(" {} ", pad(left, LEFT)), theme.strong()));
        }
        lines
    };
    let keys = KEYS.iter().flat_map(|(key, does)| entry(key, does));
    let commands = COMMANDS.iter().flat_map(|usage| {
        let left = format!("/{} {}", usage.name, usage.arguments);
        entry(&left, usage.help)
    });
    let signs = SIGNS.iter().flat_map(|(sign, means)| entry(sign, means));
    let notes = wrap(&[Span::styled(NOTES, theme.dim())], room).into_iter().map(|mut line| {
        line.spans.insert(0, Span::raw(" "));
        line
    });
    let blank = || std::iter::once(Line::default());
    keys.chain(blank()).chain(commands).chain(blank()).chain(notes).chain(blank()).chain(signs).collect()
}
