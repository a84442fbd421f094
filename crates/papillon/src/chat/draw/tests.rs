//! The screen as lines of text.

mod screens;

use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;

use super::*;

/// The screen of a state.
pub(crate) fn drawn(app: &App) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(app.screen.width, app.screen.height)).unwrap();
    terminal.draw(|frame| screen(frame, app)).unwrap();
    terminal.backend().buffer().clone()
}

/// Its lines, without blanks at their ends.
fn lines(app: &App) -> Vec<String> {
    let buffer = drawn(app);
    let width = usize::from(buffer.area.width).max(1);
    let row = |cells: &[ratatui::buffer::Cell]| {
        let mut line = String::new();
        let mut hidden = 0;
        for cell in cells {
            if hidden == 0 {
                line.push_str(cell.symbol());
                hidden = crate::chat::wrap::width(cell.symbol()).max(1);
            }
            hidden -= 1;
        }
        line.trim_end().to_owned()
    };
    buffer.content.chunks(width).map(row).collect()
}
