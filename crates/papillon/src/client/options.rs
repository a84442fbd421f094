//! The options of every command that signs in. Each is also an environment variable.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use bytes::Bytes;
use clap::ValueEnum;
use msnp::{Dialect, Handle, Status};
use msnp_client::{Builder, Client, DirectConnections, InvalidAddress, ServerAddress};

use crate::control::{EmoticonPicture, FilePath};
use crate::names::{handle, status};
use crate::password::PasswordSource;
use crate::pictures;
use crate::settings::variable;

/// The part of `--help` after the examples of a command that signs in.
pub(crate) const ENVIRONMENT: &str = "\
With no option but --account the service is the one on this machine. Signing in begins at its port 8443,
or at 443 where no program listens at 8443. Every option of signing in is
also an environment variable: PAPILLON_ACCOUNT, PAPILLON_SERVER, PAPILLON_CA and so on; in
PAPILLON_EMOTICON each line is a SHORTCUT=FILE.

An account is signed in at one place at a time. Where `papillon listen` or `papillon chat` runs on
this machine with the same account and service, other commands go through it and need no password.
A messenger elsewhere that uses the account is signed out.

Exit codes: 0 fine, 1 failed, 2 wrong usage.";

/// The heading of all these in `--help`.
const HEADING: &str = "Signing in";

/// The options of signing in.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct ClientArgs {
    /// The account that signs in. Without this, PAPILLON_ACCOUNT counts, and without that you are asked.
    #[arg(long, value_name = "EMAIL", value_parser = handle, global = true, help_heading = HEADING)]
    account: Option<Handle>,
    /// Reads the password from standard input, less one line end. Without this, the variable
    /// PAPILLON_PASSWORD counts, and without that you are asked.
    #[arg(long, global = true, help_heading = HEADING)]
    password_stdin: bool,
    /// The service. [default: the host of --gateway, or else 127.0.0.1; port 1863]
    #[arg(long, value_name = "HOST[:PORT]", global = true, help_heading = HEADING)]
    server: Option<ServerAddress>,
    /// The address at which signing in begins. [default: https://HOST:8443/rdr/pprdr.asp, or else the same at port 443]
    #[arg(long, value_name = "URL", value_parser = url, global = true, help_heading = HEADING)]
    nexus: Option<String>,
    /// Reaches the service through HTTP, by this URL: http://HOST:PORT/gateway/gateway.dll
    #[arg(long, value_name = "URL", value_parser = gateway, global = true, help_heading = HEADING)]
    gateway: Option<String>,
    /// Trusts the authorities in this PEM file, such as the service's DATA/tls/ca.pem.
    ///
    /// Without this, the ca.pem of the service on this machine counts if that is where you sign in, and
    /// otherwise you are asked once whether the service is the right one.
    #[arg(long, value_name = "FILE", global = true, help_heading = HEADING)]
    ca: Option<PathBuf>,
    /// Trusts any certificate. An attacker on the way to the service can take the password.
    #[arg(long, conflicts_with = "ca", global = true, help_heading = HEADING)]
    insecure_tls: bool,
    /// The display picture: PNG, JPEG, GIF or BMP; it is made small enough.
    #[arg(long, value_name = "FILE", global = true, help_heading = HEADING)]
    picture: Option<PathBuf>,
    /// A picture for letters in your texts, such as "(heart)=heart.png". Can be given again.
    #[arg(long = "emoticon", value_name = "SHORTCUT=FILE", value_parser = emoticon, global = true, help_heading = HEADING)]
    emoticons: Vec<(String, PathBuf)>,
    /// Whether files and pictures may go straight to the other machine. [default: never]
    ///
    /// It tells the other side the addresses of this machine.
    #[arg(long, value_name = "WHEN", global = true, help_heading = HEADING)]
    direct: Option<Direct>,
    /// The status to sign in with: online, busy, idle, be-right-back, away, on-the-phone, out-to-lunch or hidden.
    /// [default: online]
    ///
    /// Hidden looks like offline. The service opens no conversation for a hidden client, so `send`,
    /// `send-file` and `picture` need another one.
    #[arg(long, value_name = "STATUS", value_parser = status, global = true, help_heading = HEADING)]
    status: Option<Status>,
    /// The newest version of the protocol to speak. [default: 9]
    #[arg(long, value_name = "VERSION", value_parser = dialect, global = true, help_heading = HEADING)]
    protocol: Option<Dialect>,
}

