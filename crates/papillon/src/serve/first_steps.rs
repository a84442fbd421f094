//! The first steps of an operator: the text after the first start.

use std::io::{self, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};

use papillon_server::PublicUrl;
use papillon_server::tls::{authority_to_import, old_authority_file};

use crate::account_command::{account_command, quoted};
use crate::logging::LogFormat;
use crate::own_addresses::own_addresses;
use crate::settings::{Settings, local_data_dir};

/// The port at which clients look for the messenger server.
const MSNP_PORT: u16 = 1863;
/// The port at which our own client looks for Passport.
const OWN_PASSPORT_PORT: u16 = 8443;
/// The port at which machines ask for names.
const DNS_PORT: u16 = 53;
/// The port of web pages.
const PAGES_PORT: u16 = 80;
/// The port at which official clients look for Passport.
const PASSPORT_PORT: u16 = 443;

/// Tells the command that makes an account, and the addresses for clients.
pub(super) fn tell(settings: &Settings, addresses: &[(&'static str, SocketAddr)]) {
    let add = account_command(settings, "add you@example.com");
    if settings.log_format == LogFormat::Json {
        // A program that reads JSON has no use for lines of prose.
        tracing::info!(command = add, "there is no account yet: make one with this command");
        return;
    }
    let text = format!(
        "\nThere is no account yet. To make one:\n\n    {add}\n\nWith --admin as well, it may use the \
         administrators' pages, at /admin. Others register at /register.\n\n{}\n",
        connect(settings, addresses)
    );
    // Without standard error there is no reader.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// Tells the address for the browser of a legacy PC.
pub(super) fn tell_setup_page(settings: &Settings, addresses: &[(&'static str, SocketAddr)]) {
    let Some(page) = setup_page(settings, addresses) else { return };
    if settings.log_format == LogFormat::Json {
        tracing::info!(page, "the set-up page, to be opened on an old PC");
        return;
    }
    // Without standard error there is no reader.
    let _ = io::stderr().write_all(format!("Set-up page, to be opened on an old PC: {page}\n").as_bytes());
}

/// The address of the set-up page, if there is one: without TLS where that can be, as an old PC has nothing yet.
fn setup_page(settings: &Settings, addresses: &[(&'static str, SocketAddr)]) -> Option<String> {
    if let Some(url) = &settings.server.front.url {
        return Some(format!("{url}/setup"));
    }
    [("http", PAGES_PORT), ("https", PASSPORT_PORT)].into_iter().find_map(|(scheme, usual)| {
        let (_, at) = addresses.iter().find(|(name, _)| *name == scheme)?;
        let host = pages_host(settings, at.ip());
        Some(format!("{scheme}://{}/setup", with_port(&host, at.port(), usual)))
    })
}

/// The addresses for clients, and the steps that they need before they can sign in.
pub(super) fn connect(settings: &Settings, addresses: &[(&'static str, SocketAddr)]) -> String {
    let mut lines = vec![String::from("Clients connect here:\n")];
    let address_of = |wanted: &str| addresses.iter().find(|(name, _)| *name == wanted).map(|(_, at)| *at);
    let front = &settings.server.front;
    let place = |at: SocketAddr, port: Option<u16>| {
        let port = port.unwrap_or(at.port());
        match (&settings.server.public_host, at.ip()) {
            (Some(host), _) if host.contains(':') => format!("[{host}]:{port}"),
            (Some(host), _) => format!("{host}:{port}"),
            (None, ip) if ip.is_unspecified() => format!("localhost:{port}"),
            (None, ip) => SocketAddr::new(ip, port).to_string(),
        }
    };
    if let Some(page) =
        setup_page(settings, addresses).filter(|page| page.starts_with("http:") || front.url.is_some())
    {
        lines.insert(0, format!("Set-up page  {page}\n"));
    }
    if let Some(at) = address_of("msnp") {
        lines.push(format!("    MSNP      {}", place(at, front.msnp_port)));
    }
    if let Some(url) = &front.url {
        lines.push(format!("    Passport  {url}/rdr/pprdr.asp"));
    } else if let Some(at) = address_of("http") {
        lines.push(format!("    Passport  http://{}/rdr/pprdr.asp", place(at, None)));
    }
    if let Some(at) = address_of("dns") {
        // A machine's DNS server is given as a number, without a port.
        let number = number(settings, at.ip());
        let at = if at.port() == DNS_PORT { number } else { format!("{number}, port {}", at.port()) };
        lines.push(format!("    DNS       {at} (a machine's only DNS server, instead of the rest)"));
    }
    // Behind a public address with TLS, clients see the certificate of the proxy in front.
    let is_safe = front.url.as_ref().is_some_and(PublicUrl::is_secure);
    if let Some(at) = address_of("https").filter(|_| !is_safe) {
        lines.push(format!("    Passport  https://{}/rdr/pprdr.asp", place(at, front.https_port)));
        lines.push(String::new());
        lines.extend(to_import(settings));
        if front.https_port.unwrap_or(at.port()) != PASSPORT_PORT {
            lines.push(format!(
                "Official clients look for Passport at port {PASSPORT_PORT}: for them, use --https {PASSPORT_PORT}"
            ));
        }
        if let Some(options) = own_client(settings, address_of("msnp"), at) {
            lines.push(format!(
                "For our own client on this machine: papillon chat --account you@example.com{options}"
            ));
        }
        if !settings.server.old_windows {
            lines.push(String::from("Those on Windows 98 to XP can only sign in with --old-windows."));
        }
    }
    if settings.server.public_host.is_none() && addresses.iter().any(|(_, at)| at.ip().is_unspecified()) {
        lines.push(String::from("From other machines, use this machine's name or address for localhost."));
    }
    lines.join("\n") + "\n"
}

/// The authorities that clients have to import: none for a certificate of an authority that systems know.
fn to_import(settings: &Settings) -> Vec<String> {
    let folder = settings.data_dir().join("tls");
    let authority = authority_to_import(&folder);
    let for_old = Some(old_authority_file(&folder))
        .filter(|file| settings.server.old_windows && file.is_file() && Some(file) != authority.as_ref());
    let mut lines = Vec::new();
    if let Some(file) = &authority {
        let file = file.display();
        lines.push(format!("They have to trust this service's certificate authority. Import {file}"));
    }
    if let Some(file) = for_old.as_ref().map(|file| file.display()) {
        lines.push(match authority {
            Some(_) => format!("Windows 98 to XP cannot use that one: there, import {file}"),
            None => format!("Windows 98 to XP has to trust an authority of its own. There, import {file}"),
        });
    }
    lines
}

/// The options that our own client on this machine needs, where its defaults do not find the service.
fn own_client(settings: &Settings, msnp: Option<SocketAddr>, https: SocketAddr) -> Option<String> {
    let here = |at: SocketAddr| match at.ip() {
        ip if ip.is_unspecified() => "127.0.0.1".to_owned(),
        ip => in_url(ip),
    };
    let is_found = |at: SocketAddr, usual| {
        at.port() == usual && (at.ip().is_unspecified() || at.ip() == IpAddr::from(Ipv4Addr::LOCALHOST))
    };
    let mut options = String::new();
    if let Some(at) = msnp.filter(|at| !is_found(*at, MSNP_PORT)) {
        options.push_str(&format!(" --server {}", with_port(&here(at), at.port(), MSNP_PORT)));
    }
    if !is_found(https, OWN_PASSPORT_PORT) {
        let at = with_port(&here(https), https.port(), PASSPORT_PORT);
        options.push_str(&format!(" --nexus https://{at}/rdr/pprdr.asp"));
    }
    let is_usual = local_data_dir().is_some_and(|usual| usual == settings.data_dir());
    if let Some(file) = authority_to_import(&settings.data_dir().join("tls")).filter(|_| !is_usual) {
        options.push_str(&format!(" --ca {}", quoted(file.as_os_str())));
    }
    (!options.is_empty()).then_some(options)
}

/// The host under which others reach the pages.
fn pages_host(settings: &Settings, bound: IpAddr) -> String {
    match settings.server.public_host.as_deref() {
        Some(host) => host.parse().map_or_else(|_| host.to_owned(), in_url),
        None if !bound.is_unspecified() => in_url(bound),
        None => own_address(bound).map_or_else(|| "localhost".to_owned(), in_url),
    }
}

/// The address under which others ask for names.
fn number(settings: &Settings, bound: IpAddr) -> String {
    let public = settings.server.public_host.as_deref();
    let public = public.and_then(|host| host.trim_matches(['[', ']']).parse::<IpAddr>().ok());
    let found = public.or_else(|| if bound.is_unspecified() { own_address(bound) } else { Some(bound) });
    found.map_or_else(|| "this machine's address".to_owned(), |address| address.to_string())
}

/// An address of this machine that others can reach at a listener bound to `bound`, which is all of a kind.
fn own_address(bound: IpAddr) -> Option<IpAddr> {
    if let Some(towards) = address_towards_others() {
        return Some(towards);
    }
    let own = own_addresses();
    // Old Windows knows no other kind than IPv4.
    own.iter().find(|address| address.is_ipv4()).or_else(|| own.iter().find(|_| bound.is_ipv6())).copied()
}

/// The IPv4 address with which this machine goes out: of several, the one that others most likely share a network
/// with. Nothing is sent.
fn address_towards_others() -> Option<IpAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::UNSPECIFIED, 0)).ok()?;
    // For documentation (RFC 5737): no machine has it, so the way there is the default route.
    socket.connect((Ipv4Addr::new(192, 0, 2, 1), 9)).ok()?;
    let own = socket.local_addr().ok()?.ip();
    own_addresses().contains(&own).then_some(own)
}

fn in_url(address: IpAddr) -> String {
    match address {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("[{v6}]"),
    }
}

fn with_port(host: &str, port: u16, usual: u16) -> String {
    if port == usual { host.to_owned() } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_public_host_is_where_clients_connect() {
        let mut settings = Settings::default();
        let addresses = [
            ("msnp", SocketAddr::from(([0, 0, 0, 0], 1863))),
            ("https", SocketAddr::from(([0, 0, 0, 0], 443))),
        ];
        let text = connect(&settings, &addresses);
        assert!(text.contains("localhost:1863") && text.contains("this machine's name"), "{text}");
        settings.server.public_host = Some("msn.example.org".into());
        let text = connect(&settings, &addresses);
        assert!(text.contains("https://msn.example.org:443/rdr/pprdr.asp"), "{text}");
        assert!(!text.contains("localhost") && !text.contains("--https 443"), "{text}");
    }

    #[test]
    fn the_address_to_type_has_a_port_only_where_it_is_not_the_usual_one() {
        let settings = Settings::default();
        let at = |name, port| (name, SocketAddr::from(([192, 168, 1, 10], port)));
        for (addresses, page) in [
            (&[at("http", 80), at("https", 443)][..], Some("http://192.168.1.10/setup")),
            (&[at("http", 8080), at("https", 443)], Some("http://192.168.1.10:8080/setup")),
            (&[at("https", 443)], Some("https://192.168.1.10/setup")),
            (&[at("msnp", 1863)], None),
        ] {
            assert_eq!(setup_page(&settings, addresses).as_deref(), page);
        }
    }

    #[test]
    fn what_is_in_front_is_where_clients_connect() {
        let mut settings = Settings::default();
        let everywhere = |port| SocketAddr::from(([0, 0, 0, 0], port));
        let addresses = [("msnp", everywhere(1864)), ("http", everywhere(8080)), ("https", everywhere(8443))];
        settings.server.front.msnp_port = Some(1863);
        settings.server.front.https_port = Some(443);
        settings.server.public_host = Some("msn.example.org".into());
        let text = connect(&settings, &addresses);
        assert!(text.contains("MSNP      msn.example.org:1863"), "{text}");
        assert!(
            text.contains("https://msn.example.org:443/rdr/pprdr.asp") && !text.contains("--https 443"),
            "{text}"
        );
        settings.server.front.https_port = None;
        settings.server.front.url = Some("https://chat.example.org".parse().unwrap());
        let text = connect(&settings, &addresses);
        assert!(text.starts_with("Set-up page  https://chat.example.org/setup\n"), "{text}");
        assert!(text.contains("Passport  https://chat.example.org/rdr/pprdr.asp"), "{text}");
        assert!(!text.contains("8443") && !text.contains("8080"), "{text}");
    }

    #[test]
    fn our_own_client_is_told_what_it_would_not_find() {
        let settings = Settings::default();
        let at = |ip: [u8; 4], port| SocketAddr::from((ip, port));
        let [everywhere, here, elsewhere] = [[0, 0, 0, 0], [127, 0, 0, 1], [192, 168, 1, 10]];
        for (msnp, https, options) in [
            (at(everywhere, 1863), at(everywhere, 8443), None),
            (at(here, 1863), at(here, 8443), None),
            (at(here, 1864), at(here, 8443), Some(" --server 127.0.0.1:1864")),
            (
                at(elsewhere, 1863),
                at(everywhere, 443),
                Some(" --server 192.168.1.10 --nexus https://127.0.0.1/rdr/pprdr.asp"),
            ),
        ] {
            assert_eq!(own_client(&settings, Some(msnp), https).as_deref(), options);
        }
    }

    #[test]
    fn others_are_told_where_the_pages_are() {
        let mut settings = Settings::default();
        let everywhere = |port| SocketAddr::from(([0, 0, 0, 0], port));
        let addresses = [("http", everywhere(80)), ("https", everywhere(443)), ("dns", everywhere(53))];
        let text = connect(&settings, &addresses);
        let host = own_address([0, 0, 0, 0].into()).map_or_else(|| "localhost".to_owned(), in_url);
        assert!(text.starts_with(&format!("Set-up page  http://{host}/setup\n")), "{text}");
        assert!(!text.contains("DNS       localhost"), "{text}");
        assert!(text.contains("--nexus https://127.0.0.1/rdr/pprdr.asp"), "{text}");

        settings.server.public_host = Some("192.0.2.7".into());
        let text = connect(&settings, &addresses);
        assert!(text.contains("DNS       192.0.2.7 (") && text.contains("http://192.0.2.7/setup"), "{text}");

        let here = |port| SocketAddr::from(([127, 0, 0, 1], port));
        settings.server.public_host = None;
        let text = connect(&settings, &[("http", here(8080)), ("https", here(8443)), ("dns", here(5353))]);
        assert!(text.contains("http://127.0.0.1:8080/setup") && !text.contains("papillon chat"), "{text}");
        assert!(text.contains("DNS       127.0.0.1, port 5353 ("), "{text}");
        let text = connect(&settings, &[("https", here(9443))]);
        assert!(text.contains("--nexus https://127.0.0.1:9443/rdr/pprdr.asp"), "{text}");
        assert!(!text.contains("/setup"), "{text}");
    }
}
