//! The values of settings, read from text. An error describes the expected form; the caller adds the place.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use msnp::invisible_characters::{has_invisible, is_blank};
use papillon_server::dns::{Clients, Others};
use papillon_server::{AddressRange, Registration};

/// Ten years: longer than anybody waits, short enough to be added to any clock.
const LONGEST: u32 = 10 * 365 * 24 * 3600;

/// More names in a certificate than anybody needs.
const MOST_NAMES: usize = 100;

/// The longest text for the pages in characters.
const LONGEST_LINE: usize = 200;

/// The port of DNS.
const DNS_PORT: u16 = 53;

/// A number of something, at least one.
pub(crate) fn count<T: TryFrom<u32>>(text: &str) -> Result<T, String> {
    // A limit of 0 would shut everybody out, which nobody means by it.
    at_least(1, text)
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| format!("expected a whole number from 1 to {}", u32::MAX))
}

/// A number of bytes, at least `LEAST`: with less, nobody could sign in.
pub(crate) fn bytes<const LEAST: u32>(text: &str) -> Result<usize, String> {
    at_least(LEAST, text)
        .and_then(|number| usize::try_from(number).ok())
        .ok_or_else(|| format!("expected a whole number of bytes from {LEAST} to {}", u32::MAX))
}

fn at_least(least: u32, text: &str) -> Option<u32> {
    text.parse::<u32>().ok().filter(|number| *number >= least)
}

/// A time in seconds, at least one.
pub(crate) fn seconds(text: &str) -> Result<Duration, String> {
    at_most_ten_years(text)
        .filter(|time| !time.is_zero())
        .ok_or_else(|| format!("expected a whole number of seconds from 1 to {LONGEST}"))
}

/// A time in seconds, which may be none.
pub(crate) fn seconds_or_none(text: &str) -> Result<Duration, String> {
    at_most_ten_years(text)
        .ok_or_else(|| format!("expected a whole number of seconds, 0 for none, at most {LONGEST}"))
}

fn at_most_ten_years(text: &str) -> Option<Duration> {
    let number = text.parse::<u32>().ok().filter(|number| *number <= LONGEST)?;
    Some(Duration::from_secs(number.into()))
}

/// Yes or no.
pub(crate) fn switch(text: &str) -> Result<bool, String> {
    match text {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err(String::from("expected true or false")),
    }
}

/// A port that clients connect to.
pub(crate) fn public_port(text: &str) -> Result<u16, String> {
    let port = text.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| String::from("expected a port from 1 to 65535"))
}

/// Addresses and ranges of them, with commas between.
pub(crate) fn ranges(text: &str) -> Result<Vec<AddressRange>, String> {
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(str::parse).collect()
}

/// A name or an address that clients can connect to.
pub(crate) fn host(text: &str) -> Result<String, String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
    };
    let is_name = bare.len() <= 253 && bare.split('.').all(label);
    if is_name || bare.parse::<IpAddr>().is_ok() {
        Ok(bare.to_owned())
    } else {
        Err(String::from("expected a host name or an IP address without a port, such as msn.example.org"))
    }
}

/// Names and addresses of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Hosts(pub(crate) Vec<String>);

/// Names and addresses that clients can connect to, with commas between.
pub(crate) fn hosts(text: &str) -> Result<Hosts, String> {
    let names: Vec<_> =
        text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(host).collect::<Result<_, _>>()?;
    if names.len() > MOST_NAMES {
        return Err(format!("expected {MOST_NAMES} names at most: handshakes carry all of them"));
    }
    Ok(Hosts(names))
}

/// The clients of the DNS listener.
pub(crate) fn dns_clients(text: &str) -> Result<Clients, String> {
    text.parse().map_err(|error: papillon_server::dns::BadClients| error.to_string())
}

/// The treatment of questions about names that are not the old services'.
pub(crate) fn dns_others(text: &str) -> Result<Others, String> {
    text.parse().map_err(|error: papillon_server::dns::BadOthers| error.to_string())
}

/// DNS servers; `None` is those of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct DnsServers(pub(crate) Option<Vec<SocketAddr>>);

/// Other DNS servers, or the word for those of the system.
pub(crate) fn dns_servers(text: &str) -> Result<DnsServers, String> {
    if text == "system" {
        return Ok(DnsServers(None));
    }
    let server = |word: &str| {
        // An address alone first: the groups of an IPv6 address look like a port.
        let bare = word.parse::<IpAddr>().map(|address| (address, DNS_PORT).into());
        bare.or_else(|_| word.parse()).ok()
    };
    let servers = text.split(',').map(|word| server(word.trim())).collect::<Option<_>>();
    servers.map(|servers| DnsServers(Some(servers))).ok_or_else(|| {
        String::from(
            "expected system, or addresses with or without a port, such as 192.168.1.1, separated by commas",
        )
    })
}