/// The choice of direct connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Direct {
    /// Everything goes through the service.
    Never,
    /// If the addresses of both allow it.
    Auto,
    /// As auto, and also when both are on this machine.
    SameMachine,
}

impl From<Direct> for DirectConnections {
    fn from(direct: Direct) -> Self {
        match direct {
            Direct::Never => Self::Never,
            Direct::Auto => Self::Auto,
            Direct::SameMachine => Self::SameMachine,
        }
    }
}

/// The certificates that the options trust.
#[derive(Debug, Clone)]
pub(super) enum TrustOption {
    /// Any certificate.
    AnyCertificate,
    /// The authorities in this file.
    File(PathBuf),
    /// The authorities that were accepted before, or are accepted now.
    OnFirstUse,
}

/// The options with the environment behind them.
#[derive(Debug)]
pub(super) struct Options {
    pub(super) account: Option<Handle>,
    pub(super) server: ServerAddress,
    /// `None` when no option names it.
    pub(super) nexus: Option<String>,
    pub(super) gateway: Option<String>,
    pub(super) trust: TrustOption,
    pub(super) picture: Option<PathBuf>,
    pub(super) emoticons: Vec<(String, PathBuf)>,
    pub(super) direct: DirectConnections,
    pub(super) status: Status,
    pub(super) dialect: Dialect,
}

/// The pictures, read.
pub(super) struct Looks {
    picture: Option<Bytes>,
    emoticons: Vec<(String, Bytes)>,
}

impl Options {
    /// Reads the pictures.
    pub(super) fn looks(&self) -> anyhow::Result<Looks> {
        let mut looks = Looks { picture: None, emoticons: Vec::new() };
        if let Some(path) = &self.picture {
            looks.picture =
                Some(pictures::display_picture(path).context("the display picture cannot be used")?);
        }
        for (shortcut, path) in &self.emoticons {
            let png = pictures::emoticon_picture(path)
                .with_context(|| format!("the emoticon {shortcut} cannot be used"))?;
            looks.emoticons.push((shortcut.clone(), png));
        }
        Ok(looks)
    }

    /// The name under which a program that is signed in like this is found.
    #[cfg(unix)]
    pub(super) fn name(&self, account: &Handle) -> crate::control::SocketName {
        // The same for all ways to write the same service.
        let host = if self.server.is_loopback() { "localhost" } else { self.server.host() };
        let server = format!("{host}:{}", self.server.port());
        crate::control::SocketName { account: account.clone(), server }
    }

    /// Whether direct connections are allowed.
    #[cfg(unix)]
    pub(super) fn wants_direct(&self) -> bool {
        self.direct != DirectConnections::Never
    }

    /// The builder of the library; trust is set at each attempt.
    pub(super) fn builder(&self, account: Handle, password: &str, looks: Looks) -> Builder {
        let mut builder = Client::builder(account, password)
            .server(self.server.to_string())
            .dialect(self.dialect)
            .status(self.status)
            .direct(self.direct);
        if let Some(nexus) = &self.nexus {
            builder = builder.nexus(nexus);
        }
        if let Some(gateway) = &self.gateway {
            builder = builder.gateway(gateway);
        }
        if let Some(picture) = looks.picture {
            builder = builder.picture(picture);
        }
        for (shortcut, png) in looks.emoticons {
            builder = builder.emoticon(shortcut, png);
        }
        builder
    }
}

