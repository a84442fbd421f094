//! `papillon legacy-tls`: TLS for old Windows in a process of its own.

use std::fmt::Write as _;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context;
use papillon_server::legacy_proxy::{self, Upstream};
use papillon_server::tls::{OldWindows, old_authority_file};
use tokio::net::TcpStream;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use crate::listen_address::ListenAddress;
use crate::logging::{self, LogFormat};
use crate::settings::{self, Hosts, Place, Settings};
use crate::{listeners, open_files, runtime, sentence, signals, stdout};

/// A service that runs answers sooner.
const PATIENCE: Duration = Duration::from_secs(5);

const EXAMPLES: &str = "\
Examples:
  papillon serve --trusted-proxies 127.0.0.1        the service, which need not know of old Windows
  papillon legacy-tls                               beside it, at port 443

  papillon legacy-tls --tls /var/lib/papillon-tls --http 10.0.0.2:8080 --https 10.0.0.2:8443
                                                    on another machine, which the service trusts

It shakes hands with Windows 98 to XP itself and passes their requests on to --http; the connections of
all other clients go to --https as they are, still encrypted. Either begins with a header of the PROXY
protocol, version 2, which tells the service the client's address: it has to be told to trust this machine
(papillon serve --trusted-proxies).

When it is ready it prints `listening https ADDRESS`, then `ready`. SIGTERM and SIGINT end it in good
order. SIGHUP has it read its certificates again. Logs go to standard error. It needs no database.";

/// The options of `legacy-tls`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct LegacyTlsArgs {
    #[command(flatten)]
    place: Place,
    /// The address at which clients connect. Windows looks for it at port 443.
    #[arg(long, value_name = "ADDR", value_parser = ListenAddress::parse, default_value = "443", env = "PAPILLON_LEGACY_TLS_LISTEN")]
    listen: ListenAddress,
    /// The folder with the certificates, made when it is not there. [default: tls in the data folder]
    ///
    /// If it is the service's, start this first: then one authority, ca.pem, is good for old Windows and
    /// for everybody else. Otherwise old Windows has to import old-ca.pem.
    #[arg(long, value_name = "DIR", env = "PAPILLON_LEGACY_TLS_FOLDER")]
    tls: Option<PathBuf>,
    /// The service's listener without TLS.
    #[arg(
        long,
        value_name = "HOST:PORT",
        value_parser = host_and_port,
        default_value = "127.0.0.1:8080",
        env = "PAPILLON_LEGACY_TLS_HTTP"
    )]
    http: String,
    /// The service's listener with TLS.
    #[arg(
        long,
        value_name = "HOST:PORT",
        value_parser = host_and_port,
        default_value = "127.0.0.1:8443",
        env = "PAPILLON_LEGACY_TLS_HTTPS"
    )]
    https: String,
    /// The name or address that clients are told; the certificate has to carry it. [default: none]
    #[arg(long, value_name = "NAME", value_parser = settings::host)]
    public_host: Option<String>,
    /// One more name or address for the certificate. May be repeated.
    #[arg(long = "tls-name", value_name = "NAME", value_parser = settings::hosts)]
    tls_names: Vec<Hosts>,
    /// The format of the log on standard error. [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
}

impl LegacyTlsArgs {
    /// The settings with this command line's above all others.
    fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = Settings::load(&self.place)?;
        settings.server.public_host = self.public_host.clone().or(settings.server.public_host);
        if !self.tls_names.is_empty() {
            settings.server.tls_names = self.tls_names.iter().flat_map(|names| names.0.clone()).collect();
        }
        Ok(settings)
    }

    /// Has the certificates read again for each message, with the names of the settings of now.
    async fn read_again(&self, mut asked: mpsc::Receiver<()>, old: &OldWindows) {
        while asked.recv().await.is_some() {
            let told = self.settings().and_then(|settings| Ok(old.tell_names(settings.server.names())?));
            if let Err(error) = told {
                tracing::error!(
                    error = sentence::of(&error),
                    "the previous settings stay in effect: the new ones cannot be used"
                );
            }
            old.read_again();
        }
        // The sender is gone where there are no signals.
        std::future::pending().await
    }
}

