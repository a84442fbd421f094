//! The terminal: taken over at the start, given back in every case.

use std::io::{self, Write};
use std::panic;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use anyhow::Context;
use ratatui::DefaultTerminal;
use ratatui::Terminal;
use ratatui::backend::CrosstermBackend;
use ratatui::crossterm::event::{
    DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange,
};
use ratatui::crossterm::execute;
use ratatui::crossterm::terminal::{
    EnterAlternateScreen, LeaveAlternateScreen, SetTitle, disable_raw_mode, enable_raw_mode,
};
use tokio::sync::mpsc::Sender;

use super::draw;
use super::state::App;
use super::wake::Wake;

/// Whether the terminal is to be given back. That is done once: a terminal that is given back
/// twice puts the cursor back to where it once was, over the text that was written since.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The terminal while the messenger has it. Dropping it gives it back.
pub(super) struct Screen {
    terminal: DefaultTerminal,
    title: String,
}

impl Screen {
    /// Takes the terminal over. When this thread panics the terminal is given back first, so that
    /// the message can be read; a panic elsewhere ends the messenger by way of `wakes`.
    pub(super) fn take_over(wakes: Sender<Wake>) -> anyhow::Result<Self> {
        let failed = "the terminal cannot be taken over";
        mind_panics(wakes);
        enable_raw_mode().context(failed)?;
        // From here on there is something to give back, also if a step below fails.
        TAKEN.store(true, Ordering::SeqCst);
        let begin = execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange);
        let terminal = begin.and_then(|()| Terminal::new(CrosstermBackend::new(io::stdout())));
        match terminal {
            Ok(terminal) => Ok(Self { terminal, title: String::new() }),
            Err(error) => {
                give_back();
                Err(error).context(failed)
            }
        }
    }

    /// Draws the state.
    pub(super) fn draw(&mut self, app: &mut App) -> anyhow::Result<()> {
        let failed = "the terminal cannot be drawn on";
        // Before the drawing rather than in it: the state has to know the size when it lays out.
        self.terminal.autoresize().context(failed)?;
        app.screen = self.terminal.get_frame().area();
        self.terminal.draw(|frame| draw::screen(frame, app)).context(failed)?;
        let title = match app.unread() {
            0 => format!("Papillon – {}", app.roster.own),
            unread => format!("({unread}) Papillon – {}", app.roster.own),
        };
        if title != self.title {
            // A window without a title is no harm.
            let _ = execute!(io::stdout(), SetTitle(&title));
            self.title = title;
        }
        Ok(())
    }

    /// Forgets the content of the screen, so that all of it is drawn next time.
    pub(super) fn forget(&mut self) -> anyhow::Result<()> {
        self.terminal.clear().context("the terminal cannot be cleared")
    }

    /// Rings the bell.
    pub(super) fn ring(&self) {
        let mut out = io::stdout();
        // The mark of the tab says the same without a bell.
        let _ = out.write_all(b"\x07").and_then(|()| out.flush());
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        give_back();
    }
}

/// Restores the terminal, as far as it can be.
fn give_back() {
    if !TAKEN.swap(false, Ordering::SeqCst) {
        return;
    }
    // Each step by itself: one that fails must not keep the others from being done.
    let _ = disable_raw_mode();
    let _ = execute!(
        io::stdout(),
        SetTitle(""),
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        ratatui::crossterm::cursor::Show
    );
}

fn mind_panics(wakes: Sender<Wake>) {
    // The drawing thread alone has the screen. A panic elsewhere, in a task or in the thread of the keys, must not print
    // over it.
    let own = thread::current().id();
    let before = panic::take_hook();
    panic::set_hook(Box::new(move |what| {
        if thread::current().id() == own {
            give_back();
            before(what);
        } else {
            // With a full channel the messenger is busy, and goes on without that thread.
            let what = what.to_string().replace('\n', " ");
            let _ = wakes.try_send(Wake::Panicked(what));
        }
    }));
}