impl ClientArgs {
    /// Whether the password comes on standard input, so that nothing else can.
    pub(crate) fn reads_standard_input(&self) -> bool {
        self.password_stdin
    }

    /// The emoticons, for a text that carries them.
    pub(crate) fn emoticon_pictures(&self) -> anyhow::Result<Vec<EmoticonPicture>> {
        let absolute = |(shortcut, file): (String, PathBuf)| {
            let path = FilePath(std::path::absolute(file)?);
            Ok(EmoticonPicture { shortcut, path })
        };
        self.emoticons()?.into_iter().map(absolute).collect()
    }

    /// Whether this option allows direct connections.
    pub(crate) fn allows_direct(&self) -> anyhow::Result<bool> {
        Ok(self.resolve()?.direct != DirectConnections::Never)
    }

    /// The source of the password.
    pub(super) fn password_source(&self) -> PasswordSource {
        PasswordSource { password_stdin: self.password_stdin }
    }

    /// Puts the environment and the defaults behind the options.
    pub(super) fn resolve(&self) -> anyhow::Result<Options> {
        let nexus = either(&self.nexus, "PAPILLON_NEXUS", url)?;
        let gateway = either(&self.gateway, "PAPILLON_GATEWAY", gateway)?;
        let server = match either(&self.server, "PAPILLON_SERVER", server)? {
            Some(server) => server,
            // The gateway's host is the service's host, wherever the nexus is.
            None => match gateway.as_deref().map(ServerAddress::of_url) {
                Some(Ok(gateway)) => gateway.notification(),
                _ => ServerAddress::local(),
            },
        };
        let direct = either(&self.direct, "PAPILLON_DIRECT", |word| Direct::from_str(word, true))?;
        Ok(Options {
            account: either(&self.account, "PAPILLON_ACCOUNT", handle)?,
            gateway,
            trust: self.trust()?,
            picture: self.picture.clone().or_else(|| variable("PAPILLON_PICTURE").map(PathBuf::from)),
            emoticons: self.emoticons()?,
            direct: direct.unwrap_or(Direct::Never).into(),
            status: either(&self.status, "PAPILLON_STATUS", status)?.unwrap_or(Status::Online),
            dialect: either(&self.protocol, "PAPILLON_PROTOCOL", dialect)?.unwrap_or(Dialect::NEWEST),
            server,
            nexus,
        })
    }

    fn trust(&self) -> anyhow::Result<TrustOption> {
        let file = variable("PAPILLON_CA").map(PathBuf::from);
        let anybody = either(&None, "PAPILLON_INSECURE_TLS", yes_or_no)?.unwrap_or(false);
        Ok(match (&self.ca, self.insecure_tls, file, anybody) {
            (Some(file), ..) => TrustOption::File(file.clone()),
            (None, true, ..) => TrustOption::AnyCertificate,
            // Of two options clap knows that they exclude each other; of two variables it does not. An option goes
            // before both.
            (None, false, Some(_), true) => {
                bail!("PAPILLON_CA and PAPILLON_INSECURE_TLS contradict each other: set one of them")
            }
            (None, false, Some(file), false) => TrustOption::File(file),
            (None, false, None, true) => TrustOption::AnyCertificate,
            (None, false, None, false) => TrustOption::OnFirstUse,
        })
    }

    fn emoticons(&self) -> anyhow::Result<Vec<(String, PathBuf)>> {
        if !self.emoticons.is_empty() {
            return Ok(self.emoticons.clone());
        }
        // Lines, because a shortcut may have any other separator in it.
        let all = |text: &str| text.lines().filter(|line| !line.is_empty()).map(emoticon).collect();
        Ok(either(&None, "PAPILLON_EMOTICON", all)?.unwrap_or_default())
    }
}

