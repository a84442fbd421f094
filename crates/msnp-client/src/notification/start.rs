//! The sign-in, at first and again after the connection broke.

use std::sync::{Arc, Weak};
use std::time::Duration;

use msnp::Status;
use rand::RngExt as _;
use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::handle::Command;
use super::session::{End, NotificationSession};
use crate::core::Core;
use crate::login;
use crate::{Event, Reconnect, SignInError, SignedOut};

/// Signs in, fetches the lists, and goes on in a task of its own.
pub(crate) async fn start(
    core: &Arc<Core>,
    commands: mpsc::Receiver<Command>,
    status: Status,
) -> Result<(), SignInError> {
    let session = sign_in(core, status).await?;
    // The task must not keep the client alive that it serves.
    tokio::spawn(run(Arc::downgrade(core), session, commands));
    Ok(())
}

async fn sign_in(core: &Arc<Core>, status: Status) -> Result<NotificationSession, SignInError> {
    let signed_in = login::sign_in(&core.settings, &core.account, &core.password).await?;
    core.own.write().name = signed_in.name;
    let mut session = NotificationSession::new(signed_in.wire, core.settings.gateway.is_none());
    session.synchronise(core, status).await?;
    // Only now: `is_connected` promises that the lists are here.
    core.notification.note_signed_in();
    Ok(session)
}

/// One connection after the other.
async fn run(core: Weak<Core>, mut session: NotificationSession, mut commands: mpsc::Receiver<Command>) {
    loop {
        let (end, done) = session.run(&core, &mut commands).await;
        let reason = match end {
            End::Asked => SignedOut::Asked,
            End::Elsewhere => SignedOut::Elsewhere,
            End::ServiceClosing => SignedOut::ServiceClosing,
            End::Lost => SignedOut::ConnectionLost,
        };
        if let Some(core) = core.upgrade() {
            core.notification.note_signed_out(reason);
        }
        session.close().await;
        let Some(strong) = core.upgrade() else { return };
        strong.roster.write().all_offline();
        let policy = strong.settings.reconnect.clone().filter(|_| end.allows_return());
        let will_retry = policy.is_some();
        // Without a retry `finish` tells, after all requests were refused: that event is the last one.
        if will_retry {
            strong.events.emit(Event::SignedOut { reason, will_retry });
        }
        let again = match policy {
            Some(policy) => {
                let status = strong.own.read().status;
                // For the time of the wait, which has no limit: the last handle of the program ends it.
                drop(strong);
                come_back(&core, &policy, status, &mut commands).await
            }
            None => None,
        };
        let Some(next) = again else { return finish(&core, &mut commands, reason, done).await };
        session = next;
        if let Some(core) = core.upgrade() {
            core.events.emit(Event::SignedIn);
            core.events.emit(Event::RosterChanged);
        }
    }
}

/// No more requests are taken.
async fn finish(
    core: &Weak<Core>,
    commands: &mut mpsc::Receiver<Command>,
    reason: SignedOut,
    done: Option<tokio::sync::oneshot::Sender<()>>,
) {
    commands.close();
    while let Ok(command) = commands.try_recv() {
        refuse(command);
    }
    if let Some(done) = done {
        // The caller may have given up.
        let _ = done.send(());
    }
    if let Some(core) = core.upgrade() {
        core.events.last(Event::SignedOut { reason, will_retry: false }).await;
    }
}

/// The refusal of a request while there is no connection. The handle words the error.
fn refuse(command: Command) {
    match command {
        Command::Ask { reply, .. } => drop(reply),
        Command::SignOut(done) => drop(done.send(())),
    }
}

/// Tries to sign in again. `None` when that is not wanted or not possible any more.
async fn come_back(
    core: &Weak<Core>,
    policy: &Reconnect,
    status: Status,
    commands: &mut mpsc::Receiver<Command>,
) -> Option<NotificationSession> {
    let mut pause = policy.first;
    let mut attempt = 0;
    let mut is_told = false;
    while policy.attempts.is_none_or(|attempts| attempt < attempts) {
        attempt += 1;
        // Many clients lose their connection at the same moment; they should not all come back at
        // the same one.
        let jitter = rand::rng().random_range(0.75..1.25);
        if !wait(Instant::now() + pause.mul_f64(jitter), commands).await {
            return None;
        }
        // A policy of zero would try without any pause, and would never get to anything else.
        pause = (pause * 2).min(policy.longest).max(Duration::from_millis(10));
        let strong = core.upgrade()?;
        match sign_in(&strong, status).await {
            Ok(session) => return Some(session),
            // These stay as they are until a person does something, and each wrong password counts against the account.
            Err(
                error @ (SignInError::WrongPassword
                | SignInError::LoginRefused { .. }
                | SignInError::Untrusted(_)),
            ) => {
                strong.events.emit(Event::Error { text: error.to_string() });
                return None;
            }
            Err(error) => {
                tracing::info!(%error, attempt, "not signed in again yet");
                let is_refused =
                    matches!(error, SignInError::AddressRefused { .. } | SignInError::GatewayRefused { .. });
                // It may end, as a ban does. The user is told once.
                if is_refused && !std::mem::replace(&mut is_told, true) {
                    strong.events.emit(Event::Error { text: format!("not signed in again yet: {error}") });
                }
            }
        }
    }
    None
}

/// Waits while refusing requests; `false` when the caller signs out, or no handle of the client is
/// left.
async fn wait(until: Instant, commands: &mut mpsc::Receiver<Command>) -> bool {
    loop {
        tokio::select! {
            () = sleep_until(until) => return true,
            command = commands.recv() => match command {
                Some(command @ Command::Ask { .. }) => refuse(command),
                Some(command @ Command::SignOut(_)) => {
                    refuse(command);
                    return false;
                }
                None => return false,
            }
        }
    }
}
