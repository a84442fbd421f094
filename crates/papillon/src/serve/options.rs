//! The options of `papillon serve`, above the other sources of settings.

use std::sync::LazyLock;
use std::time::Duration;

use anyhow::bail;
use papillon_server::dns::{Clients, Others};
use papillon_server::{AddressRange, PublicUrl, Registration};

use super::demo::Demo;
use crate::listen_address::ListenAddress;
use crate::logging::LogFormat;
use crate::settings::{self, DnsServers, Hosts, Place, Settings};

const EXAMPLES: &str = "\
Examples:
  papillon serve --demo                             to try it: two accounts and somebody to talk to
  papillon serve                                    on the usual ports
  papillon serve --old-windows                      for Windows 98 to XP, too, at the ports where they look
  papillon serve --https 443 --public-host msn.example.org
  papillon serve --public-url https://msn.example.org --trusted-proxies 127.0.0.1    behind a TLS proxy
  papillon serve --data /tmp/try --msnp 127.0.0.1:0 --http none
  papillon serve --config /etc/papillon.toml --check

When the service is ready it prints `listening NAME ADDRESS` for each listener, then `ready`.
SIGTERM and SIGINT end it in good order. SIGHUP has it read its configuration file and its certificates
again, and the log tells what takes effect. Logs go to standard error.";

/// The examples, and the settings without an option.
static REFERENCE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "{EXAMPLES}

Every option can also be given by an environment variable: PAPILLON_ and its name, such as
PAPILLON_PUBLIC_HOST; the tables below as PAPILLON_LIMITS_CONNECTIONS, PAPILLON_TIMEOUTS_SIGN_IN and
so on. A variable that is empty counts as not set. PAPILLON_LOG filters the log: error, warn,
info (the default), debug, trace, or by part, such as warn,papillon_server=debug.

The command line goes before the environment, the environment before the configuration file. These
are all keys of the file and their defaults:

{}",
        settings::DEFAULTS_FILE
    )
});

