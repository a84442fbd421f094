//! `papillon ban`, without a service and beside one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::clients::net::{self, GRACE, Net};
use crate::papillon::Papillon;
use crate::running::{DEADLINE, Running};

const ADA: &str = "ada@example.com";

fn listed(papillon: &Papillon) -> Vec<Value> {
    let ended = papillon.run(["ban", "list", "--json"]);
    ended.is_fine();
    serde_json::from_str(&ended.out).unwrap()
}

#[test]
fn bans_are_made_listed_and_lifted() {
    let papillon = Papillon::new();
    papillon.add(ADA, "s3cret-word");
    let nobody = papillon.run(["ban", "list"]);
    assert_eq!((nobody.code, &*nobody.out), (0, ""));
    assert!(nobody.err.contains("nobody is banned"), "{nobody:?}");

    let banned =
        papillon.run(["ban", "add", "192.0.2.77/24", "--until", "2100-03-01T12:30", "--reason", "é, twice"]);
    assert_eq!((banned.code, &*banned.out), (0, "banned 192.0.2.0/24 until 2100-03-01 12:30 UTC\n"));
    let banned = papillon.run(["ban", "add", "2001:db8::1"]);
    assert_eq!(banned.out, "banned 2001:db8::/64 for good\n");
    let banned = papillon.run(["ban", "add", "ADA@example.com", "--for", "2h"]);
    assert!(banned.code == 0 && banned.out.starts_with("banned ada@example.com until 20"), "{banned:?}");

    let bans = listed(&papillon);
    let targets: Vec<_> = bans.iter().map(|ban| (ban["target"].clone(), ban["kind"].clone())).collect();
    assert_eq!(
        json!(targets),
        json!([[ADA, "account"], ["2001:db8::/64", "addresses"], ["192.0.2.0/24", "addresses"]])
    );
    let lasts = bans[0]["ends_at"].as_i64().unwrap() - bans[0]["made_at"].as_i64().unwrap();
    assert_eq!(lasts, 7200);
    let range = &bans[2];
    assert!(range["made_at"].as_i64().unwrap() > 1_500_000_000);
    let mut rest = range.clone();
    rest.as_object_mut().unwrap().remove("made_at");
    let expected = json!({
        "target": "192.0.2.0/24", "kind": "addresses", "reason": "é, twice", "made_by": null,
        "ends_at": 4_107_587_400_i64, "refused": 0, "refused_at": null,
    });
    assert_eq!(rest, expected);

    let table = papillon.run(["ban", "list"]).out;
    let lines: Vec<_> = table.lines().collect();
    assert!(lines[0].starts_with("ada@example.com  until 20"), "{table}");
    assert_eq!(lines[1].trim_end(), "2001:db8::/64    for good                refused 0");
    assert_eq!(lines[2], "192.0.2.0/24     until 2100-03-01 12:30  refused 0  é, twice");

    // The same again is another end and another reason.
    papillon.run(["ban", "add", "192.0.2.0/24"]).is_fine();
    assert_eq!((listed(&papillon).len(), &listed(&papillon)[2]["ends_at"]), (3, &Value::Null));
    papillon
        .run(["ban", "remove", "192.0.2.7"])
        .fails(1, &["one of 192.0.2.0/24", "papillon ban remove 192.0.2.0/24"]);
    let lifted = papillon.run(["ban", "remove", "192.0.2.0/24"]);
    assert_eq!((lifted.code, &*lifted.out), (0, "lifted the ban of 192.0.2.0/24\n"));
    papillon
        .run(["ban", "remove", "192.0.2.0/24"])
        .fails(1, &["there is no ban of 192.0.2.0/24", "ban list"]);
    papillon.run(["ban", "remove", ADA]).is_fine();
    papillon.run(["ban", "remove", ADA]).fails(1, &["there is no ban of ada@example.com"]);
    papillon
        .run(["ban", "remove", "nobody@example.com"])
        .fails(1, &["there is no account nobody@example.com"]);
}

