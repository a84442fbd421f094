//! One service at a time on a data folder, and on a database.

use std::fs;

use crate::papillon::{Papillon, end};
use crate::running::Running;

const QUIET: [&str; 7] = ["serve", "--msnp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--https", "none"];

#[test]
fn a_second_service_is_refused_with_the_number_of_the_first() {
    let papillon = Papillon::new();
    let mut first = Running::launch(&mut papillon.command(QUIET));
    let process = format!("process {}", first.id());
    papillon.run(QUIET).fails(1, &["is in use by another service", &process, "--data DIR"]);
    // On the very same ports it is told the same, and not that they are taken.
    let ports = [first.address("msnp").to_string(), first.address("http").to_string()];
    let same = ["serve", "--msnp", &ports[0], "--http", &ports[1], "--https", "none"];
    papillon.run(same).fails(1, &[&process]);
    // By another name of the folder, and with the database elsewhere.
    let link = papillon.home().join("link");
    std::os::unix::fs::symlink(papillon.data(), &link).unwrap();
    end(papillon.bare(QUIET).arg("--data").arg(&link)).fails(1, &[&process]);
    let database = papillon.home().join("other.db");
    end(papillon.command(QUIET).arg("--database").arg(&database)).fails(1, &[&process]);
    assert!(!database.exists());
    end(papillon.command(QUIET).args(["--database", "postgres://nobody@127.0.0.1:1/x"]))
        .fails(1, &[&process]);

    // Commands that read and that change accounts work beside it.
    papillon.add("ada@example.com", "s3cret-word\n");
    assert_eq!(first.login("ada@example.com", "s3cret-word").0, 200);
    let check =
        papillon.run(["serve", "--check", "--msnp", "127.0.0.1:0", "--http", "none", "--https", "none"]);
    check.is_fine();
    papillon.run(["account", "list"]).is_fine();
    let doctor = papillon.run(["doctor", "--msnp", &ports[0], "--http", &ports[1], "--https", "none"]);
    assert!(doctor.out.contains("papillon.db, with 1 account"), "{doctor:?}");

    // When it has ended, the next one starts.
    first.signal("TERM");
    assert_eq!(first.end().code, 0);
    drop(Running::launch(&mut papillon.command(QUIET)));
}

#[test]
fn a_database_has_one_service_whatever_their_folders() {
    let (one, other) = (Papillon::new(), Papillon::new());
    let first = Running::launch(&mut one.command(QUIET));
    let database = one.data().join("papillon.db");
    let refused = end(other.command(QUIET).arg("--database").arg(&database));
    refused.fails(1, &["the database", &format!("process {}", first.id()), "--database"]);
    drop(Running::launch(&mut other.command(QUIET)));
}

#[test]
fn a_service_that_was_killed_is_in_nobodys_way() {
    let papillon = Papillon::new();
    let mut first = Running::launch(&mut papillon.command(QUIET));
    let killed = first.id().to_string();
    first.signal("KILL");
    first.end();
    let second = Running::launch(&mut papillon.command(QUIET));
    let refused = papillon.run(QUIET);
    refused.fails(1, &[&format!("process {}", second.id())]);
    assert!(!refused.err.contains(&format!("process {killed}:")), "{refused:?}");
}

#[test]
fn a_database_that_is_deleted_is_told_in_the_log() {
    let papillon = Papillon::new();
    papillon.add("ada@example.com", "s3cret-word\n");
    let running = Running::launch(&mut papillon.command(QUIET));
    let file = papillon.data().join("papillon.db");
    let moved = papillon.home().join("moved.db");
    fs::rename(&file, &moved).unwrap();
    let line = running.wait_for_log("was deleted or moved while it was open");
    assert!(line.contains("papillon.db") && line.contains("restart the service"), "{line}");
    fs::rename(&moved, &file).unwrap();
    running.wait_for_log("account changes can be read again");
    papillon.run_with(["account", "password", "ada@example.com", "--password-stdin"], b"another-1").is_fine();
    assert_eq!(running.login("ada@example.com", "another-1").0, 200);
}