/// The options of `serve`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES, after_long_help = REFERENCE.as_str())]
pub(crate) struct ServeArgs {
    #[command(flatten)]
    place: Place,
    /// The address for Messenger: notification server and switchboard. [default: 0.0.0.0:1863]
    ///
    /// This and the other listeners take HOST:PORT, or a port alone for all addresses of the
    /// machine, or none. A port alone, and the default, is for all of IPv4 and, where the system has it,
    /// of IPv6; 0.0.0.0:PORT is for IPv4 only. Port 0 is any free port; the service prints which.
    #[arg(long, value_name = "ADDR", value_parser = ListenAddress::parse)]
    msnp: Option<ListenAddress>,
    /// A listener that does nothing but refer clients to the former. [default: none]
    #[arg(long, value_name = "ADDR", value_parser = ListenAddress::parse)]
    dispatch: Option<ListenAddress>,
    /// Passport and pages without TLS. [default: 0.0.0.0:8080]
    #[arg(long, value_name = "ADDR", value_parser = ListenAddress::parse)]
    http: Option<ListenAddress>,
    /// Passport and pages. Official clients look for it at port 443. [default: 0.0.0.0:8443]
    ///
    /// Its certificate is DIR/tls/server.pem with server.key. Where there is none, one is made, and
    /// an authority that vouches for it: clients have to import DIR/tls/ca.pem.
    #[arg(long, value_name = "ADDR", value_parser = ListenAddress::parse)]
    https: Option<ListenAddress>,
    /// Lets Windows 98 to XP in at the https listener, and puts it and http where they look: at 443 and 80.
    ///
    /// It then speaks SSL 3.0 and TLS 1.0 with the old ciphers as well, to clients that know nothing
    /// better; all others get modern TLS. An authority that is made now is one that old Windows can
    /// import; beside one that is there already, DIR/tls/old-ca.pem is made for it. --https and --http
    /// still say where the listeners are.
    #[arg(long)]
    old_windows: bool,
    /// One more name or address for the certificate, for which the DNS listener answers, too. May be repeated.
    ///
    /// For clients that go to a name which is not among those of the old services. A certificate of the service's
    /// own authority that lacks it is made again.
    #[arg(long = "tls-name", value_name = "NAME", value_parser = settings::hosts)]
    tls_names: Vec<Hosts>,
    /// Proxies that are believed about the addresses of their clients. [default: none]
    ///
    /// Addresses or ranges such as 192.0.2.0/24, with commas between. They say it in the PROXY protocol at msnp,
    /// dispatch, http and https, or in X-Forwarded-For or Forwarded at the latter two. `papillon legacy-tls` is such a
    /// proxy. No other address is believed. A proxy may leave it out.
    #[arg(long, value_name = "ADDR,…", value_delimiter = ',')]
    trusted_proxies: Option<Vec<AddressRange>>,
    /// Answers DNS: the names of the old services with the public host, or the address that was asked.
    /// [default: none]
    ///
    /// A machine with 53 here as its only DNS server finds everything else of the service.
    #[arg(long, value_name = "ADDR", value_parser = ListenAddress::parse)]
    dns: Option<ListenAddress>,
    /// Metrics for Prometheus at /metrics, and the health of the service at /health, by HTTP. [default: none]
    ///
    /// Such as 127.0.0.1:9863. It has no password: only the machines that read it should reach it.
    #[arg(long, value_name = "ADDR", value_parser = ListenAddress::parse)]
    metrics: Option<ListenAddress>,
    /// The clients that the DNS listener answers: private, any, or addresses and networks. [default: private]
    ///
    /// Separated by commas, such as private,100.64.0.0/10. Private are loopback, private and link-local
    /// addresses. Say any only behind a firewall.
    #[arg(long, value_name = "WHO", value_parser = settings::dns_clients)]
    dns_clients: Option<Clients>,
    /// The treatment of questions about other names: forward or refuse. [default: forward]
    #[arg(long, value_name = "WHAT", value_parser = settings::dns_others)]
    dns_others: Option<Others>,
    /// The DNS servers to which they are forwarded. [default: system]
    ///
    /// Addresses with or without a port, separated by commas; system is those in /etc/resolv.conf.
    #[arg(long, value_name = "SERVERS", value_parser = settings::dns_servers)]
    dns_upstreams: Option<DnsServers>,
    /// The name or address that clients are told. [default: where each client reached the service]
    #[arg(long, value_name = "NAME", value_parser = settings::host)]
    public_host: Option<String>,
    /// The address of the pages and the sign-in for clients, behind a proxy. [default: where each reached them]
    ///
    /// Such as `https://msn.example.org`. Its host is the public host, unless --public-host is given, too.
    #[arg(long, value_name = "URL")]
    public_url: Option<PublicUrl>,
    /// The port of msnp as clients reach it, where a proxy or a router has another. [default: that of msnp]
    #[arg(long, value_name = "PORT", value_parser = settings::public_port)]
    public_msnp_port: Option<u16>,
    /// The port of https as clients reach it, where a router has another. [default: that of https]
    ///
    /// With --public-url https://… that says it.
    #[arg(long, value_name = "PORT", value_parser = settings::public_port)]
    public_https_port: Option<u16>,
    /// Whether visitors may make an account on the page /register: open, invitation or closed. [default: see --help]
    ///
    /// Default: with --public-host, only people with an invitation (`papillon account invite` makes
    /// one); without it, visitors from this machine and from private networks need none.
    #[arg(long, value_name = "WHO", value_parser = settings::registration)]
    registration: Option<Registration>,
    /// The name of the operator, which the pages show to people with a question. [default: no name]
    #[arg(long, value_name = "NAME", value_parser = settings::line)]
    operator_name: Option<String>,
    /// The place to ask for a new password: an e-mail address, the address of a page, or words. [default: none]
    #[arg(long, value_name = "TEXT", value_parser = settings::line)]
    operator_contact: Option<String>,
    /// Takes passwords over TLS only: no page with a password, and no login, is served without it.
    #[arg(long)]
    https_only: bool,
    /// Shows the addresses of clients in the log, which fail2ban needs.
    ///
    /// Without it a line of level info or above has `-` in place of an address. Accounts are named in any case.
    #[arg(long)]
    log_addresses: bool,
    /// Seconds between the announcement of a shutdown and the shutdown; 0 announces nothing. [default: 0]
    ///
    /// A second SIGTERM or SIGINT cuts them short.
    #[arg(long, value_name = "SECONDS", value_parser = settings::seconds_or_none)]
    shutdown_grace: Option<Duration>,
    /// Seconds for which a Passport ticket is good. [default: 3600]
    #[arg(long, value_name = "SECONDS", value_parser = settings::seconds)]
    ticket_lifetime: Option<Duration>,
    /// The format of the log on standard error. [default: text]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<LogFormat>,
    /// Checks settings, data folder, database and certificates, prints the steps of a start, and exits.
    #[arg(long)]
    pub(super) check: bool,
    /// A service to try: a temporary folder, two accounts whose passwords it prints, and a bot.
    ///
    /// Nothing of it stays when it ends, and it touches no other folder or database, regardless of the
    /// configuration. The bot is Monarch, at monarch@papillon.test: it is on both accounts' lists and
    /// answers every message.
    #[arg(long, conflicts_with_all = ["data", "database"])]
    pub(super) demo: bool,
}

