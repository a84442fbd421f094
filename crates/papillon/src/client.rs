//! The sign-in of all commands that are clients of a service.

mod asking;
mod fingerprint;
mod known;
mod options;
mod trust;

use std::io::{self, IsTerminal, Write};

use anyhow::{Context, anyhow, bail};
use msnp::Handle;
use msnp_client::{Builder, Client, Events, SignInError};

use crate::failures::why_not_signed_in;
use crate::logging::{self, LogFormat};
use crate::names::handle;
use crate::password;
use crate::usage::wrong_usage;
pub(crate) use asking::{Purpose, asker};
pub(crate) use options::{ClientArgs, ENVIRONMENT};
use options::{Looks, Options};
use trust::TrustDecision;

/// Starts the log of warnings on standard error. Not for a command that draws on the terminal.
pub(crate) fn log() -> anyhow::Result<()> {
    logging::start(LogFormat::Text, "warn")
}

/// All that is needed to sign in.
pub(crate) struct Login {
    account: Handle,
    builder: Builder,
    trust: TrustDecision,
    #[cfg(unix)]
    socket: (crate::control::SocketName, bool),
}

impl Login {
    /// Resolves the options. It may ask for the account and the password on the terminal: signals are
    /// best caught only afterwards.
    pub(crate) fn prepare(args: &ClientArgs) -> anyhow::Result<Self> {
        let options = args.resolve()?;
        // Before anybody is asked for a password in vain.
        let looks = options.looks()?;
        let account = account_of(&options)?;
        Self::with(args, options, account, looks, |builder| builder)
    }

    /// Asks for the password if it is missing.
    fn with(
        args: &ClientArgs,
        options: Options,
        account: Handle,
        looks: Looks,
        change: impl FnOnce(Builder) -> Builder,
    ) -> anyhow::Result<Self> {
        let trust = TrustDecision::begin(&options)?;
        let password = password::read(&args.password_source(), &account)?;
        let builder = change(options.builder(account.clone(), password.as_str(), looks));
        Ok(Self {
            #[cfg(unix)]
            socket: (options.name(&account), options.wants_direct()),
            account,
            builder,
            trust,
        })
    }

    /// Lets the other commands of this user use the signed-in client, for as long as the value lives.
    #[cfg(unix)]
    pub(crate) fn open_socket(
        &self,
        context: crate::control::Context,
    ) -> anyhow::Result<crate::control::LocalSocket> {
        let (name, direct) = self.socket.clone();
        crate::control::LocalSocket::open(name, direct, context)
    }

    /// Signs in. It may ask whether to trust the service.
    pub(crate) async fn sign_in(&mut self) -> anyhow::Result<(Client, Events)> {
        loop {
            match self.builder.clone().trust(self.trust.trust()).sign_in().await {
                Ok(signed_in) => return Ok(signed_in),
                // The nexus and the login server may be two machines: each is asked about.
                Err(SignInError::Untrusted(shown)) => self.trust.consider(&shown).await?,
                Err(error) => bail!(why_not_signed_in(&self.account, &error)),
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
