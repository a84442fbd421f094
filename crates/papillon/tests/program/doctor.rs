//! `doctor`: beside a service, without one, and beside something else.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, UdpSocket};
use std::thread;

use crate::papillon::{Ended, Papillon, end};
use crate::running::Running;

const LISTENERS: [&str; 5] = ["msnp", "dispatch", "http", "https", "dns"];

/// The options for listeners at these addresses. What is not ours is asked at a server that is not there.
fn options(command: &str, address: impl Fn(&str) -> String) -> Vec<String> {
    let mut options = vec![command.to_owned(), String::from("--dns-upstreams"), String::from("127.0.0.1:9")];
    for name in LISTENERS {
        options.extend([format!("--{name}"), address(name)]);
    }
    options
}

fn serve(papillon: &Papillon) -> Running {
    papillon.add("ada@example.com", "s3cret-word");
    Running::launch(&mut papillon.command(options("serve", |_| String::from("127.0.0.1:0"))))
}

/// The doctor, beside this service.
fn beside(running: &Running) -> Vec<String> {
    options("doctor", |name| running.address(name).to_string())
}

/// The lines about one thing, without what to do.
fn about<'a>(ended: &'a Ended, check: &str) -> Vec<&'a str> {
    let is_about = |line: &&str| line.get(6..).is_some_and(|rest| rest.starts_with(&format!("{check} ")));
    let lines: Vec<_> = ended.out.lines().filter(is_about).collect();
    assert!(!lines.is_empty(), "nothing about {check} in {}", ended.out);
    lines
}

/// An address that was free a moment ago.
fn free() -> String {
    loop {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = tcp.local_addr().unwrap();
        if UdpSocket::bind(address).is_ok() {
            return address.to_string();
        }
    }
}

#[test]
fn a_service_that_is_well_is_said_to_be() {
    let papillon = Papillon::new();
    let running = serve(&papillon);
    let ended = papillon.run(beside(&running));
    ended.is_fine();
    assert!(!ended.out.contains("FAIL"), "{}", ended.out);
    for name in LISTENERS {
        let line = format!("ok    {name:<12} the service answers at {}", running.address(name));
        assert!(ended.out.contains(&line), "{line:?} is not in {}", ended.out);
    }
    assert!(
        about(&ended, "dns").iter().any(|line| line.contains("the old names are 127.0.0.1")),
        "{ended:?}"
    );
    let ca = papillon.data().join("tls/ca.pem");
    assert!(ended.out.contains(&format!("clients have to import {}", ca.display())), "{}", ended.out);
    assert!(about(&ended, "database")[0].contains("1 account"), "{ended:?}");
    // Ports that nobody looks at are no failure.
    assert!(about(&ended, "https").iter().any(|line| line.starts_with("warn")), "{ended:?}");
}

#[test]
fn without_a_service_it_says_whether_one_could_run() {
    let papillon = Papillon::new();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = |name: &str| match name {
        "http" => taken.local_addr().unwrap().to_string(),
        _ => free(),
    };
    let ended = papillon.run(options("doctor", address));
    ended.fails(1, &["something is wrong with: service, http"]);
    assert!(about(&ended, "service")[0].contains("it does not run"), "{ended:?}");
    for name in ["msnp", "dispatch", "https", "dns"] {
        assert!(about(&ended, name)[0].ends_with("is free for the service"), "{ended:?}");
    }
    assert!(about(&ended, "http")[0].starts_with("FAIL"), "{ended:?}");
    assert!(ended.out.contains("choose another port with --http ADDR"), "{}", ended.out);
    assert!(!papillon.data().exists(), "a doctor changes nothing");
}

#[test]
fn another_program_is_told_from_the_service() {
    let papillon = Papillon::new();
    let running = serve(&papillon);
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = other.local_addr().unwrap();
    thread::spawn(move || {
        for stream in other.incoming() {
            let mut stream = stream.unwrap();
            stream.write_all(b"220 mail.example.org ESMTP\r\n").unwrap();
            // Until whoever it is has had enough.
            let _ = stream.read_to_end(&mut Vec::new());
        }
    });
    let address = |name: &str| match name {
        "msnp" => at.to_string(),
        _ => running.address(name).to_string(),
    };
    let ended = papillon.run(options("doctor", address));
    ended.fails(1, &["something is wrong with: msnp"]);
    let line = about(&ended, "msnp")[0];
    assert!(line.starts_with("FAIL") && line.contains("220 mail.example.org"), "{line}");
    assert!(ended.out.contains("--msnp ADDR"), "{}", ended.out);
    // A listener of the service that is another one than was meant.
    let swapped = |name: &str| match name {
        "http" => running.address("https").to_string(),
        "https" => running.address("http").to_string(),
        "msnp" => running.address("http").to_string(),
        _ => running.address(name).to_string(),
    };
    let ended = papillon.run(options("doctor", swapped));
    ended.fails(1, &["something is wrong with: msnp, http, https"]);
}