impl ServeArgs {
    /// Whether this is not about a service of one's own.
    pub(crate) fn is_trial(&self) -> bool {
        self.check || self.demo
    }

    /// The settings with this command line's above all others.
    pub(crate) fn settings(&self) -> anyhow::Result<Settings> {
        let mut settings = Settings::load(&self.place)?;
        replace(&mut settings.msnp, &self.msnp);
        replace(&mut settings.dispatch, &self.dispatch);
        replace(&mut settings.http, &self.http);
        replace(&mut settings.https, &self.https);
        replace(&mut settings.dns, &self.dns);
        replace(&mut settings.metrics, &self.metrics);
        replace(&mut settings.server.dns.clients, &self.dns_clients);
        replace(&mut settings.server.dns.others, &self.dns_others);
        if let Some(servers) = &self.dns_upstreams {
            settings.server.dns.upstreams.clone_from(&servers.0);
        }
        replace(&mut settings.log_format, &self.log_format);
        replace(&mut settings.server.shutdown_grace, &self.shutdown_grace);
        settings.server.registration = self.registration.or(settings.server.registration);
        let operator = &mut settings.server.operator;
        operator.name = self.operator_name.clone().or(operator.name.take());
        operator.contact = self.operator_contact.clone().or(operator.contact.take());
        // An option without a value can only turn on: it takes nothing back that the file says.
        settings.server.https_only |= self.https_only;
        settings.server.log_addresses |= self.log_addresses;
        replace(&mut settings.server.ticket_lifetime, &self.ticket_lifetime);
        replace(&mut settings.server.trusted_proxies, &self.trusted_proxies);
        settings.server.old_windows |= self.old_windows;
        if !self.tls_names.is_empty() {
            settings.server.tls_names = self.tls_names.iter().flat_map(|names| names.0.clone()).collect();
        }
        // A place that a source names stays, also with `--old-windows`.
        settings.http_is_told |= self.http.is_some();
        settings.https_is_told |= self.https.is_some();
        // Once more: `load` did not know this command line yet.
        settings.settle_ports();
        self.settle_public(&mut settings)?;
        if settings.dispatch.is_on() && !settings.msnp.is_on() {
            bail!(
                "--dispatch refers clients to the msnp listener, which is off: give it an address with --msnp ADDR"
            );
        }
        if ![&settings.msnp, &settings.http, &settings.https].into_iter().any(ListenAddress::is_on) {
            bail!("all listeners are off: give one of --msnp, --http and --https an address");
        }
        let front = &settings.server.front;
        // A proxy with TLS stands in for the listener only if it is believed about its clients: otherwise every request
        // counts as one without TLS.
        let is_safe_in_front = front.url.as_ref().is_some_and(PublicUrl::is_secure)
            && !settings.server.trusted_proxies.is_empty();
        if !settings.https.is_on() {
            let needs = "needs the https listener, which is off";
            if settings.server.old_windows {
                bail!("--old-windows {needs}: give it an address with --https ADDR, such as --https 443");
            }
            if settings.server.https_only && !is_safe_in_front {
                bail!(
                    "--https-only {needs}, and nobody could sign in: give it an address with --https ADDR, or, \
                     behind a proxy, name both with --public-url https://… and --trusted-proxies ADDR"
                );
            }
        }
        if self.demo {
            Demo::check(&settings)?;
        }
        Ok(settings)
    }

    /// Settles the addresses that clients get. A host that came with the public address of another source goes with it.
    fn settle_public(&self, settings: &mut Settings) -> anyhow::Result<()> {
        let server = &mut settings.server;
        if self.public_url.is_some() {
            // The host of the file's public address was made the public host by `load`: it must not outlive that
            // address.
            let old = server.front.url.as_ref().map(PublicUrl::bare_host);
            if server.public_host.as_deref() == old {
                server.public_host = None;
            }
            server.front.url.clone_from(&self.public_url);
        }
        if self.public_host.is_some() {
            server.public_host.clone_from(&self.public_host);
        }
        server.settle_public_host();
        server.front.msnp_port = self.public_msnp_port.or(server.front.msnp_port);
        server.front.https_port = self.public_https_port.or(server.front.https_port);
        if let (Some(url), Some(port)) = (&server.front.url, server.front.https_port)
            && url.is_secure()
            && url.port() != port
        {
            bail!("--public-url {url} and --public-https-port {port} name two ports: leave the latter out");
        }
        Ok(())
    }
}

fn replace<T: Clone>(setting: &mut T, option: &Option<T>) {
    if let Some(value) = option {
        setting.clone_from(value);
    }
}
