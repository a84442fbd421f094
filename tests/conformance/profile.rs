//! The profile after the sign-in (3.6).

use std::time::{SystemTime, UNIX_EPOCH};

use msnp_testkit::{Ns, TestServer};

use crate::support::{ALICE, DIALECTS};

fn field<'a>(profile: &'a str, name: &str) -> &'a str {
    let prefix = format!("{name}: ");
    profile
        .split("\r\n")
        .find_map(|line| line.strip_prefix(&prefix).or((line == prefix.trim_end()).then_some("")))
        .unwrap_or_else(|| panic!("no {name} in\n{profile}"))
}

#[tokio::test]
async fn it_begins_and_ends_as_clients_expect() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let mut ns = Ns::sign_in(&server, ALICE, dialect).await;
        let head = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsprofile; charset=UTF-8\r\n";
        assert!(ns.profile.starts_with(head), "{}", ns.profile);
        // One empty line, at the end: the length covers all of it and the body is empty.
        assert_eq!(ns.profile.find("\r\n\r\n"), Some(ns.profile.len() - 4), "{}", ns.profile);
        ns.quiet().await;
    }
}

#[tokio::test]
async fn it_tells_the_client_its_address_with_the_ports_bytes_exchanged() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let ns = Ns::sign_in(&server, ALICE, dialect).await;
        let port = ns.local().port();
        let swapped = ((port & 0xff) << 8) | (port >> 8);
        assert_eq!(field(&ns.profile, "ClientIP"), "127.0.0.1");
        assert_eq!(field(&ns.profile, "ClientPort"), swapped.to_string(), "the port is {port}");
    }
}

#[tokio::test]
async fn it_holds_every_field() {
    let server = TestServer::start().await;
    let ns = Ns::sign_in(&server, ALICE, 8).await;
    let profile = &ns.profile;
    for name in [
        "MemberIdHigh",
        "MemberIdLow",
        "lang_preference",
        "country",
        "PostalCode",
        "Gender",
        "Kid",
        "Age",
        "BDayPre",
        "Birthday",
        "Wallet",
        "Flags",
        "sid",
        "kv",
    ] {
        field(profile, name);
    }
    assert_eq!(field(profile, "EmailEnabled"), "0");
    assert_eq!(field(profile, "preferredEmail"), ALICE);
    let t = ns.ticket.strip_prefix("t=").and_then(|rest| rest.split('&').next()).expect("t=…");
    assert_eq!(field(profile, "MSPAuth"), t);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    let login: u64 = field(profile, "LoginTime").parse().expect("a number");
    assert!(now.abs_diff(login) < 300, "{login} is not now");
}
