//! `serve --old-windows` and `legacy-tls`.

use crate::papillon::{Papillon, end};

#[cfg(feature = "old-windows")]
mod let_in;

/// The ports where old Windows looks are taken unless others are given, from whatever source.
#[test]
fn the_listeners_are_where_old_windows_looks() {
    let papillon = Papillon::new();
    let file = papillon.file("papillon.toml", "old_windows = true\nhttps = '127.0.0.1:4430'\n");
    let file = file.to_str().unwrap();
    for (args, http, https) in [
        (&["serve", "--check", "--old-windows"][..], "0.0.0.0:80", "0.0.0.0:443"),
        (&["serve", "--check", "--old-windows", "--https", "8443"], "0.0.0.0:80", "0.0.0.0:8443"),
        (&["serve", "--check", "--config", file], "0.0.0.0:80", "127.0.0.1:4430"),
        (&["serve", "--check"], "0.0.0.0:8080", "0.0.0.0:8443"),
    ] {
        let checked = papillon.run(args);
        for (name, address) in [("http", http), ("https", https)] {
            let line = format!("{name:<14} {address}\n");
            assert!(checked.out.contains(&line), "{args:?}: {checked:?}");
        }
        assert_eq!(checked.code == 0, cfg!(feature = "old-windows") || args.len() == 2, "{checked:?}");
    }
}

#[test]
fn the_environment_can_say_it() {
    let papillon = Papillon::new();
    let said = |name: &str, value: &str| {
        let mut command = papillon.command(["serve", "--check"]);
        end(command.env(name, value))
    };
    assert!(said("PAPILLON_OLD_WINDOWS", "true").out.contains("https          0.0.0.0:443\n"));
    said("PAPILLON_OLD_WINDOWS", "perhaps").fails(1, &["PAPILLON_OLD_WINDOWS", "expected true or false"]);
    said("PAPILLON_TRUSTED_PROXIES", "127.0.0.1,::1").is_fine();
    said("PAPILLON_TRUSTED_PROXIES", "localhost").fails(1, &["PAPILLON_TRUSTED_PROXIES", "192.0.2.0/24"]);
}

#[cfg(not(feature = "old-windows"))]
#[test]
fn without_openssl_it_is_said_what_to_do() {
    let papillon = Papillon::new();
    let ended =
        papillon.run(["serve", "--old-windows", "--msnp", "0", "--http", "none", "--https", "127.0.0.1:0"]);
    ended.fails(1, &["built without TLS for old Windows", "default features"]);
    papillon.run(["legacy-tls"]).fails(2, &["unrecognized subcommand"]);
}

#[cfg(feature = "old-windows")]
#[test]
fn a_port_in_use_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let papillon = Papillon::new();
    let ended = papillon.run(["legacy-tls", "--listen", &address]);
    ended.fails(1, &[&address, "another program listens there", "--listen ADDR"]);
    papillon.run(["legacy-tls", "--listen", "none"]).fails(1, &["--listen ADDR"]);
    assert!(std::fs::read_dir(papillon.home()).unwrap().next().is_none(), "nothing is made");
}
