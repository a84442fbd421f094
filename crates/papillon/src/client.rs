//! What all commands have in common that sign in to a service.

mod images;
mod options;
mod people;
mod trust;

use std::io::{self, IsTerminal, Write};

use anyhow::{Context, bail};
use clap::error::ErrorKind;
use msnp::Handle;
use msnp_client::{Builder, Client, Events, SignInError};

use crate::password;
pub(crate) use options::ClientArgs;
pub(crate) use people::{handle, status_name};
use trust::Authorities;

/// Signs in with these options; asks for what is missing where there is a terminal.
pub(crate) async fn sign_in(args: &ClientArgs) -> anyhow::Result<(Client, Events)> {
    sign_in_with(args, |builder| builder).await
}

/// The same, with more to say to the library.
pub(crate) async fn sign_in_with(
    args: &ClientArgs,
    change: impl FnOnce(Builder) -> Builder,
) -> anyhow::Result<(Client, Events)> {
    let account = account(args)?;
    let password = password::read(&args.password, &account)?;
    let builder = change(args.builder(account.clone(), password.as_str())?);
    let mut authorities = Authorities::load(args)?;
    loop {
        match builder.clone().trust(authorities.trust()?).sign_in().await {
            Ok(signed_in) => return Ok(signed_in),
            // The nexus and the login server may be two machines: each is asked about.
            Err(SignInError::Untrusted(certificate)) => authorities.ask(&certificate)?,
            Err(error) => bail!(explained(&account, &error)),
        }
    }
}

/// The account, from the options or from the terminal. Without either the usage is wrong.
fn account(args: &ClientArgs) -> anyhow::Result<Handle> {
    if let Some(account) = &args.account {
        return Ok(account.clone());
    }
    if !io::stdin().is_terminal() {
        let what = "no account to sign in with: give one with --account EMAIL or PAPILLON_ACCOUNT\n";
        clap::Error::raw(ErrorKind::MissingRequiredArgument, what).exit();
    }
    write!(io::stderr(), "Account: ")
        .and_then(|()| io::stderr().flush())
        .context("the terminal cannot be written to")?;
    let mut line = String::new();
    io::stdin().read_line(&mut line).context("the terminal cannot be read")?;
    handle(line.trim()).map_err(|what| anyhow::anyhow!("{}: {what}", line.trim()))
}

/// What happened and what to do.
fn explained(account: &Handle, error: &SignInError) -> String {
    let advice = match error {
        SignInError::WrongPassword => {
            format!(" ({account}). `papillon account list` on the service's machine shows who has an account")
        }
        SignInError::Unreachable { .. } => {
            ". Is the service running there? `papillon serve` runs one; --server and --nexus say where it is"
                .into()
        }
        _ => String::new(),
    };
    format!("{error}{advice}")
}
