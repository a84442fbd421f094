//! Which listeners there are, and what is said when there cannot be one.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};

use crate::papillon::Papillon;
use crate::running::{DEADLINE, Running};

#[test]
fn each_listener_is_announced_before_ready() {
    let papillon = Papillon::new();
    let mut command = papillon.command(["serve", "--msnp", "127.0.0.1:0", "--dispatch", "localhost:0"]);
    let running =
        Running::launch(command.args(["--metrics", "127.0.0.1:0", "--http", "0", "--https", "127.0.0.1:0"]));
    let names: Vec<_> = running.listening.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(names, ["msnp", "dispatch", "http", "https", "metrics"]);
    assert_eq!(running.address("http").ip().to_string(), "0.0.0.0");
    for name in ["msnp", "dispatch", "https", "metrics"] {
        let address = running.address(name);
        assert!(address.ip().is_loopback() && address.port() != 0, "{address}");
        TcpStream::connect(address).unwrap();
    }
}

#[test]
fn none_turns_a_listener_off() {
    let papillon = Papillon::new();
    let args = ["serve", "--msnp", "127.0.0.1:0", "--http", "none", "--https", "none"];
    let running = Running::launch(&mut papillon.command(args));
    assert_eq!(running.listening.len(), 1, "{:?}", running.listening);
    assert!(running.listening[0].starts_with("listening msnp 127.0.0.1:"));
    // Nothing needs a certificate.
    assert!(!papillon.data().join("tls").exists());
}

#[test]
fn a_port_in_use_is_named_with_what_to_do() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let papillon = Papillon::new();
    for name in ["msnp", "dispatch", "http", "https", "metrics"] {
        let mut args = vec![String::from("serve")];
        for other in ["msnp", "dispatch", "http", "https", "metrics"] {
            let at = if other == name { address.as_str() } else { "127.0.0.1:0" };
            args.extend([format!("--{other}"), at.to_owned()]);
        }
        let ended = papillon.run(&args);
        let listener = format!("the {name} listener cannot be opened at {address}");
        let option = format!("--{name} ADDR");
        ended.fails(1, &[&listener, "another program listens there", &option]);
        assert_eq!(ended.out, "");
    }
    assert!(!papillon.data().exists(), "nothing is made by a service that cannot listen");
}

#[test]
fn an_address_of_another_machine_is_named() {
    let papillon = Papillon::new();
    // A documentation address: no machine has it.
    let ended = papillon.run(["serve", "--msnp", "192.0.2.1:0", "--http", "none", "--https", "none"]);
    ended.fails(1, &["msnp listener", "192.0.2.1:0", "this machine has no such address"]);
}

/// A port alone is for both kinds of addresses, an IPv4 address for itself.
#[test]
fn a_port_alone_is_at_ipv6_too() {
    if std::net::UdpSocket::bind("[::1]:0").is_err() {
        return eprintln!("SKIPPED: this system has no IPv6");
    }
    let papillon = Papillon::new();
    let names = ["msnp", "dispatch", "http", "https", "dns"];
    for (at, there) in [("0", true), ("0.0.0.0:0", false)] {
        let mut args = vec![String::from("serve")];
        args.extend(names.iter().flat_map(|name| [format!("--{name}"), at.to_owned()]));
        let running = Running::launch(&mut papillon.command(&args));
        // Scripts read one line for each listener.
        assert_eq!(running.listening.len(), names.len(), "{:?}", running.listening);
        for name in names {
            let address = running.address(name);
            assert_eq!(address.ip().to_string(), "0.0.0.0");
            TcpStream::connect(("127.0.0.1", address.port())).unwrap();
            assert_eq!(TcpStream::connect(("::1", address.port())).is_ok(), there, "{name} {at}");
        }
    }
}

/// A client that comes by IPv4 to a socket for both kinds is one of IPv4.
#[test]
fn nobody_sees_a_mapped_address() {
    if std::net::UdpSocket::bind("[::1]:0").is_err() {
        return eprintln!("SKIPPED: this system has no IPv6");
    }
    let papillon = Papillon::new();
    let args = ["serve", "--msnp", "[::]:0", "--dispatch", "[::]:0", "--http", "[::]:0", "--https", "none"];
    let running = Running::launch(&mut papillon.command(args));
    let talk = |name: &str, words: &str, until: &[u8]| {
        let mut stream = TcpStream::connect(("127.0.0.1", running.address(name).port())).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(words.as_bytes()).unwrap();
        let (mut said, mut buffer) = (Vec::new(), [0; 1024]);
        while !said.windows(until.len()).any(|part| part == until) {
            let count = stream.read(&mut buffer).unwrap();
            assert!(count > 0, "{}", String::from_utf8_lossy(&said));
            said.extend(&buffer[..count]);
        }
        String::from_utf8(said).unwrap()
    };
    let signing_in = "VER 1 MSNP9 CVR0\r\nCVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS a@example.com\r\n\
                      USR 3 TWN I a@example.com\r\n";
    let referred = talk("dispatch", signing_in, b"XFR 3 NS ");
    assert!(referred.contains("XFR 3 NS 127.0.0.1:"), "{referred}");
    let nexus = talk("http", "GET /rdr/pprdr.asp HTTP/1.0\r\n\r\n", b"PassportURLs");
    assert!(nexus.contains("DALogin=127.0.0.1:"), "{nexus}");
}
