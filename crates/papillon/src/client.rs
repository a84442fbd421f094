//! What all commands have in common that sign in to a service.

mod asking;
mod fingerprint;
mod images;
mod known;
mod options;
mod people;
mod trust;
mod why;

use std::io::{self, IsTerminal, Write};

use anyhow::{Context, anyhow, bail};
use clap::error::ErrorKind;
use msnp::Handle;
use msnp_client::{Builder, Client, Events, SignInError};

use crate::logging::{self, LogFormat};
use crate::password;
pub(crate) use asking::{Purpose, asker};
pub(crate) use images::{emoticon as emoticon_picture, picture as display_picture};
pub(crate) use options::{ClientArgs, ENVIRONMENT};
use options::{Looks, Options};
pub(crate) use people::{friendly_name, handle, status, status_name};
use trust::Belief;
pub(crate) use why::{why_not_delivered, why_not_done, why_not_transferred};

/// Logs to standard error what is worth a warning. Not for those who draw on the terminal.
pub(crate) fn log() -> anyhow::Result<()> {
    logging::start(LogFormat::Text, "warn")
}

/// All that is needed to sign in.
pub(crate) struct Login {
    account: Handle,
    builder: Builder,
    belief: Belief,
    #[cfg(unix)]
    door: (crate::control::Name, bool),
}

impl Login {
    /// Gets everything together. It may wait for somebody to type the account and the password: signals are
    /// best caught only afterwards.
    pub(crate) fn prepare(args: &ClientArgs) -> anyhow::Result<Self> {
        let options = args.resolve()?;
        // Before anybody is asked for a password in vain.
        let looks = options.looks()?;
        let account = account_of(&options)?;
        Self::with(args, options, account, looks, |builder| builder)
    }

    /// Asks for what is missing still.
    fn with(
        args: &ClientArgs,
        options: Options,
        account: Handle,
        looks: Looks,
        change: impl FnOnce(Builder) -> Builder,
    ) -> anyhow::Result<Self> {
        let belief = Belief::begin(&options)?;
        let password = password::read(&args.password_source(), &account)?;
        let builder = change(options.builder(account.clone(), password.as_str(), looks));
        Ok(Self {
            #[cfg(unix)]
            door: (options.name(&account), options.wants_direct()),
            account,
            builder,
            belief,
        })
    }

    /// Lets the other commands of this user use what is signed in, for as long as the value lives.
    #[cfg(unix)]
    pub(crate) fn open_door(&self, context: crate::control::Context) -> anyhow::Result<crate::control::Door> {
        let (name, direct) = self.door.clone();
        crate::control::Door::open(name, direct, context)
    }

    /// Signs in. It may ask whether to believe the service.
    pub(crate) async fn sign_in(&mut self) -> anyhow::Result<(Client, Events)> {
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

/// The account, from the options or from the terminal.
fn account_of(options: &Options) -> anyhow::Result<Handle> {
    options.account.clone().map_or_else(ask_for_account, Ok)
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
