//! `papillon serve`: starting and stopping.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use crate::program::{PATIENCE, Service, papillon, text};

#[test]
fn it_says_where_it_listens_and_ends_in_good_order() {
    let data = tempfile::tempdir().unwrap();
    let mut service = Service::start(data.path(), &["--dispatch", "127.0.0.1:0"]);
    let names: Vec<_> = service.listening.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["msnp", "dispatch", "http", "https"]);
    assert!(service.ask("GET /health HTTP/1.0\r\n\r\n").trim_end().ends_with("\r\n\r\nok"));

    let mut client = TcpStream::connect(service.address("msnp")).unwrap();
    client.set_read_timeout(Some(PATIENCE)).unwrap();
    client.write_all(b"VER 1 MSNP9 MSNP8 CVR0\r\n").unwrap();
    let expected = b"VER 1 MSNP9 MSNP8 CVR0\r\n";
    let mut reply = vec![0; expected.len()];
    client.read_exact(&mut reply).unwrap();
    assert_eq!(reply, expected);

    service.signal("TERM");
    assert_eq!(service.ended().code(), Some(0));
    assert_eq!(client.read(&mut reply).unwrap(), 0, "the client's connection was closed");
}

#[test]
fn an_interrupt_ends_it_too() {
    let data = tempfile::tempdir().unwrap();
    let mut service = Service::start(data.path(), &[]);
    service.signal("INT");
    assert_eq!(service.ended().code(), Some(0));
}

#[test]
fn listeners_can_be_left_out() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path(), &["--http", "none", "--https", "none"]);
    assert_eq!(service.listening.len(), 1);
    assert!(!data.path().join("tls").exists(), "no certificate without HTTPS");
}

#[test]
fn a_first_start_says_what_to_do_next_and_a_later_one_does_not() {
    let data = tempfile::tempdir().unwrap();
    let log = || fs::read_to_string(data.path().join("log")).unwrap();
    drop(Service::start(data.path(), &[]));
    assert!(log().contains("account add") && log().contains("ca.pem"), "{}", log());
    assert!(data.path().join("tls/ca.pem").is_file());
    let words = ["add", "ada@example.com", "--password-stdin"];
    assert!(crate::program::account(data.path(), &words, "secret").status.success());
    drop(Service::start(data.path(), &[]));
    assert!(!log().contains("account add"), "{}", log());
}

#[test]
fn a_port_that_is_taken_is_explained() {
    let data = tempfile::tempdir().unwrap();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = data.path().to_str().unwrap();
    let words = ["serve", "--data", folder, "--msnp", &address, "--http", "none", "--https", "none"];
    let output = papillon(&words).output().unwrap();
    let error = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1));
    assert!(error.contains(&address) && error.contains("msnp"), "{error}");
    assert!(output.stdout.is_empty());
}
