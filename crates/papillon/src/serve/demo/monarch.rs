//! Monarch: the bot of the demo, and the longest example of a program on `msnp-client`.
//!
//! `reply.rs` makes the replies, `talk.rs` sends them, `files.rs` gives and takes, `drawing.rs` draws Monarch. This file
//! signs in again and again.

mod bot;
mod drawing;
mod files;
mod pace;
mod reply;
mod talk;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use msnp::Handle;
use msnp_client::{Client, DirectConnections, Events, Reconnect, SignInError, Trust};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use self::bot::{Bot, Memory};

/// The wait before the second sign-in, and the longest one; it doubles each time.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(30));

/// The place at which Monarch lives: an account, a service and a folder.
pub(super) struct Home {
    /// The account.
    pub(super) account: Handle,
    /// Its password.
    pub(super) password: Zeroizing<String>,
    /// The notification server.
    pub(super) server: String,
    /// The Passport nexus.
    pub(super) nexus: String,
    /// The authority of its certificate, as PEM.
    pub(super) authority: Vec<u8>,
    /// A folder for files to give and files received.
    pub(super) folder: PathBuf,
}

/// Monarch, alive until this is dropped.
pub(crate) struct Monarch {
    _life: JoinSet<()>,
}

impl Monarch {
    /// Lets Monarch live.
    pub(super) fn release(home: Home) -> Self {
        let mut life = JoinSet::new();
        life.spawn(async move {
            if let Err(error) = live(&home).await {
                tracing::error!(error = format!("{error:#}"), "Monarch cannot live");
            }
        });
        Self { _life: life }
    }
}

async fn live(home: &Home) -> anyhow::Result<()> {
    let folder = home.folder.clone();
    // Drawing takes a moment of computing, in which the service's own tasks go on.
    let looks = tokio::task::spawn_blocking(move || Looks::draw(&folder)).await??;
    let mut memory = Memory::default();
    let mut wait = WAITS.0;
    loop {
        match home.sign_in(&looks).await {
            Ok((client, events)) => {
                tracing::debug!("Monarch is online");
                wait = WAITS.0;
                Bot::new(client, &home.folder, &mut memory).live(events).await;
            }
            Err(error) => tracing::warn!(%error, "Monarch cannot sign in, and will try again"),
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(WAITS.1);
    }
}

impl Home {
    async fn sign_in(&self, looks: &Looks) -> Result<(Client, Events), SignInError> {
        Client::builder(self.account.clone(), self.password.as_str())
            .server(&self.server)
            .nexus(&self.nexus)
            .trust(Trust::Authorities(self.authority.clone()))
            .picture(looks.picture.clone())
            .emoticon(reply::EMOTICON, looks.emoticon.clone())
            // Clients before MSN Messenger 6 have no other way for files.
            .direct(DirectConnections::Auto)
            .reconnect(Reconnect { first: WAITS.0, longest: WAITS.1, attempts: None })
            .sign_in()
            .await
    }
}

/// PNG files.
struct Looks {
    picture: Vec<u8>,
    emoticon: Vec<u8>,
}

impl Looks {
    /// Draws them, and the portrait into the folder. It takes a moment of computing.
    fn draw(folder: &Path) -> anyhow::Result<Self> {
        files::prepare(folder, &drawing::portrait()).context("Monarch's files cannot be written")?;
        Ok(Self { picture: drawing::display_picture(), emoticon: drawing::emoticon() })
    }
}
