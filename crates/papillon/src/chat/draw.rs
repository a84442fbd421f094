//! Drawing the state. Only the 16 colours of the terminal are used, so that every theme fits.

mod contacts;
mod file;
pub(crate) mod help;
mod line;
mod tabs;
pub(crate) mod theme;
mod top;
pub(crate) mod transcript;

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

use super::layout::{Panes, is_too_small};
use super::state::{App, Connection, Focus};
use super::wrap::wrap;

/// Draws everything. The state knows the size of the window already.
pub(crate) fn screen(frame: &mut Frame<'_>, app: &App) {
    let area = frame.area();
    // The two differ for one drawing when the window changes its size in between.
    if is_too_small(area) || is_too_small(app.screen) {
        let lines = wrap(&[Span::raw("Please make the window larger.")], usize::from(area.width));
        frame.render_widget(Paragraph::new(lines), area);
        return;
    }
    let panes = app.panes();
    top::draw(frame, app, panes.top);
    rules(frame, app, &panes);
    if let Some(list) = panes.list {
        contacts::draw(frame, app, list);
    }
    if let Some(pane) = panes.transcript {
        tabs::draw(frame, app, panes.tabs);
        tabs::draw_title(frame, app, panes.title);
        transcript::draw(frame, app, pane);
        transcript::draw_typing(frame, app, panes.typing);
    }
    if let Some(question) = panes.question {
        line::draw_question(frame, app, question);
    }
    line::draw_notice(frame, app, panes.notice);
    line::draw_input(frame, app, panes.input);
    line::draw_keys(frame, app, panes.keys);
    if let Some(first) = app.help {
        help::draw(frame, app, area, first);
    }
}

/// The lines between the parts.
fn rules(frame: &mut Frame<'_>, app: &App, panes: &Panes) {
    let style = app.theme.dim();
    for (rule, joint) in [(panes.rule, "┬"), (panes.floor, "┴")] {
        put(frame, rule, Line::styled("─".repeat(usize::from(rule.width)), style));
        if let Some(divider) = panes.divider {
            put(frame, Rect { x: divider.x, width: 1, ..rule }, Line::styled(joint, style));
        }
    }
    if let Some(divider) = panes.divider {
        let bar = vec![Line::styled("│", style); usize::from(divider.height)];
        frame.render_widget(Paragraph::new(bar), divider);
        put(frame, Rect { height: 1, y: panes.title.y, ..divider }, Line::styled("├", style));
    }
}

/// Draws one line, clipped to the window.
fn put(frame: &mut Frame<'_>, area: Rect, line: Line<'_>) {
    let area = area.intersection(frame.area());
    frame.render_widget(line, area);
}

/// Whether the keys go into the line below.
fn writes(app: &App) -> bool {
    app.focus == Focus::Line && app.help.is_none() && !matches!(app.connection, Connection::Over(_))
}

#[cfg(test)]
pub(crate) mod tests;
