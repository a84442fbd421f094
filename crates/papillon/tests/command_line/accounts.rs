//! `papillon account`.

use crate::program::{Service, account, run, text};

#[test]
fn people_can_be_added_listed_and_removed() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    let added = account(data, &["add", "Ada@Example.com", "--name", "Ada L", "--password-stdin"], "secret\n");
    assert!(added.status.success(), "{added:?}");
    assert_eq!(text(&added.stdout), "added ada@example.com\n");
    assert!(account(data, &["add", "bob@example.com", "--password-stdin"], "secret").status.success());

    let listed = text(&account(data, &["list"], "").stdout);
    let lines: Vec<_> = listed.lines().collect();
    assert_eq!(lines.len(), 2, "{listed}");
    assert!(lines[0].starts_with("ada@example.com") && lines[0].contains("Ada L"), "{listed}");

    let json = account(data, &["list", "--json"], "").stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json[0]["email"], "ada@example.com");
    assert_eq!(json[0]["name"], "Ada L");
    assert_eq!(json[0]["enabled"], true);
    assert!(json[0]["created_at"].as_i64().unwrap() > 1_700_000_000);

    assert!(account(data, &["remove", "ada@example.com", "--yes"], "").status.success());
    assert_eq!(text(&account(data, &["list"], "").stdout).lines().count(), 1);
}

#[test]
fn what_cannot_be_done_is_said_and_fails() {
    let data = tempfile::tempdir().unwrap();
    let data = data.path();
    assert!(account(data, &["add", "ada@example.com", "--password-stdin"], "secret").status.success());
    for (words, input, code, hint) in [
        (&["add", "ada@example.com", "--password-stdin"][..], "secret", 1, "ada@example.com"),
        (&["add", "ada", "--password-stdin"], "secret", 2, "e-mail"),
        (&["add", "ada@example", "--password-stdin"], "secret", 2, "e-mail"),
        (&["add", "bob@example.com", "--password-stdin"], "\n", 1, "password"),
        (&["add", "bob@example.com"], "", 1, "--password-stdin"),
        (&["password", "bob@example.com", "--password-stdin"], "secret", 1, "bob@example.com"),
        (&["disable", "bob@example.com"], "", 1, "bob@example.com"),
        (&["enable", "bob@example.com"], "", 1, "bob@example.com"),
        (&["remove", "bob@example.com", "--yes"], "", 1, "bob@example.com"),
        (&["remove", "ada@example.com"], "", 1, "--yes"),
    ] {
        let output = account(data, words, input);
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {error}");
        assert!(error.contains(hint), "{words:?}: {error}");
        assert!(!error.contains("secret") && !error.contains("panicked"), "{words:?}: {error}");
    }
}

#[test]
fn a_running_service_sees_every_change_at_once() {
    let data = tempfile::tempdir().unwrap();
    let service = Service::start(data.path(), &[]);
    let data = data.path();
    let logs_in = |password: &str| service.log_in("ada@example.com", password).contains(" 200 ");
    assert!(!logs_in("one"));
    assert!(account(data, &["add", "ada@example.com", "--password-stdin"], "one").status.success());
    assert!(logs_in("one"));
    assert!(account(data, &["password", "ada@example.com", "--password-stdin"], "two").status.success());
    assert!(!logs_in("one") && logs_in("two"));
    assert!(account(data, &["disable", "ada@example.com"], "").status.success());
    assert!(!logs_in("two"));
    assert!(account(data, &["enable", "ada@example.com"], "").status.success());
    assert!(logs_in("two"));
    assert!(account(data, &["remove", "ada@example.com", "--yes"], "").status.success());
    assert!(!logs_in("two"));
}

#[test]
fn usage_errors_exit_with_two() {
    for words in
        [&[][..], &["no-such-thing"], &["account"], &["account", "add"], &["serve", "--no-such-option"]]
    {
        assert_eq!(run(words, "").status.code(), Some(2), "{words:?}");
    }
    for words in [&["--help"][..], &["serve", "--help"], &["account", "add", "--help"], &["--version"]] {
        assert_eq!(run(words, "").status.code(), Some(0), "{words:?}");
    }
}
