//! The choice of the client that carries out a command: a `listen` or `chat` of the account that runs on this machine, or
//! else this program, which signs in for it.

use super::options::Options;
use super::{ClientArgs, Login, account_of};
use crate::control::Asker;

/// Looks for the one, or signs in.
pub(crate) async fn asker(args: &ClientArgs) -> anyhow::Result<Asker> {
    let options = args.resolve()?;
    // Before anybody is asked for a password in vain.
    let looks = options.looks()?;
    let account = account_of(&options)?;
    if let Some(asker) = running(&account, &options).await? {
        return Ok(asker);
    }
    let mut login = Login::with(args, options, account, looks, |builder| builder.reconnect(None))?;
    let (client, events) = login.sign_in().await?;
    Ok(Asker::signed_in(client, events))
}

#[cfg(unix)]
async fn running(account: &msnp::Handle, options: &Options) -> anyhow::Result<Option<Asker>> {
    use std::io::{self, Write};

    use anyhow::bail;

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
        if let Err(refusal) = asker.ask(&Command::SetPicture { path }).await? {
            bail!("the display picture cannot be used: {}", refusal.text);
        }
    }
    Ok(Some(asker))
}

/// Elsewhere there are no local sockets.
#[cfg(not(unix))]
async fn running(_: &msnp::Handle, _: &Options) -> anyhow::Result<Option<Asker>> {
    Ok(None)
}
