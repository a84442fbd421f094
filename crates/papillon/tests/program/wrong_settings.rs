//! Settings that make no sense are found before anything is started, and named.

use crate::papillon::{Papillon, end};

#[test]
fn an_unknown_key_is_named_with_file_and_line() {
    let papillon = Papillon::new();
    let file = papillon.file("papillon.toml", "msnp = 'none'\n\n[limits]\nconections = 5\n");
    for args in [&["serve"][..], &["account", "list"]] {
        let ended = end(papillon.command(args).arg("--config").arg(&file));
        let place = format!("{}, line 4: ", file.display());
        ended.fails(1, &[&place, "unknown key \"conections\" in [limits]", "connections, http_connections"]);
    }
}

#[test]
fn a_bad_value_is_named_with_file_and_line() {
    let papillon = Papillon::new();
    let file = papillon.file("papillon.toml", "\n[timeouts]\nsign_in = 'soon'\n");
    let ended = end(papillon.command(["serve"]).arg("--config").arg(&file));
    ended.fails(1, &["papillon.toml, line 3: bad value for sign_in: expected a whole number of seconds"]);
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let papillon = Papillon::new();
    let ended = papillon.run(["serve", "--config", "nowhere.toml"]);
    ended.fails(1, &["nowhere.toml cannot be read", "--config FILE"]);
}

#[test]
fn a_bad_variable_is_named() {
    let papillon = Papillon::new();
    for (name, value, words) in [
        ("PAPILLON_MSNP", "x", "PAPILLON_MSNP: expected an address"),
        ("PAPILLON_TIMEOUTS_COOKIE", "-1", "PAPILLON_TIMEOUTS_COOKIE: expected a whole number of seconds"),
        ("PAPILLON_LIMITS_CONECTIONS", "5", "unknown environment variable PAPILLON_LIMITS_CONECTIONS"),
        ("PAPILLON_LOG", "papillon=loud", "PAPILLON_LOG is not a log filter"),
    ] {
        end(papillon.command(["serve"]).env(name, value)).fails(1, &[words]);
    }
}

#[test]
fn a_database_address_is_never_repeated() {
    let papillon = Papillon::new();
    let bad = "mysql://ada:hush@localhost/x";
    let file = papillon.file("papillon.toml", &format!("database = '{bad}'"));
    let by_file = end(papillon.command(["serve"]).arg("--config").arg(file));
    let by_variable = end(papillon.command(["serve"]).env("PAPILLON_DATABASE", bad));
    // An address that is given to the driver, and that it cannot read.
    let unreadable = papillon.run(["account", "list", "--database", "postgres://ada:hush@localhost:port/x"]);
    by_file.fails(1, &["papillon.toml, line 1: bad value for database: expected postgres://"]);
    by_variable.fails(1, &["PAPILLON_DATABASE: expected postgres://"]);
    unreadable.fails(1, &["the PostgreSQL database cannot be opened", "--database"]);
    for ended in [by_file, by_variable, unreadable] {
        assert!(!ended.err.contains("hush"), "{ended:?}");
    }
}

#[test]
fn listeners_that_make_no_sense_are_refused() {
    let papillon = Papillon::new();
    papillon.run(["serve", "--msnp", "none", "--dispatch", "0"]).fails(1, &["--dispatch", "--msnp ADDR"]);
    papillon
        .run(["serve", "--msnp", "none", "--http", "none", "--https", "none"])
        .fails(1, &["all listeners are off"]);
    assert!(!papillon.data().exists());
}
