//! The actions of the state, carried out.

use std::future::{Future, poll_fn};
use std::path::Path;
use std::pin::Pin;
use std::task::Poll;
use std::time::Duration;

use msnp::Handle;
use msnp_client::{Client, Conversation, ConversationId, SendError, TransferError, TransferId};

use super::home::at_home;
use super::{Driver, Wake};
use crate::chat::action::{Action, Outcome};
use crate::chat::state::App;

/// The time limit for signing out.
const FAREWELL: Duration = Duration::from_secs(5);

type Work = Pin<Box<dyn Future<Output = Option<Outcome>> + Send>>;

impl Driver {
    /// Does one thing, or begins it.
    pub(super) async fn carry_out(&mut self, app: &mut App, action: Action) -> anyhow::Result<()> {
        match action {
            Action::Refresh => self.stale = true,
            Action::Bell if self.setup.mute => {}
            Action::Bell => self.screen.ring(),
            Action::Redraw => self.screen.forget()?,
            Action::Open { tab, with } => {
                let conversation = self.client.conversation(&with);
                let id = conversation.id();
                self.talks.insert(id, conversation);
                // Opening asks for nothing in turn.
                app.handle_outcome(Outcome::Opened { tab, conversation: id });
            }
            Action::Leave(id) => {
                if let Some(talk) = self.talk(id) {
                    self.talks.remove(&id);
                    tokio::spawn(async move { talk.leave().await });
                }
            }
            Action::SignOut => {
                // In a task: until the service has answered, the screen is drawn and a second Ctrl-Q leaves at once.
                let (client, wakes) = (self.client.clone(), self.wakes.clone());
                tokio::spawn(async move {
                    // A server that does not answer in time is not waited for.
                    let _ = tokio::time::timeout(FAREWELL, client.sign_out()).await;
                    let _ = wakes.send(Wake::Left).await;
                });
            }
            Action::Exit => self.done = true,
            other => {
                let work = self.work(other);
                self.begin(app, work).await;
            }
        }
        Ok(())
    }

    /// The future of an action that takes time.
    fn work(&mut self, action: Action) -> Work {
        let client = self.client.clone();
        match action {
            Action::Say { tab, conversation, entry, text } => {
                let talk = self.talk(conversation);
                Box::pin(async move {
                    let result = say(talk, &text).await;
                    Some(Outcome::Said { tab, entry, result })
                })
            }
            Action::Nudge { tab, conversation } => {
                let talk = self.talk(conversation);
                Box::pin(async move {
                    let result = match talk {
                        Some(talk) => talk.nudge().await,
                        None => Err(SendError::Disconnected),
                    };
                    Some(Outcome::Nudged { tab, result })
                })
            }
            Action::Typing(conversation) => {
                let talk = self.talk(conversation);
                Box::pin(async move {
                    // Nobody misses a notice of typing.
                    if let Some(talk) = talk {
                        let _ = talk.typing().await;
                    }
                    None
                })
            }
            Action::Invite { tab, conversation, who } => {
                let talk = self.talk(conversation);
                Box::pin(async move {
                    let result = match talk {
                        Some(talk) => talk.invite(&who).await.map_err(|error| error.to_string()),
                        None => Err(String::from("the conversation is over")),
                    };
                    Some(Outcome::Invited { tab, who, result })
                })
            }
            Action::SendFile { to, path } => Box::pin(async move {
                let result = send_file(&client, &to, &path).await;
                Some(Outcome::FileOffered { to, path, result })
            }),
            Action::AcceptFile(transfer) => {
                let folder = self.setup.downloads.clone();
                Box::pin(async move {
                    let result = client.accept_file(transfer, &folder).await;
                    refused(transfer, result.map(drop))
                })
            }
            Action::DeclineFile(transfer) => {
                Box::pin(async move { refused(transfer, client.decline_file(transfer).await) })
            }
            Action::CancelFile(transfer) => {
                Box::pin(async move { refused(transfer, client.cancel_transfer(transfer).await) })
            }
            Action::Do(request) => Box::pin(super::requests::carry_out(client, request)),
            _ => Box::pin(async { None }),
        }
    }

    /// Lets the work begin at once, so that texts are sent in their order, and finish by itself.
    async fn begin(&mut self, app: &mut App, mut work: Work) {
        let first = poll_fn(|context| Poll::Ready(work.as_mut().poll(context))).await;
        match first {
            Poll::Ready(Some(outcome)) => {
                // An outcome at the first look is a failure, or a change of the program's own: neither asks for more
                // than a refresh.
                let more = app.handle_outcome(outcome);
                self.stale |= more.contains(&Action::Refresh);
            }
            Poll::Ready(None) => {}
            Poll::Pending => {
                let wakes = self.wakes.clone();
                tokio::spawn(async move {
                    if let Some(outcome) = work.await {
                        // Closed: the messenger ends, and nobody is there to be told.
                        let _ = wakes.send(Wake::Outcome(outcome)).await;
                    }
                });
            }
        }
    }

    /// The conversation with this number; it is held as long as its tab is open.
    fn talk(&mut self, id: ConversationId) -> Option<Conversation> {
        if !self.talks.contains_key(&id) {
            self.talks.insert(id, self.client.conversation_by_id(id)?);
        }
        self.talks.get(&id).cloned()
    }
}

async fn say(talk: Option<Conversation>, text: &str) -> Result<(), SendError> {
    let Some(talk) = talk else { return Err(SendError::Disconnected) };
    // The input line has `\n` between lines. Legacy clients want CR LF.
    talk.send(text.replace('\n', "\r\n")).await
}

async fn send_file(client: &Client, to: &Handle, path: &Path) -> Result<(TransferId, u64), TransferError> {
    let transfer = client.send_file(to, &at_home(path)).await?;
    Ok((transfer.id(), transfer.progress().total))
}

fn refused(transfer: TransferId, result: Result<(), TransferError>) -> Option<Outcome> {
    result.err().map(|error| Outcome::TransferRefused { transfer, error })
}