/// The address of a database. It may hold a password, so no error repeats it.
pub(crate) fn database(text: &str) -> Result<String, String> {
    let known = ["postgres://", "postgresql://", "sqlite:"].iter().any(|scheme| text.starts_with(scheme));
    // The address of another kind of database would otherwise be taken for the path of a file.
    if text.is_empty() || (!known && text.contains("://")) {
        return Err(String::from("expected postgres://USER@HOST/NAME, or the path of an SQLite file"));
    }
    Ok(text.to_owned())
}

/// A short text for the pages.
pub(crate) fn line(text: &str) -> Result<String, String> {
    let text = text.trim();
    let fits = text.chars().count() <= LONGEST_LINE && !has_invisible(text) && !is_blank(text);
    fits.then(|| text.to_owned()).ok_or_else(|| {
        format!("expected one line of at most {LONGEST_LINE} characters, all of which can be seen")
    })
}

/// The rule of registration on the pages.
pub(crate) fn registration(text: &str) -> Result<Registration, String> {
    match text {
        "open" => Ok(Registration::Open),
        "invitation" => Ok(Registration::Invitation),
        "closed" => Ok(Registration::Closed),
        _ => Err(String::from("expected open, invitation or closed")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_bounds() {
        assert_eq!(count::<usize>("7"), Ok(7));
        assert_eq!(seconds("7"), Ok(Duration::from_secs(7)));
        assert_eq!(seconds_or_none("0"), Ok(Duration::ZERO));
        for bad in ["", "0", "-1", "1.5", "4294967296", "x", "1 "] {
            assert!(count::<u32>(bad).is_err(), "{bad}");
            assert!(seconds(bad).is_err(), "{bad}");
        }
        assert!(seconds_or_none("315360001").is_err());
        assert_eq!((bytes::<8>("8"), bytes::<8>("7").is_err()), (Ok(8), true));
    }

    #[test]
    fn yes_and_no_are_words_or_numbers() {
        assert_eq!((switch("true"), switch("0")), (Ok(true), Ok(false)));
        assert!(switch("").is_err() && switch("2").is_err());
    }

    #[test]
    fn a_public_port_is_one() {
        assert_eq!(public_port("443"), Ok(443));
        for bad in ["", "0", "65536", "-1", "x", "443 "] {
            assert!(public_port(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn ranges_have_commas_between() {
        let read = ranges("127.0.0.1, ::1,10.0.0.0/8").unwrap();
        let read: Vec<_> = read.iter().map(ToString::to_string).collect();
        assert_eq!(read, ["127.0.0.1/32", "::1/128", "10.0.0.0/8"]);
        assert_eq!(ranges(""), Ok(Vec::new()));
        assert!(ranges("10.0.0.0/8,x").unwrap_err().contains("not \"x\""));
    }

    #[test]
    fn a_host_has_neither_scheme_nor_port() {
        for (written, read) in [
            ("msn.example.org", "msn.example.org"),
            ("10.0.0.1", "10.0.0.1"),
            ("::1", "::1"),
            ("[::1]", "::1"),
        ] {
            assert_eq!(host(written).as_deref(), Ok(read));
        }
        for bad in ["", "a..b", "http://x", "x:1863", "a b", "x/", "[::1]:80"] {
            assert!(host(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn hosts_have_commas_between() {
        assert_eq!(hosts("a.example, 192.0.2.1,").unwrap().0, ["a.example", "192.0.2.1"]);
        assert_eq!(hosts("").unwrap().0, [""; 0]);
        assert!(hosts("a.example,b:1").unwrap_err().contains("without a port"));
        assert!(hosts(&vec!["a.example"; 101].join(",")).unwrap_err().contains("100 names"));
    }

    #[test]
    fn dns_servers_have_a_usual_port() {
        let read = |text| dns_servers(text).unwrap().0;
        assert_eq!(read("system"), None);
        let expected = ["192.168.1.1:53", "[::1]:53", "127.0.0.1:5300"].map(|server| server.parse().unwrap());
        assert_eq!(read("192.168.1.1, ::1,127.0.0.1:5300"), Some(expected.to_vec()));
        for bad in ["", "dns.example.org", "192.168.1.1,", "1.2.3.4:x"] {
            assert!(dns_servers(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_text_for_the_pages_is_one_visible_line() {
        assert_eq!(line(" Ada Lovelace ").as_deref(), Ok("Ada Lovelace"));
        for bad in ["", " ", "a\nb", "\u{200b}", "a\u{202e}b", &"x".repeat(201)] {
            assert!(line(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn words_are_read_exactly() {
        assert_eq!(registration("invitation"), Ok(Registration::Invitation));
        assert!(registration("Open").unwrap_err().contains("open, invitation or closed"));
    }

    #[test]
    fn a_database_address_is_not_repeated() {
        for good in ["postgres://u:p@h/d", "sqlite:x.db", "sqlite:///x.db", "/x/y.db"] {
            assert!(database(good).is_ok(), "{good}");
        }
        for bad in ["", "mysql://u:hush@h/d"] {
            assert!(!database(bad).unwrap_err().contains("hush"));
        }
    }
}
