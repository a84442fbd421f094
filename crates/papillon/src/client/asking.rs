//! The choice of the client that carries out a command: a `listen` or `chat` of the account that runs on this machine, or
//! else this program, which signs in for it.

use anyhow::{anyhow, bail};
use msnp::Status;

use super::options::{Looks, Options};
use super::{ClientArgs, Login, account_of};
use crate::control::{Asker, Failure};

/// The purpose of a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// It needs a conversation, which the service does not open for a hidden client (error 913).
    Conversation,
    /// It is about the account.
    Account,
}

/// Looks for the one, or signs in.
pub(crate) async fn asker(args: &ClientArgs, purpose: Purpose) -> Result<Asker, Failure> {
    let bad_argument = |error| Failure::new("bad-argument", error);
    let not_signed_in = |error| Failure::new("not-signed-in", error);
    let options = args.resolve().map_err(bad_argument)?;
    // Before anybody is asked for a password in vain.
    let looks = options.looks().map_err(|error| Failure::new("file", error))?;
    let account = account_of(&options).map_err(not_signed_in)?;
    // First of all: a sign-in of this program would sign the running one out.
    if let Some(asker) = running(&account, &options).await.map_err(not_signed_in)? {
        return Ok(asker);
    }
    if purpose == Purpose::Conversation && options.status == Status::Hidden {
        return Err(bad_argument(anyhow!(
            "--status hidden is not possible here: the service opens no conversation for a hidden client. So that \
             contacts do not see {account} come and go, keep `papillon listen` running with that account; other \
             commands go through it. Or choose another status, such as --status busy"
        )));
    }
    sign_in(args, options, account, looks).await.map_err(not_signed_in)
}

async fn sign_in(
    args: &ClientArgs,
    options: Options,
    account: msnp::Handle,
    looks: Looks,
) -> anyhow::Result<Asker> {
    // A command with one action fails when its connection breaks. It is not known then how far it has come.
    let mut login = Login::with(args, options, account, looks, |builder| builder.reconnect(None))?;
    let (client, events) = login.sign_in().await?;
    Ok(Asker::signed_in(client, events))
}

#[cfg(unix)]
async fn running(account: &msnp::Handle, options: &Options) -> anyhow::Result<Option<Asker>> {
    use std::io::{self, Write};

    use crate::control::{Command, FilePath, knock};

    let Some(running) = knock(&options.name(account)).await? else { return Ok(None) };
    if options.wants_direct() && !running.direct() {
        let told = "note: the papillon that runs with this account makes no direct connections (--direct)\n";
        // Without standard error there is no reader.
        let _ = io::stderr().write_all(told.as_bytes());
    }
    let mut asker = Asker::running(running);
    if let Some(picture) = &options.picture {
        let path = Some(FilePath(std::path::absolute(picture)?));
        if let Err(rejection) = asker.ask(&Command::SetPicture { path }).await? {
            bail!("the display picture cannot be used: {}", rejection.text);
        }
    }
    Ok(Some(asker))
}

/// Elsewhere there are no local sockets.
#[cfg(not(unix))]
async fn running(_: &msnp::Handle, _: &Options) -> anyhow::Result<Option<Asker>> {
    Ok(None)
}
