//! A session of commands from one place, many at once.

use std::future::{Future, poll_fn};
use std::sync::Arc;
use std::task::Poll;

use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc, watch};

use super::answer::Fields;
use super::desk::{Desk, Origin};
use super::lines::Line;
use super::request::Request;
use super::{Command, Context, Rejection, carry_out};

/// So many commands are under way at once; before there is room for one more, none is read.
const MAX_AT_ONCE: u32 = 64;
/// So many files and pictures, which may take minutes, are under way besides; more are refused.
const MAX_SLOW: u32 = 64;

/// One at a time, in the order in which they come: a change of several steps, such as a block, is made whole
/// before the next begins.
const CHANGES_AT_ONCE: usize = 1;

/// The end of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The program is to end.
    Quit,
    /// There are no more commands.
    NoMore,
}

/// Carries out the commands in these lines until there are no more, and all are answered.
pub(super) async fn serve(
    context: Context,
    origin: Origin,
    mut lines: mpsc::Receiver<Line>,
    out: mpsc::Sender<Value>,
) -> End {
    let (gone, hung_up) = watch::channel(false);
    let desk = Desk { context, origin, out, hung_up, turn: Arc::new(Semaphore::new(CHANGES_AT_ONCE)) };
    let rooms = (Arc::new(Semaphore::new(MAX_AT_ONCE as usize)), Arc::new(Semaphore::new(MAX_SLOW as usize)));
    let mut quit = None;
    while quit.is_none() {
        // The semaphores are never closed.
        let Ok(place) = Arc::clone(&rooms.0).acquire_owned().await else { break };
        // Not before there is a place for it: the sender's pipe fills up meanwhile, which slows it down.
        let Some(line) = lines.recv().await else { break };
        let Request { id, command } = Request::read(&line);
        match command {
            Err(rejection) => desk.answer(&id, Err(rejection)).await,
            Ok(Command::Quit {}) if origin == Origin::Owner => quit = Some(id),
            Ok(command) if !is_slow(&command) => desk.begin(id, command, place).await,
            // Refused rather than waited for: the `cancel` that frees a place could not be read meanwhile.
            Ok(command) => match Arc::clone(&rooms.1).try_acquire_owned() {
                Ok(place) => desk.begin(id, command, place).await,
                Err(_) => {
                    let text = format!("{MAX_SLOW} files and pictures are under way: wait for some of them");
                    desk.answer(&id, Err(Rejection::new("busy", text))).await;
                }
            },
        }
    }
    if quit.is_none() {
        // An error means that nobody looks.
        let _ = gone.send(true);
    }
    // All places are free when all commands have been answered.
    for (room, all) in [(&rooms.0, MAX_AT_ONCE), (&rooms.1, MAX_SLOW)] {
        let _ = room.acquire_many(all).await;
    }
    let Some(id) = quit else { return End::NoMore };
    desk.answer(&id, Ok(Fields::new())).await;
    End::Quit
}

const fn is_slow(command: &Command) -> bool {
    matches!(command, Command::SendFile { .. } | Command::Accept { .. } | Command::Picture { .. })
}

/// Whether it changes or tells the account's list, status, name or picture.
const fn is_change(command: &Command) -> bool {
    matches!(
        command,
        Command::Contacts {}
            | Command::Add { .. }
            | Command::Remove { .. }
            | Command::Block { .. }
            | Command::Unblock { .. }
            | Command::Status { .. }
            | Command::Name { .. }
            | Command::SetPicture { .. }
    )
}

impl Desk {
    /// Begins to carry out a command, and lets it finish by itself: texts are sent in their order.
    async fn begin(&self, id: Value, command: Command, place: OwnedSemaphorePermit) {
        let desk = self.clone();
        let mut work = Box::pin(async move {
            // The semaphore is never closed.
            let turn = if is_change(&command) { desk.turn.acquire().await.ok() } else { None };
            let outcome = carry_out::carry_out(&desk, &id, command).await;
            desk.answer(&id, outcome).await;
            drop((turn, place));
        });
        let first = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
        if first.is_pending() {
            tokio::spawn(work);
        }
    }
}