/// A proxy in front of the service refuses, or does not reach it.
#[test]
fn a_proxy_that_lets_nobody_through_is_told_as_one() {
    let papillon = Papillon::new();
    let running = serve(&papillon);
    for status in ["403 Forbidden", "502 Bad Gateway"] {
        let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", proxy.local_addr().unwrap());
        thread::spawn(move || {
            for stream in proxy.incoming() {
                let mut stream = stream.unwrap();
                let mut asked = [0; 1024];
                assert!(stream.read(&mut asked).unwrap() > 0);
                write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    .unwrap();
            }
        });
        let mut options = beside(&running);
        options.extend([String::from("--public-url"), url]);
        let ended = papillon.run(options);
        let line = about(&ended, "public URL")[0];
        assert!(
            line.starts_with("warn") && line.contains(status) && line.contains("let this through"),
            "{line}"
        );
        assert!(ended.out.contains("the rules and the log of the proxy"), "{}", ended.out);
    }
}

/// The service closes connections of a banned address unread. That is neither another program nor a service that does not
/// run.
#[test]
fn a_ban_of_this_address_is_told_as_what_it_may_be() {
    let papillon = Papillon::new();
    let running = serve(&papillon);
    papillon.run(["ban", "add", "127.0.0.1", "--force"]).is_fine();
    running.wait_until_closed(true);
    let without_dns = options("doctor", |name| match name {
        "dns" => String::from("none"),
        _ => running.address(name).to_string(),
    });
    let ended = papillon.run(without_dns);
    ended.fails(1, &["something is wrong with: service, msnp, dispatch, http, https"]);
    for name in ["service", "msnp", "dispatch", "http", "https"] {
        let line = about(&ended, name)[0];
        assert!(line.starts_with("FAIL") && line.contains("closed before a word"), "{line}");
    }
    assert_eq!(ended.out.matches("`papillon ban list`").count(), 5, "{}", ended.out);
    assert!(!ended.out.contains("another program listens there"), "{}", ended.out);
    // Bans are not for the DNS listener, which shows that the service runs.
    let ended = papillon.run(beside(&running));
    ended.fails(1, &["something is wrong with: msnp, dispatch, http, https"]);
    assert!(about(&ended, "msnp")[0].contains("closed before a word"), "{ended:?}");

    papillon.run(["ban", "remove", "127.0.0.1"]).is_fine();
    running.wait_until_closed(false);
    papillon.run(beside(&running)).is_fine();
}

#[test]
fn other_settings_than_the_service_has_are_noticed() {
    let papillon = Papillon::new();
    let running = serve(&papillon);
    let gone = free();
    let address = |name: &str| match name {
        "http" | "dns" => gone.clone(),
        _ => running.address(name).to_string(),
    };
    let ended = papillon.run(options("doctor", address));
    ended.fails(1, &["something is wrong with: http, dns"]);
    assert!(about(&ended, "http")[0].contains("no program listens; other listeners of the service answer"));

    let other = Papillon::new();
    let ended = other.run(beside(&running));
    ended.fails(1, &["something is wrong with: data, database"]);
    assert!(ended.out.contains("the options, and as the user, of the service"), "{}", ended.out);

    other.add("grace@example.com", "s3cret-word");
    let started = Running::start(&other);
    drop(started);
    let ended = other.run(beside(&running));
    ended.fails(1, &["something is wrong with: certificate"]);
    assert!(
        about(&ended, "certificate").iter().any(|line| line.contains("it is not signed by")),
        "{ended:?}"
    );
}

