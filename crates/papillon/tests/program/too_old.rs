//! Clients whose TLS is too old, at a service that nobody told to let them in.
#![cfg(unix)]

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::papillon::Papillon;
use crate::running::{DEADLINE, Running};

/// A hello of TLS 1.0 with AES, or of another version below 1.2.
fn hello(minor: u8) -> Vec<u8> {
    let body = [&[3, minor][..], &[7; 32], &[0, 0, 4, 0, 0x2f, 0, 0x0a, 1, 0]].concat();
    let message = [&[1, 0, 0, body.len() as u8][..], &body].concat();
    [&[22, 3, minor, 0, message.len() as u8][..], &message].concat()
}

/// A hello in the format of SSL 2.0.
fn hello_of_ssl_2() -> Vec<u8> {
    let body = [&[1, 3, 1, 0, 3, 0, 0, 0, 16, 0, 0, 5][..], b"sixteen bytes..."].concat();
    [&[0x80, body.len() as u8][..], &body].concat()
}

/// Says this and waits for the end of the connection.
fn say(at: SocketAddr, words: &[u8]) {
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(words).unwrap();
    // In whatever way it ends.
    let _ = stream.read_to_end(&mut Vec::new());
}

#[test]
fn the_log_says_what_to_do_once_for_each_address() {
    for first in [hello(0), hello(1), hello(2), hello_of_ssl_2()] {
        let papillon = Papillon::new();
        let all = ["serve", "--msnp", "none", "--http", "none", "--https", "127.0.0.1:0", "--log-addresses"];
        let mut running = Running::launch(&mut papillon.command(all));
        let at = running.address("https");
        say(at, &first);
        let line = running.wait_for_log("TLS that is too old");
        assert!(line.contains("127.0.0.1") && line.contains("--old-windows"), "{line}");
        for again in [hello(1), hello_of_ssl_2()] {
            say(at, &again);
        }
        running.signal("TERM");
        let log = running.end().err;
        assert!(!log.contains("TLS that is too old"), "{log}");
    }
}

#[test]
fn what_is_no_hello_is_nobody_to_let_in() {
    let papillon = Papillon::new();
    let mut running = Running::start(&papillon);
    for words in [&b"GET / HTTP/1.0\r\n\r\n"[..], b"", &[0x80, 0x20, 2], &[22, 3, 1, 0, 5, 1, 0, 0, 1, 0]] {
        let mut stream = TcpStream::connect(running.address("https")).unwrap();
        stream.write_all(words).unwrap();
        stream.shutdown(std::net::Shutdown::Write).unwrap();
        let _ = stream.read_to_end(&mut Vec::new());
    }
    running.signal("TERM");
    let log = running.end().err;
    assert!(!log.contains("TLS that is too old"), "{log}");
}
