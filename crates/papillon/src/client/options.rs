//! The options of every command that signs in.

use std::path::PathBuf;

use anyhow::Context;
use msnp::{Dialect, Handle};
use msnp_client::{Builder, Client, DirectConnections};

use super::{handle, images};
use crate::password::PasswordSource;

/// How to sign in. Without any option: to the service on this machine.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ClientArgs {
    /// The account to sign in with. One that is signed in elsewhere is signed out there.
    #[arg(long, value_name = "EMAIL", env = "PAPILLON_ACCOUNT", value_parser = handle, help_heading = SIGN_IN, global = true)]
    pub(crate) account: Option<Handle>,
    /// The notification server or dispatch server.
    #[arg(long, value_name = "HOST[:PORT]", env = "PAPILLON_SERVER", default_value = "127.0.0.1:1863", help_heading = SIGN_IN, global = true)]
    pub(crate) server: String,
    /// The Passport nexus. [default: https://SERVER:8443/rdr/pprdr.asp]
    #[arg(long, value_name = "URL", env = "PAPILLON_NEXUS", help_heading = SIGN_IN, global = true)]
    pub(crate) nexus: Option<String>,
    /// Goes through an HTTP gateway: http://HOST[:PORT]/gateway/gateway.dll
    #[arg(long, value_name = "URL", env = "PAPILLON_GATEWAY", help_heading = SIGN_IN, global = true)]
    pub(crate) gateway: Option<String>,
    /// The authority that vouches for the service: its DATA/tls/ca.pem.
    ///
    /// The ca.pem of a service on this machine is found by itself. Any other authority that nobody
    /// vouches for is shown on the terminal, and remembered when you trust it.
    #[arg(long, value_name = "FILE", env = "PAPILLON_CA", help_heading = SIGN_IN, global = true)]
    pub(crate) ca: Option<PathBuf>,
    /// Believes any certificate: whoever is on the way can read the password.
    #[arg(long, help_heading = SIGN_IN, global = true)]
    pub(crate) insecure_tls: bool,
    /// The newest protocol to speak: 8 is MSN Messenger 5, 9 is MSN Messenger 6.
    #[arg(long, value_name = "8|9", env = "PAPILLON_PROTOCOL", default_value = "9", value_parser = dialect, help_heading = SIGN_IN, global = true)]
    pub(crate) protocol: Dialect,
    /// A display picture: PNG, JPEG, GIF or BMP; it is made to fit 96 by 96 pixels.
    #[arg(long, value_name = "PNG", env = "PAPILLON_PICTURE", help_heading = SIGN_IN, global = true)]
    pub(crate) picture: Option<PathBuf>,
    /// A custom emoticon, such as (tux)=tux.png; it is made to fit 50 by 50 pixels. Repeatable.
    #[arg(long, value_name = "SHORTCUT=PNG", value_parser = emoticon, help_heading = SIGN_IN, global = true)]
    pub(crate) emoticon: Vec<(String, PathBuf)>,
    /// Whether files may go over a direct connection, which tells each side the other's addresses:
    /// never or auto. (same-machine: as auto, and also over loopback addresses.)
    #[arg(long, value_name = "never|auto", env = "PAPILLON_DIRECT", default_value = "never", value_parser = direct, help_heading = SIGN_IN, global = true)]
    pub(crate) direct: DirectConnections,
    #[command(flatten)]
    pub(crate) password: PasswordSource,
}

const SIGN_IN: &str = "Signing in";

impl ClientArgs {
    /// What the library is told; whom to trust comes later.
    pub(super) fn builder(&self, account: Handle, password: &str) -> anyhow::Result<Builder> {
        let mut builder = Client::builder(account, password)
            .server(&self.server)
            .dialect(self.protocol)
            .direct(self.direct);
        if let Some(nexus) = &self.nexus {
            builder = builder.nexus(nexus);
        }
        if let Some(gateway) = &self.gateway {
            builder = builder.gateway(gateway);
        }
        if let Some(path) = &self.picture {
            builder = builder.picture(images::picture(path).context("the display picture cannot be used")?);
        }
        for (shortcut, path) in &self.emoticon {
            let png =
                images::emoticon(path).with_context(|| format!("the emoticon {shortcut} cannot be used"))?;
            builder = builder.emoticon(shortcut, png);
        }
        Ok(builder)
    }
}

fn dialect(word: &str) -> Result<Dialect, String> {
    match word.to_ascii_uppercase().trim_start_matches("MSNP") {
        "8" => Ok(Dialect::Msnp8),
        "9" => Ok(Dialect::Msnp9),
        _ => Err("expected 8 or 9".into()),
    }
}

fn direct(word: &str) -> Result<DirectConnections, String> {
    match word {
        "never" => Ok(DirectConnections::Never),
        "auto" => Ok(DirectConnections::Auto),
        "same-machine" => Ok(DirectConnections::SameMachine),
        _ => Err("expected never or auto".into()),
    }
}

/// The shortcut may have `=` in it, as `=)` does: the last one separates.
fn emoticon(word: &str) -> Result<(String, PathBuf), String> {
    match word.rsplit_once('=') {
        Some((shortcut, path)) if !shortcut.is_empty() && !path.is_empty() => {
            Ok((shortcut.into(), path.into()))
        }
        _ => Err("expected SHORTCUT=PNG, such as (tux)=tux.png".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_the_command_line() {
        assert_eq!(dialect("MSNP8"), Ok(Dialect::Msnp8));
        assert_eq!(dialect("9"), Ok(Dialect::Msnp9));
        assert!(dialect("10").is_err() && direct("always").is_err());
        assert_eq!(emoticon("(tux)=a.png"), Ok(("(tux)".into(), "a.png".into())));
        assert_eq!(emoticon("=)=a.png"), Ok(("=)".into(), "a.png".into())));
        assert!(emoticon("tux").is_err() && emoticon("=a.png").is_err() && emoticon("a=").is_err());
    }
}
