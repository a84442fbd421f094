//! `papillon account` while the service runs: it sees the change at once.

use crate::papillon::Papillon;
use crate::running::Running;

const ADA: &str = "ada@example.com";

#[test]
fn a_running_service_sees_every_change_at_once() {
    let papillon = Papillon::new();
    let running = Running::start(&papillon);
    assert_eq!(running.login(ADA, "s3cret-word").0, 401);

    papillon.add(ADA, "s3cret-word\n");
    let (status, answer) = running.login(ADA, "s3cret-word");
    assert_eq!(status, 200, "{answer}");
    assert!(answer.contains("from-PP='t="), "{answer}");
    assert_eq!(running.login(ADA, "S3cret-word").0, 401);

    papillon.run_with(["account", "password", ADA, "--password-stdin"], b"another-1").is_fine();
    assert_eq!(running.login(ADA, "s3cret-word").0, 401);
    assert_eq!(running.login(ADA, "another-1").0, 200);

    papillon.run(["account", "disable", ADA]).is_fine();
    let (status, answer) = running.login(ADA, "another-1");
    assert_eq!(status, 401);
    assert!(!answer.contains("from-PP"), "{answer}");
    papillon.run(["account", "enable", ADA]).is_fine();
    assert_eq!(running.login(ADA, "another-1").0, 200);

    papillon.run(["account", "remove", ADA, "--yes"]).is_fine();
    assert_eq!(running.login(ADA, "another-1").0, 401);
}

#[test]
fn no_password_is_logged() {
    let papillon = Papillon::new();
    let args = ["serve", "--msnp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--https", "none"];
    let mut running = Running::launch(papillon.command(args).env("PAPILLON_LOG", "trace"));
    papillon.add(ADA, "s3cret-right");
    assert_eq!(running.login(ADA, "s3cret-right").0, 200);
    assert_eq!(running.login(ADA, "s3cret-wrong").0, 401);
    running.signal("TERM");
    let log = running.end().err;
    assert!(!log.is_empty() && !log.contains("s3cret-word"), "{log}");
}
