//! The transcript on the screen.

use msnp::message::Effects;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use crate::chat::classic_emoticons;
use crate::chat::state::{App, Body, Delivery, Entry, Tab, Tone};
use crate::chat::wrap::{cut, width, wrap};

const FILE_IN: &str = "⇩ file";
const FILE_OUT: &str = "⇧ file";

pub(super) fn draw(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let tab = app.tab();
    let height = usize::from(area.height);
    let mut lines: Vec<Line<'_>> = Vec::new();
    // From the bottom up, and no more than are shown: laying out all 2,000 entries for each key would be slow.
    for entry in tab.transcript.entries().rev() {
        if lines.len() >= tab.transcript.scroll.saturating_add(height) {
            break;
        }
        lines.extend(self::lines(app, tab, entry, area.width).into_iter().rev());
    }
    // After the window became larger there may be less above than `scroll` says.
    let below = tab.transcript.scroll.min(lines.len().saturating_sub(height));
    let shown: Vec<Line<'_>> = lines.drain(below..).take(height).rev().collect();
    // The newest text is at the bottom, next to the input line.
    let free = area.height - u16::try_from(shown.len()).unwrap_or(area.height).min(area.height);
    frame.render_widget(Paragraph::new(shown), Rect { y: area.y + free, height: area.height - free, ..area });
}

/// Draws the people that type, and a mark when there is more below.
pub(super) fn draw_typing(frame: &mut Frame<'_>, app: &App, area: Rect) {
    let Some(talk) = &app.tab().talk else { return below(frame, app, area) };
    let names: Vec<String> = talk.typing.iter().map(|(who, _)| app.name_of(who)).collect();
    let text = match names.as_slice() {
        [] => String::new(),
        [one] => format!(" {one} is typing …"),
        several => format!(" {} are typing …", several.join(", ")),
    };
    super::put(frame, area, Line::styled(cut(&text, usize::from(area.width)), app.theme.dim()));
    below(frame, app, area);
}

fn below(frame: &mut Frame<'_>, app: &App, area: Rect) {
    if app.tab().transcript.scroll == 0 {
        return;
    }
    let text = " ↓ more below: PgDn, Ctrl-End ";
    let width = u16::try_from(width(text)).unwrap_or(0).min(area.width);
    let place = Rect { x: area.right() - width, width, ..area };
    super::put(frame, place, Line::styled(text, app.theme.attention()));
}

/// An entry as it is drawn in a pane of this width.
pub(crate) fn lines(app: &App, tab: &Tab, entry: &Entry, pane: u16) -> Vec<Line<'static>> {
    let theme = app.theme;
    match &entry.body {
        Body::Day => {
            let text = cut(&format!(" {} ", entry.at.day_in_words()), usize::from(pane));
            let rest = usize::from(pane).saturating_sub(width(&text));
            let (left, right) = ("─".repeat(rest / 2), "─".repeat(rest - rest / 2));
            vec![Line::styled(format!("{left}{text}{right}"), theme.dim())]
        }
        Body::Heard { from, name, text, effects, shortcuts } => {
            let name = Span::styled(name.clone(), theme.other(from));
            let mut spans = mark(app, text, look(*effects), shortcuts);
            if tab.talk.is_none() {
                // Among the events there is no room for names beside the texts.
                spans.splice(0..0, [name.clone(), Span::raw(": ")]);
                return beside(app, tab, entry, Span::raw("·"), &spans, pane);
            }
            beside(app, tab, entry, name, &spans, pane)
        }
        Body::Said { text, delivery } => {
            let style = if *delivery == Delivery::Sending { theme.dim() } else { Style::new() };
            let mut spans = mark(app, text, style, &app.roster.emoticons);
            if let Delivery::Failed(why) = delivery {
                spans.push(Span::styled(format!("\n✗ not delivered: {why}"), theme.tone(Tone::Bad)));
            }
            let own = Span::styled(own_name(app).to_owned(), theme.own());
            beside(app, tab, entry, own, &spans, pane)
        }
        Body::Note { text, tone } => {
            let sign = Span::styled(if *tone == Tone::Bad { "!" } else { "·" }, theme.tone(*tone));
            beside(app, tab, entry, sign, &[Span::styled(text.as_str(), theme.tone(*tone))], pane)
        }
        Body::File(id) => {
            let Some(file) = app.transfers.get(*id) else { return Vec::new() };
            let sign = Span::styled(if file.sending { FILE_OUT } else { FILE_IN }, theme.tone(Tone::Plain));
            beside(app, tab, entry, sign, &super::file::spans(app, *id, file), pane)
        }
    }
}