#[test]
fn a_public_host_that_nobody_knows_is_named() {
    let papillon = Papillon::new();
    let running = serve(&papillon);
    let mut args = beside(&running);
    args.extend(["--public-host", "nowhere.invalid"].map(String::from));
    let ended = papillon.run(args);
    ended.fails(1, &["something is wrong with: public host, certificate"]);
    assert!(about(&ended, "public host")[0].contains("nowhere.invalid is not known here"), "{ended:?}");
    assert!(about(&ended, "certificate")[0].contains("not good for nowhere.invalid"), "{ended:?}");
}

#[test]
fn programs_read_json() {
    let papillon = Papillon::new();
    let running = serve(&papillon);
    let mut args = beside(&running);
    args.push(String::from("--json"));
    let ended = papillon.run(args);
    ended.is_fine();
    let findings: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    let findings = findings.as_array().unwrap();
    for finding in findings {
        assert!(["ok", "warn"].contains(&finding["verdict"].as_str().unwrap()), "{finding}");
        assert!(finding["check"].is_string() && finding["seen"].is_string(), "{finding}");
        assert_eq!(finding["advice"].is_null(), finding["verdict"] == "ok", "{finding}");
    }
    let checks: Vec<_> = findings.iter().map(|finding| finding["check"].as_str().unwrap()).collect();
    for check in
        ["settings", "data", "database", "clock", "files", "msnp", "public host", "certificate", "names"]
    {
        assert!(checks.contains(&check), "{check} is not in {checks:?}");
    }
}

#[test]
fn wrong_settings_are_a_finding() {
    let papillon = Papillon::new();
    let file = papillon.file("papillon.toml", "\nmsnpp = 1\n");
    let ended = papillon.run(["doctor", "--config", file.to_str().unwrap()]);
    ended.fails(1, &["something is wrong with: settings"]);
    assert!(about(&ended, "settings")[0].contains("line 2: unknown key"), "{ended:?}");
    for trial in ["--check", "--demo"] {
        end(&mut papillon.bare(["doctor", trial])).fails(2, &["belong to `papillon serve`"]);
    }
    let help = end(&mut papillon.bare(["doctor", "--help"]));
    assert!(!help.out.contains("--demo\n") && help.out.contains("Exit code 1"), "{}", help.out);
}

#[test]
fn an_unknown_host_of_a_listener_is_named() {
    let papillon = Papillon::new();
    let host = format!("{}:1", "x".repeat(64));
    let others = ["--http", "none", "--https", "none"];
    let ended = papillon.run(["doctor", "--msnp", &host].into_iter().chain(others));
    ended.fails(1, &["something is wrong with: msnp"]);
    assert!(about(&ended, "msnp")[0].contains("the host name in --msnp xxx"), "{ended:?}");
}

#[test]
fn ports_that_nobody_can_know_are_not_looked_for() {
    let papillon = Papillon::new();
    let running = serve(&papillon);
    let msnp: SocketAddr = running.address("msnp");
    let args = ["doctor", "--msnp", &msnp.to_string(), "--http", "127.0.0.1:0", "--https", "none"];
    let ended = papillon.run(args);
    ended.is_fine();
    assert!(about(&ended, "http")[0].starts_with("warn"), "{ended:?}");
    assert!(about(&ended, "certificate")[0].contains("not needed"), "{ended:?}");
}

#[test]
#[cfg(feature = "old-windows")]
fn old_windows_is_tried_as_it_talks() {
    let papillon = Papillon::new();
    papillon.add("ada@example.com", "s3cret-word");
    let with = |mut options: Vec<String>| {
        options.push(String::from("--old-windows"));
        options
    };
    let args = with(options("serve", |_| String::from("127.0.0.1:0")));
    let running = Running::launch(&mut papillon.command(args));
    let ended = papillon.run(with(beside(&running)));
    ended.is_fine();
    let line = about(&ended, "old windows")[0];
    assert!(line.starts_with("ok") && line.contains("SSL 3.0") && line.ends_with("tls/ca.pem"), "{line}");
    // The other things that it is shown are good as well.
    assert!(!ended.out.contains("FAIL"), "{}", ended.out);
    let ended = papillon.run(beside(&running));
    ended.is_fine();
    assert!(about(&ended, "old windows")[0].starts_with("warn"), "{ended:?}");

    let other = Papillon::new();
    let running = serve(&other);
    let ended = other.run(beside(&running));
    assert!(about(&ended, "old windows")[0].contains("not let in"), "{ended:?}");
    let ended = other.run(with(beside(&running)));
    ended.fails(1, &["something is wrong with: old windows"]);
}