/// Lets clients in until it is told to stop.
pub(crate) fn run(args: &LegacyTlsArgs) -> anyhow::Result<()> {
    let mut settings = args.settings()?;
    // Of the service's limits those of its HTTP listeners hold; both ends of a connection are open files.
    settings.server.limits.connections = settings.server.limits.http_connections;
    logging::start(args.log_format.unwrap_or(settings.log_format), "info")?;
    open_files::raise(&mut settings.server.limits);
    runtime::start()?.block_on(serve(args, &settings))?;
    tracing::info!("TLS for old Windows has ended");
    Ok(())
}

async fn serve(args: &LegacyTlsArgs, settings: &Settings) -> anyhow::Result<()> {
    let (sender, mut stop) = mpsc::channel(2);
    let (again, asked) = mpsc::channel(1);
    signals::forward(sender.clone())?;
    signals::hang_ups(again, sender)?;
    let listener = listeners::open_as("https", "listen", &args.listen).await?;
    let listener = listener.context("there is nowhere to listen: give an address with --listen ADDR")?;
    let address = listener.local_addr().context("the listener does not know its address")?;
    let folder = args.tls.clone().unwrap_or_else(|| settings.data_dir().join("tls"));
    let old = OldWindows::open(&folder, settings.server.names(), SystemTime::now())?;
    // After the certificates: `ready` promises that a client can shake hands.
    announce(address)?;
    tracing::info!(
        version = env!("CARGO_PKG_VERSION"),
        import = %old_authority_file(&folder).display(),
        http = args.http,
        https = args.https,
        "TLS for old Windows is ready"
    );
    for (option, address) in [("http", &args.http), ("https", &args.https)] {
        tokio::spawn(look_behind(option, address.clone()));
    }
    let (stopping, stopped) = watch::channel(false);
    let upstream = Upstream { http: args.http.clone(), https: args.https.clone() };
    let serve = legacy_proxy::serve(listener, Arc::clone(&old), upstream, &settings.server.limits, stopped);
    let told = async {
        stop.recv().await;
        // A receiver that is gone has ended already.
        let _ = stopping.send(true);
    };
    tokio::select! {
        _ = async { tokio::join!(serve, told) } => {}
        // It never ends: beside the service it only carries out reloads.
        () = args.read_again(asked, &old) => {}
    }
    Ok(())
}

/// The service may be started later: that it is not there yet is worth a warning only.
async fn look_behind(option: &'static str, address: String) {
    let seen = match timeout(PATIENCE, TcpStream::connect(&address)).await {
        Ok(Ok(_)) => return,
        Ok(Err(error)) => error,
        Err(_) => io::ErrorKind::TimedOut.into(),
    };
    tracing::warn!(
        %address,
        error = %seen,
        "the service is not there: start it, or say where its listener is with --{option} HOST:PORT"
    );
}

/// Reads `HOST:PORT`; the error shows examples.
fn host_and_port(text: &str) -> Result<String, String> {
    let expected = || {
        String::from("expected a host and a port, such as 127.0.0.1:8080, [::1]:8080 or msn.example.org:8080")
    };
    // A port alone is an address to listen at, not one to connect to.
    let is_bare_port = !text.contains(':') || text.starts_with(':');
    match ListenAddress::parse(text) {
        Ok(ListenAddress::On { port, .. }) if port != 0 && !is_bare_port => Ok(text.to_owned()),
        _ => Err(expected()),
    }
}

fn announce(address: SocketAddr) -> anyhow::Result<()> {
    let mut lines = String::new();
    // Writing to a string cannot fail.
    let _ = writeln!(lines, "listening https {address}\nready");
    stdout::print(&lines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_has_a_host_and_a_port() {
        for good in ["127.0.0.1:8080", "[::1]:8080", "msn.example.org:8080"] {
            assert_eq!(host_and_port(good).as_deref(), Ok(good));
        }
        for bad in ["", "none", "8080", ":8080", "msn.example.org", "h:0", "h:x", "http://h:80"] {
            assert!(host_and_port(bad).is_err(), "{bad}");
        }
    }
}
