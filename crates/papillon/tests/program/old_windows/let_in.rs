//! With the real programs: a PC with old Windows is let in by the service, and by a process before it.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::papillon::Papillon;
use crate::running::{DEADLINE, Running};

/// Says hello as SSL 3.0 with RC4-SHA, and returns the version and the suite of the answer. A handshake to
/// its end is done in `tests/legacy_tls/`.
fn server_hello(at: SocketAddr) -> ([u8; 2], [u8; 2]) {
    let body = [&[3, 0][..], &[7; 32], &[0, 0, 2, 0, 5, 1, 0]].concat();
    let message = [&[1, 0, 0, body.len() as u8][..], &body].concat();
    let record = [&[22, 3, 0, 0, message.len() as u8][..], &message].concat();
    let mut stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.write_all(&record).unwrap();
    let mut answer = [0; 5 + 39];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!((answer[0], answer[5]), (22, 2), "{answer:x?}");
    let mut rest = vec![0; usize::from(answer[43]) + 2];
    stream.read_exact(&mut rest).unwrap();
    ([answer[9], answer[10]], [rest[rest.len() - 2], rest[rest.len() - 1]])
}

#[test]
fn the_service_lets_old_windows_in() {
    let papillon = Papillon::new();
    let args = ["serve", "--old-windows", "--msnp", "none", "--http", "none", "--https", "127.0.0.1:0"];
    let mut running = Running::launch(&mut papillon.command(args));
    assert_eq!(server_hello(running.address("https")), ([3, 0], [0, 5]));
    running.signal("TERM");
    assert_eq!(running.end().code, 0);
}

#[test]
fn a_process_of_its_own_lets_old_windows_in_and_passes_others_on() {
    let papillon = Papillon::new();
    let tls = papillon.home().join("tls-alone");
    let args = ["serve", "--trusted-proxies", "127.0.0.1", "--msnp", "none", "--http", "127.0.0.1:0"];
    let service = Running::launch(papillon.command(args).args(["--https", "127.0.0.1:0"]));
    let [http, https] = ["http", "https"].map(|name| service.address(name).to_string());
    let args = ["legacy-tls", "--listen", "127.0.0.1:0", "--http", &http, "--https", &https, "--tls"];
    let mut door = Running::launch(papillon.bare(args).arg(&tls));
    assert_eq!(server_hello(door.address("https")), ([3, 0], [0, 5]));
    assert!(tls.join("ca.pem").exists() && tls.join("old-server.pem").exists());
    // It made no data folder.
    assert!(!papillon.home().join(".local").exists());
    door.signal("TERM");
    assert_eq!(door.end().code, 0);
}
