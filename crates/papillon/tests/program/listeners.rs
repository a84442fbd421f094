//! Which listeners there are, and what is said when there cannot be one.

use std::net::{TcpListener, TcpStream};

use crate::papillon::Papillon;
use crate::running::Running;

#[test]
fn each_listener_is_announced_before_ready() {
    let papillon = Papillon::new();
    let mut command = papillon.command(["serve", "--msnp", "127.0.0.1:0", "--dispatch", "localhost:0"]);
    let running = Running::launch(command.args(["--http", "0", "--https", "127.0.0.1:0"]));
    let names: Vec<_> = running.listening.iter().map(|line| line.split(' ').nth(1).unwrap()).collect();
    assert_eq!(names, ["msnp", "dispatch", "http", "https"]);
    assert_eq!(running.address("http").ip().to_string(), "0.0.0.0");
    for name in ["msnp", "dispatch", "https"] {
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
    for name in ["msnp", "dispatch", "http", "https"] {
        let mut args = vec![String::from("serve")];
        for other in ["msnp", "dispatch", "http", "https"] {
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