/// The time, a name, and beside them the text in lines.
fn beside(
    app: &App,
    tab: &Tab,
    entry: &Entry,
    name: Span<'static>,
    text: &[Span<'_>],
    pane: u16,
) -> Vec<Line<'static>> {
    let room = usize::from(pane);
    let column = name_column(app, tab).min(room / 5).max(1);
    let dim = app.theme.dim();
    let time = format!(" {} ", entry.at);
    let content = cut(&name.content, column);
    let blank = " ".repeat(column - width(&content));
    let indent = " ".repeat(time.len() + column);
    let bar = " │ ";
    let mut lines = wrap(text, room.saturating_sub(indent.len() + width(bar) + 1));
    for (number, line) in lines.iter_mut().enumerate() {
        let mut spans = if number == 0 {
            let name = Span::styled(content.clone(), name.style);
            vec![Span::styled(time.clone(), dim), Span::raw(blank.clone()), name]
        } else {
            vec![Span::raw(indent.clone())]
        };
        spans.push(Span::styled(bar, dim));
        spans.append(&mut line.spans);
        line.spans = spans;
    }
    lines
}

/// The cells for names: as many as the longest in the conversation has, up to a limit.
fn name_column(app: &App, tab: &Tab) -> usize {
    let Some(talk) = &tab.talk else { return 1 };
    let others = talk.with.iter().map(|who| width(&app.name_of(who))).max().unwrap_or(0);
    others.max(width(own_name(app))).clamp(width(FILE_IN), 14)
}

fn own_name(app: &App) -> &str {
    if app.roster.name.is_empty() { app.roster.own.as_str() } else { &app.roster.name }
}

fn look(effects: Effects) -> Style {
    let mut style = Style::new();
    for (has, modifier) in [
        (effects.bold, Modifier::BOLD),
        (effects.italic, Modifier::ITALIC),
        (effects.underline, Modifier::UNDERLINED),
        (effects.strike_out, Modifier::CROSSED_OUT),
    ] {
        if has {
            style = style.add_modifier(modifier);
        }
    }
    style
}

/// Marks the letters that stand for somebody's own pictures; where several fit, the longest counts. Classic codes
/// become emoji.
fn mark<'a>(app: &App, text: &'a str, style: Style, shortcuts: &[String]) -> Vec<Span<'a>> {
    let marked = style.patch(app.theme.emoticon());
    let plain = |text: &'a str| match app.emoji {
        true => Span::styled(classic_emoticons::shown(text), style),
        false => Span::styled(text, style),
    };
    let mut spans = Vec::new();
    let mut rest = text;
    loop {
        let found = shortcuts.iter().filter(|shortcut| !shortcut.is_empty()).filter_map(|shortcut| {
            rest.find(shortcut.as_str()).map(|at| (at, std::cmp::Reverse(shortcut.len())))
        });
        // The first place in the text, and there the longest.
        let Some((at, std::cmp::Reverse(length))) = found.min() else { break };
        let (before, from) = rest.split_at(at);
        let (shortcut, after) = from.split_at(length);
        spans.push(plain(before));
        spans.push(Span::styled(shortcut, marked));
        rest = after;
    }
    spans.push(plain(rest));
    spans
}
