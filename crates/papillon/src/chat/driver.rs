//! The driver between the state, the client and the terminal: it gives events to the state, and carries
//! out the actions that the state asks for.

mod actions;
mod home;
mod input;
mod requests;
mod signals;

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use anyhow::bail;
use msnp_client::{Client, Conversation, ConversationId, Events};
use tokio::sync::mpsc::{self, Sender};

use super::action::Action;
use super::clock::{Moment, Stamp};
use super::draw::theme::Theme;
use super::state::{App, Connection, Roster};
use super::terminal::Screen;
use super::wake::Wake;
use crate::control::Said;

/// The most wake-ups that can wait; a task with one more waits too.
const WAITING: usize = 256;
/// The interval at which the driver checks whether time changed anything.
const TICK: Duration = Duration::from_millis(500);

/// The options of the messenger.
pub(super) struct Setup {
    /// The folder for received files.
    pub(super) downloads: PathBuf,
    /// No bell.
    pub(super) mute: bool,
    /// Classic codes are shown as emoji.
    pub(super) emoji: bool,
}

/// The sources of wake-ups.
pub(super) struct Source {
    /// At the service.
    pub(super) events: Events,
    /// Messages of other commands.
    pub(super) said: mpsc::Receiver<Said>,
    /// The way in for other commands, until the account is signed out for good.
    #[cfg(unix)]
    pub(super) socket: Option<crate::control::LocalSocket>,
}

/// All that the actions need.
struct Driver {
    client: Client,
    setup: Setup,
    wakes: Sender<Wake>,
    talks: HashMap<ConversationId, Conversation>,
    screen: Screen,
    began: Instant,
    /// People or names changed; asked for once before drawing.
    stale: bool,
    done: bool,
}

/// Runs the messenger until the user leaves or the account is signed out for good.
pub(super) async fn run(client: Client, source: Source, setup: Setup) -> anyhow::Result<()> {
    let (sender, mut wakes) = mpsc::channel(WAITING);
    // Before the terminal is taken over: a signal in between would end the program and leave the terminal raw.
    signals::forward(sender.clone())?;
    let screen = Screen::take_over(sender.clone())?;
    input::read(sender.clone())?;
    tokio::spawn(forward(source, sender.clone()));

    let talks = HashMap::new();
    let began = Instant::now();
    let mut driver = Driver { client, setup, wakes: sender, talks, screen, began, stale: false, done: false };
    let mut app = App::new(Roster::of(&driver.client), driver.now());
    app.theme = Theme::from_environment();
    app.emoji = driver.setup.emoji;
    let mut ticks = tokio::time::interval(TICK);
    driver.screen.draw(&mut app)?;
    while !driver.done {
        let changed = tokio::select! {
            wake = wakes.recv() => {
                let mut next = wake;
                // All that waits already, before one drawing: drawing for each would fall behind in a burst of events.
                // At most one queue full: a flood of events must not keep the screen from being drawn.
                for _ in 0..WAITING {
                    let Some(wake) = next else { break };
                    app.tick(driver.now());
                    driver.wake(&mut app, wake).await?;
                    next = wakes.try_recv().ok();
                }
                true
            }
            _ = ticks.tick() => app.tick(driver.now()),
        };
        // Once for all events of this turn, since it copies the whole list.
        if std::mem::take(&mut driver.stale) {
            app.set_roster(Roster::of(&driver.client));
        }
        if changed {
            driver.screen.draw(&mut app)?;
        }
    }
    // It gives the terminal back, so that an error is printed below the prompt and not on the screen that goes away.
    drop(driver);
    match app.connection {
        Connection::Over(why) => bail!("{why}"),
        Connection::Up | Connection::Returning | Connection::Leaving => Ok(()),
    }
}

/// Passes the client's events on.
async fn forward(mut source: Source, wakes: Sender<Wake>) {
    loop {
        let wake = tokio::select! {
            event = source.events.next() => match event {
                Some(event) => Wake::Client(Box::new(event)),
                None => break,
            },
            // Without senders this branch is off, and the events go on.
            Some(said) = source.said.recv() => Wake::Said(said),
        };
        if wakes.send(wake).await.is_err() {
            return;
        }
    }
    #[cfg(unix)]
    // Signed out for good: from now on other commands sign in by themselves.
    drop(source.socket);
    // Closed: the messenger ends already.
    let _ = wakes.send(Wake::End).await;
}

impl Driver {
    fn now(&self) -> Moment {
        Moment { elapsed: self.began.elapsed(), stamp: Stamp::now() }
    }

    async fn wake(&mut self, app: &mut App, wake: Wake) -> anyhow::Result<()> {
        let actions = match wake {
            Wake::Terminal(event) => app.handle_terminal(event),
            Wake::Client(event) => app.handle_event(*event),
            Wake::Said(said) => {
                app.said_elsewhere(&said);
                Vec::new()
            }
            Wake::End => app.handle_end(),
            Wake::Outcome(outcome) => app.handle_outcome(outcome),
            Wake::Signal => app.terminate(),
            Wake::Left | Wake::TerminalGone => vec![Action::Exit],
            Wake::Panicked(what) => bail!("a part of the program broke: {what}"),
        };
        for action in actions {
            self.carry_out(app, action).await?;
        }
        Ok(())
    }
}