/// The option, or the variable.
fn either<T: Clone>(
    option: &Option<T>,
    name: &str,
    parse: impl FnOnce(&str) -> Result<T, String>,
) -> anyhow::Result<Option<T>> {
    match (option, variable(name)) {
        (Some(value), _) => Ok(Some(value.clone())),
        (None, None) => Ok(None),
        (None, Some(text)) => read(name, text, parse).map(Some),
    }
}

fn read<T>(name: &str, text: OsString, parse: impl FnOnce(&str) -> Result<T, String>) -> anyhow::Result<T> {
    let text = text.to_str().ok_or_else(|| anyhow!("the environment variable {name} is not UTF-8"))?;
    parse(text).map_err(|expected| anyhow!("bad value in the environment variable {name}: {expected}"))
}

fn server(text: &str) -> Result<ServerAddress, String> {
    text.parse().map_err(|expected: InvalidAddress| expected.to_string())
}

fn url(text: &str) -> Result<String, String> {
    ServerAddress::of_url(text).map(|_| text.to_owned()).map_err(|expected| expected.to_string())
}

fn gateway(text: &str) -> Result<String, String> {
    let expected =
        |_| String::from("expected a gateway URL such as http://msn.example.org/gateway/gateway.dll");
    url(text).map_err(expected)
}

fn dialect(text: &str) -> Result<Dialect, String> {
    let known = Dialect::ALL.iter().copied();
    known.clone().find(|dialect| dialect.number().to_string() == text).ok_or_else(|| {
        let numbers: Vec<_> = known.map(|dialect| dialect.number().to_string()).collect();
        format!("expected {}", numbers.join(" or "))
    })
}

/// `SHORTCUT=FILE`. A shortcut may have a `=` in it, as `=)` does; a file's name then may not.
fn emoticon(text: &str) -> Result<(String, PathBuf), String> {
    let expected = || String::from("expected letters in a text and a picture's file: (heart)=heart.png");
    match text.rsplit_once('=') {
        Some((shortcut, file)) if !shortcut.is_empty() && !file.is_empty() => {
            Ok((shortcut.to_owned(), file.into()))
        }
        _ => Err(expected()),
    }
}

fn yes_or_no(text: &str) -> Result<bool, String> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(String::from("expected true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_emoticon_ends_at_the_last_equals_sign() {
        assert_eq!(emoticon("(h)=a/h.png"), Ok((String::from("(h)"), PathBuf::from("a/h.png"))));
        assert_eq!(emoticon("=)=h.png"), Ok((String::from("=)"), PathBuf::from("h.png"))));
        for bad in ["", "=", "(h)", "(h)=", "=h.png"] {
            assert!(emoticon(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_gateway_says_where_the_service_is() {
        let with = |gateway: &str, nexus: Option<&str>, server: Option<&str>| {
            let args = ClientArgs {
                gateway: Some(gateway.to_owned()),
                nexus: nexus.map(str::to_owned),
                server: server.map(|server| server.parse().unwrap()),
                ..ClientArgs::default()
            };
            args.resolve().unwrap().server.to_string()
        };
        let gateway = "http://msn.example.org:8080/gateway/gateway.dll";
        assert_eq!(with(gateway, None, None), "msn.example.org:1863");
        assert_eq!(with(gateway, Some("https://n.example.org/"), None), "msn.example.org:1863");
        assert_eq!(with(gateway, None, Some("10.0.0.1")), "10.0.0.1:1863");
        assert!(super::gateway("foo").unwrap_err().contains("gateway.dll"));
    }

    #[test]
    fn protocols_have_numbers() {
        assert_eq!(dialect("8"), Ok(Dialect::Msnp8));
        assert_eq!(dialect("9"), Ok(Dialect::Msnp9));
        assert!(dialect("MSNP9").is_err());
    }

    #[test]
    fn a_bad_variable_is_named() {
        let error = read("PAPILLON_DIRECT", "maybe".into(), |word| Direct::from_str(word, true)).unwrap_err();
        assert!(error.to_string().contains("PAPILLON_DIRECT"), "{error}");
    }
}
