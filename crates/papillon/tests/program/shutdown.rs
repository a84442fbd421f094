//! The service ends in good order when it is told to.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Instant;

use crate::papillon::Papillon;
use crate::running::{DEADLINE, Running};

#[test]
fn both_signals_end_the_service_with_0() {
    for signal in ["TERM", "INT"] {
        let papillon = Papillon::new();
        let mut running = Running::start(&papillon);
        let mut client = TcpStream::connect(running.address("msnp")).unwrap();
        client.set_read_timeout(Some(DEADLINE)).unwrap();
        let ver = b"VER 1 MSNP9 MSNP8 CVR0\r\n";
        client.write_all(ver).unwrap();
        let mut reply = vec![0; ver.len()];
        client.read_exact(&mut reply).unwrap();
        assert_eq!(reply, ver);
        running.signal(signal);
        let ended = running.end();
        assert_eq!(ended.code, 0, "{ended:?}");
        assert_eq!(ended.out, "");
        assert_eq!(client.read(&mut reply).unwrap(), 0, "the client's connection was closed");
    }
}

#[test]
fn a_second_signal_cuts_the_grace() {
    let papillon = Papillon::new();
    let args =
        ["serve", "--shutdown-grace", "3600", "--msnp", "127.0.0.1:0", "--http", "none", "--https", "none"];
    let mut running = Running::launch(&mut papillon.command(args));
    let start = Instant::now();
    running.signal("TERM");
    // Two signals of one kind at the same time would be one.
    running.wait_for_log("stopping");
    running.signal("TERM");
    let ended = running.end();
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(start.elapsed() < DEADLINE);
}

#[test]
fn a_service_can_be_started_again_on_the_same_ports() {
    let papillon = Papillon::new();
    let mut running = Running::start(&papillon);
    let port = running.address("msnp").to_string();
    let _client = TcpStream::connect(running.address("msnp")).unwrap();
    running.signal("TERM");
    assert_eq!(running.end().code, 0);
    let args = ["serve", "--msnp", &port, "--http", "none", "--https", "none"];
    let again = Running::launch(&mut papillon.command(args));
    assert_eq!(again.address("msnp").to_string(), port);
}

/// A reader of the log that has gone, as a terminal may have, keeps no signal from being heard.
#[test]
fn a_log_that_nobody_reads_does_no_harm() {
    let papillon = Papillon::new();
    let args = ["serve", "--msnp", "127.0.0.1:0", "--http", "none", "--https", "none"];
    let mut child = papillon.command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap() == "ready"));
    drop(child.stderr.take());
    let pid = child.id().to_string();
    for signal in ["HUP", "TERM"] {
        assert!(Command::new("kill").args(["-s", signal, &pid]).status().unwrap().success());
    }
    let (told, ended) = mpsc::channel();
    thread::spawn(move || told.send(child.wait().unwrap().code()));
    assert_eq!(ended.recv_timeout(DEADLINE).expect("it ends"), Some(0));
}