#[test]
fn mistakes_are_told_and_nobody_is_locked_out() {
    let papillon = Papillon::new();
    papillon.run(["ban", "add", "192.0.2.1"]).fails(1, &["there is no service", "--data DIR"]);
    assert!(!papillon.data().exists(), "a ban that no service knows would be worse than none");
    papillon.add(ADA, "s3cret-word");
    papillon.run(["ban", "add", "nobody@example.com"]).fails(1, &["there is no account nobody@example.com"]);
    for (wrong, words) in [
        (&["192.0.2"][..], "192.0.2.0/24"),
        (&["192.0.2.1/33"], "192.0.2.0/24"),
        (&["192.0.2.1", "--for", "2"], "2h, 3d"),
        (&["192.0.2.1", "--until", "tomorrow"], "2030-12-31"),
        (&["192.0.2.1", "--for", "2h", "--until", "2100-01-01"], "cannot be used with"),
        (&["192.0.2.1", "--reason", "a\nb"], "one line of at most 200"),
    ] {
        papillon.run([&["ban", "add"], wrong].concat()).fails(2, &[words]);
    }
    papillon
        .run(["ban", "add", "192.0.2.1", "--until", "2001-01-01"])
        .fails(1, &["2001-01-01 00:00 (UTC) is over"]);
    for own in ["127.0.0.1", "0.0.0.0/0", "::1", "::/0"] {
        papillon.run(["ban", "add", own]).fails(1, &["the service's own machine", "--force"]);
    }
    let mut command = papillon.command(["ban", "add", "192.0.2.0/24"]);
    let refused = crate::papillon::end(command.env("PAPILLON_TRUSTED_PROXIES", "192.0.2.7"));
    refused.fails(1, &["the trusted proxies at 192.0.2.7/32", "--force"]);
    assert_eq!(listed(&papillon), Vec::<Value>::new());
    papillon.run(["ban", "add", "127.0.0.1", "--force"]).is_fine();
    assert_eq!(listed(&papillon).len(), 1);
}

#[test]
fn a_running_service_acts_on_bans_at_once_and_counts() {
    let papillon = Papillon::new();
    papillon.add(ADA, "s3cret-word");
    let running = Running::start(&papillon);
    let mut silent = TcpStream::connect(running.address("msnp")).unwrap();
    silent.set_read_timeout(Some(DEADLINE)).unwrap();

    papillon.run(["ban", "add", ADA, "--for", "1h", "--reason", "hush"]).is_fine();
    // The service looks at the database a few times a second.
    let (status, answer) = loop {
        let (status, answer) = running.login(ADA, "s3cret-word");
        if status != 200 {
            break (status, answer);
        }
    };
    assert!(status == 401 && answer.contains("banned%20until%20") && !answer.contains("hush"), "{answer}");
    let line = running.wait_for_log("banned_account");
    assert!(line.contains(ADA), "{line}");
    papillon.run(["ban", "add", "127.0.0.1", "--force"]).is_fine();
    // It is closed, as those are that come now.
    let _ = silent.read(&mut [0; 1]);
    let closed = |name| {
        let mut stream = TcpStream::connect(running.address(name)).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        // An end of file, or a reset.
        stream.read(&mut [0; 1]).is_ok_and(|read| read > 0)
    };
    assert_eq!(["msnp", "http", "https"].map(closed), [false; 3]);
    running.wait_for_log("banned_address");
    let count = |at: usize| listed(&papillon)[at]["refused"].as_i64().unwrap();
    while count(0) < 3 || count(1) < 1 {}
    assert!(listed(&papillon)[0]["refused_at"].is_i64());
}

/// Grace, online with a client that does not answer calls. Returns what the service says to it.
fn silent_client(net: &Net) -> BufReader<TcpStream> {
    let password = net::SECRET.replace(',', "%2C").replace(' ', "%20");
    let (status, answer) = net.service.login(GRACE, &password);
    assert_eq!(status, 200, "{answer}");
    let ticket = answer.split("from-PP='").nth(1).and_then(|rest| rest.split('\'').next()).unwrap();
    let mut stream = TcpStream::connect(net.service.address("msnp")).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    for request in [
        String::from("VER 1 MSNP9 CVR0"),
        format!("CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS {GRACE}"),
        format!("USR 3 TWN I {GRACE}"),
        format!("USR 4 TWN S {ticket}"),
        String::from("CHG 5 NLN 0"),
    ] {
        write!(stream, "{request}\r\n").unwrap();
    }
    let mut lines = BufReader::new(stream);
    hear(&mut lines, "CHG 5 ");
    lines
}

/// The next line that begins like this.
fn hear(lines: &mut BufReader<TcpStream>, start: &str) {
    let mut line = String::new();
    while !line.starts_with(start) {
        line.clear();
        assert!(lines.read_line(&mut line).unwrap() > 0, "the service says no {start:?}");
    }
}

#[test]
fn a_client_in_the_middle_of_something_is_told_that_a_ban_may_have_ended_it() {
    let net = Net::new();
    let mut grace = silent_client(&net);
    let mut send = net.start(net::ADA, ["send", GRACE, "Lunch at one?"]);
    hear(&mut grace, "RNG ");
    net.papillon.run(["ban", "add", net::ADA]).is_fine();
    send.end().fails(1, &["signed this account out", "banned", "papillon ban list"]);
    // A second sign-in is told for certain.
    net.run(net::ADA, ["send", GRACE, "Lunch at one?"]).fails(1, &["This account is banned"]);
    net.papillon.run(["ban", "remove", net::ADA]).is_fine();

    let mut ada = loop {
        // The service takes notice in a moment.
        let mut listening = net.start(net::ADA, ["listen"]);
        if listening.line().is_some() {
            break listening;
        }
        listening.end();
    };
    net.papillon.run(["ban", "add", net::ADA]).is_fine();
    ada.end().fails(1, &["signed this account out", "banned", "papillon ban list"]);
}
