//! `serve --dns`: the names of the old services, at whichever address of the machine they are asked.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use crate::papillon::{Papillon, end};
use crate::running::{DEADLINE, Running};

/// Asks for the address of a name from `own`, and gives the address in the answer and the code.
fn ask(own: &str, server: SocketAddr, name: &str) -> (Option<IpAddr>, u8) {
    let socket = UdpSocket::bind((own.parse::<IpAddr>().unwrap(), 0)).unwrap();
    // An answer from anywhere else is not received.
    socket.connect(server).unwrap();
    socket.set_read_timeout(Some(DEADLINE)).unwrap();
    let mut packet = vec![0, 7, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0];
    for label in name.split('.') {
        packet.push(u8::try_from(label.len()).unwrap());
        packet.extend(label.as_bytes());
    }
    packet.extend([0, 0, if server.is_ipv4() { 1 } else { 28 }, 0, 1]);
    socket.send(&packet).unwrap();
    let mut answer = [0; 512];
    let length = socket.recv(&mut answer).unwrap();
    let address = answer[..length].get(packet.len() + 12..).map(|data| match <[u8; 4]>::try_from(data) {
        Ok(v4) => v4.into(),
        Err(_) => <[u8; 16]>::try_from(data).unwrap().into(),
    });
    (address, answer[3] & 0x0f)
}

fn serve(papillon: &Papillon, more: &[&str]) -> Running {
    let mut command =
        papillon.command(["serve", "--msnp", "127.0.0.1:0", "--http", "none", "--https", "none"]);
    Running::launch(command.args(more))
}

#[test]
fn the_answer_is_the_address_that_was_asked() {
    let papillon = Papillon::new();
    let running = serve(&papillon, &["--dns", "0"]);
    let names: Vec<_> = running.listening.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(names, ["msnp", "dns"]);
    let dns = running.address("dns");
    assert!(dns.ip().is_unspecified() && dns.port() != 0);
    std::net::TcpStream::connect(("127.0.0.1", dns.port())).unwrap();
    // Each of these is this machine.
    for address in ["127.0.0.1", "127.0.0.5", "127.1.2.3"] {
        let at = SocketAddr::new(address.parse().unwrap(), dns.port());
        assert_eq!(ask("127.0.0.1", at, "nexus.passport.com"), (Some(at.ip()), 0));
    }
}

#[test]
fn both_families_are_answered_at_once() {
    let papillon = Papillon::new();
    let running = serve(&papillon, &["--dns", "[::]:0"]);
    let port = running.address("dns").port();
    for (own, address) in [("::1", "::1"), ("127.0.0.1", "127.0.0.1"), ("127.0.0.1", "127.0.0.5")] {
        let at = SocketAddr::new(address.parse().unwrap(), port);
        assert_eq!(ask(own, at, "nexus.passport.com"), (Some(at.ip()), 0), "{address}");
    }
}

#[test]
fn what_can_be_said_about_it_is_heard() {
    let papillon = Papillon::new();
    let file = papillon.file("papillon.toml", "dns = '127.0.0.1:0'\ndns_others = 'refuse'\n");
    let file = file.to_str().unwrap();
    let running = serve(&papillon, &["--config", file, "--public-host", "203.0.113.7"]);
    let dns = running.address("dns");
    assert_eq!(ask("127.0.0.1", dns, "nexus.passport.com"), (Some("203.0.113.7".parse().unwrap()), 0));
    assert_eq!(ask("127.0.0.1", dns, "example.com").1, 5);
    drop(running);

    let mut command =
        papillon.command(["serve", "--msnp", "127.0.0.1:0", "--http", "none", "--https", "none"]);
    command.env("PAPILLON_DNS", "127.0.0.1:0").args(["--dns-upstreams", "127.0.0.1:9"]);
    let running = Running::launch(&mut command);
    // No DNS server is there: the client is told so.
    assert_eq!(ask("127.0.0.1", running.address("dns"), "example.com").1, 2);
}

#[test]
fn wrong_words_are_refused() {
    let papillon = Papillon::new();
    for (args, words) in [
        (["--dns", "x"], "expected an address"),
        (["--dns-clients", "everybody"], "expected private, any, or addresses and networks"),
        (["--dns-others", "drop"], "expected forward or refuse"),
        (["--dns-upstreams", "dns.example.org"], "expected system, or addresses"),
    ] {
        end(papillon.bare(["serve"]).args(args)).fails(2, &[words]);
    }
}

#[test]
fn a_port_in_use_is_named_with_what_to_do() {
    let taken = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let papillon = Papillon::new();
    let ended = papillon.run([
        "serve",
        "--msnp",
        "127.0.0.1:0",
        "--http",
        "none",
        "--https",
        "none",
        "--dns",
        &address,
    ]);
    let listener = format!("the dns listener cannot be opened at {address}");
    ended.fails(1, &[&listener, "another program answers DNS there", "--dns 192.168.1.2"]);
}
