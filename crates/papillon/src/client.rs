//! What all commands have in common that sign in to a service.

mod fingerprint;
mod images;
mod known;
mod options;
mod people;
mod server;
mod trust;
mod why;

use std::io::{self, IsTerminal, Write};

use anyhow::{Context, anyhow, bail};
use clap::error::ErrorKind;
use msnp::Handle;
use msnp_client::{Builder, Client, Events, SignInError};

use crate::logging::{self, LogFormat};
use crate::password;
pub(crate) use images::{emoticon as emoticon_picture, picture as display_picture};
pub(crate) use options::{ClientArgs, ENVIRONMENT};
pub(crate) use people::{handle, status_name};
use trust::Belief;
pub(crate) use why::{why_not_delivered, why_not_done, why_not_transferred};

/// Signs in with these options; asks for what is missing where there is a terminal.
pub(crate) async fn sign_in(args: &ClientArgs) -> anyhow::Result<(Client, Events)> {
    sign_in_with(args, |builder| builder).await
}

/// The same, with more to say to the library.
pub(crate) async fn sign_in_with(
    args: &ClientArgs,
    change: impl FnOnce(Builder) -> Builder,
) -> anyhow::Result<(Client, Events)> {
    Login::prepare(args, change)?.sign_in().await
}

/// Logs to standard error what is worth a warning. Not for those who draw on the terminal.
pub(crate) fn log() -> anyhow::Result<()> {
    logging::start(LogFormat::Text, "warn")
}

/// All that is needed to sign in.
pub(crate) struct Login {
    account: Handle,
    builder: Builder,
    belief: Belief,
}

impl Login {
    /// Gets everything together. It may wait for somebody to type the account and the password: signals are
    /// best caught only afterwards.
    pub(crate) fn prepare(
        args: &ClientArgs,
        change: impl FnOnce(Builder) -> Builder,
    ) -> anyhow::Result<Self> {
        let options = args.resolve()?;
        let belief = Belief::begin(&options)?;
        // Before anybody is asked for a password in vain.
        let looks = options.looks()?;
        let account = match options.account.clone() {
            Some(account) => account,
            None => ask_for_account()?,
        };
        let password = password::read(&args.password_source(), &account)?;
        let builder = change(options.builder(account.clone(), password.as_str(), looks));
        Ok(Self { account, builder, belief })
    }

    /// Signs in. It may ask whether to believe the service.
    pub(crate) async fn sign_in(mut self) -> anyhow::Result<(Client, Events)> {
        loop {
            match self.builder.clone().trust(self.belief.trust()).sign_in().await {
                Ok(signed_in) => return Ok(signed_in),
                // The nexus and the login server may be two machines: each is asked about.
                Err(SignInError::Untrusted(shown)) => self.belief.consider(&shown).await?,
                Err(error) => bail!(why::why_not_signed_in(&self.account, &error)),
            }
        }
    }
}

/// The account, from the terminal. Without one the usage is wrong.
fn ask_for_account() -> anyhow::Result<Handle> {
    if !io::stdin().is_terminal() {
        wrong_usage("no account to sign in with: give one with --account EMAIL or PAPILLON_ACCOUNT");
    }
    write!(io::stderr(), "Account: ")
        .and_then(|()| io::stderr().flush())
        .context("the terminal cannot be written to")?;
    let mut line = String::new();
    io::stdin().read_line(&mut line).context("the terminal cannot be read")?;
    handle(line.trim()).map_err(|what| anyhow!("{}: {what}", line.trim()))
}

/// Ends the program as it ends when the command line cannot be read.
pub(crate) fn wrong_usage(what: &str) -> ! {
    clap::Error::raw(ErrorKind::MissingRequiredArgument, format!("{what}\n")).exit()
}
