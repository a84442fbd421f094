//! `papillon account` without a service.

use serde_json::Value;

use crate::papillon::{Papillon, end};

fn listed(papillon: &Papillon) -> Vec<Value> {
    let ended = papillon.run(["account", "list", "--json"]);
    ended.is_fine();
    serde_json::from_str(&ended.out).unwrap()
}

#[test]
fn an_account_lives_its_life() {
    let papillon = Papillon::new();
    let added = papillon.run_with(
        ["account", "add", "Ada@Example.com", "--name", "Ada (home) é", "--password-stdin"],
        b"s3cret-word\n",
    );
    added.is_fine();
    assert_eq!((&*added.out, &*added.err), ("added ada@example.com\n", ""));
    papillon.add("bob@example.com", "s3cret-word");

    let accounts = listed(&papillon);
    assert_eq!(accounts.len(), 2);
    assert_eq!(accounts[0]["email"], "ada@example.com");
    assert_eq!(accounts[0]["name"], "Ada (home) é");
    assert_eq!(accounts[0]["enabled"], true);
    assert!(accounts[0]["created_at"].as_i64().unwrap() > 1_500_000_000);
    assert_eq!(accounts[0].as_object().unwrap().len(), 5);
    assert_eq!(accounts[0]["admin"], false);
    assert_eq!(accounts[1]["name"], "bob@example.com");

    let disabled = papillon.run(["account", "disable", "ADA@example.com"]);
    assert_eq!((disabled.code, &*disabled.out), (0, "disabled ada@example.com\n"));
    let table = papillon.run(["account", "list"]).out;
    let lines: Vec<_> = table.lines().collect();
    assert_eq!(lines.len(), 2);
    assert!(lines[0].starts_with("ada@example.com  Ada (home) é     disabled  20"), "{table}");
    assert!(lines[1].starts_with("bob@example.com  bob@example.com  enabled   20"), "{table}");

    papillon.run(["account", "enable", "ada@example.com"]).is_fine();
    assert_eq!(listed(&papillon)[0]["enabled"], true);
    papillon
        .run_with(["account", "password", "ada@example.com", "--password-stdin"], b"another-1\n")
        .is_fine();

    let removed = papillon.run(["account", "remove", "ada@example.com", "--yes"]);
    assert_eq!((removed.code, &*removed.out), (0, "removed ada@example.com\n"));
    assert_eq!(listed(&papillon).len(), 1);
}

#[test]
fn administrators_are_marked() {
    let papillon = Papillon::new();
    let add = ["account", "add", "root@example.com", "--admin", "--password-stdin"];
    papillon.run_with(add, b"s3cret-word\n").is_fine();
    papillon.add("ada@example.com", "s3cret-word");
    let marks = |papillon: &Papillon| {
        let accounts = listed(papillon);
        accounts.iter().map(|account| account["admin"].as_bool().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(marks(&papillon), [false, true]);
    let told = papillon.run(["account", "admin", "ada@example.com"]);
    assert_eq!((told.code, &*told.out), (0, "ada@example.com is an administrator now\n"));
    let told = papillon.run(["account", "admin", "root@example.com", "--off"]);
    assert_eq!((told.code, &*told.out), (0, "root@example.com is no longer an administrator\n"));
    assert_eq!(marks(&papillon), [true, false]);
    let table = papillon.run(["account", "list"]).out;
    let lines: Vec<_> = table.lines().collect();
    assert!(lines[0].ends_with("  admin") && !lines[1].ends_with("admin"), "{table}");
}

#[test]
fn an_invitation_is_all_of_standard_output() {
    let papillon = Papillon::new();
    papillon.run(["account", "invite"]).fails(1, &["there is no service", "--data DIR"]);
    assert!(!papillon.data().exists(), "a code that nobody knows would be worse than none");
    papillon.add("ada@example.com", "s3cret-word");
    let invited = papillon.run(["account", "invite"]);
    invited.is_fine();
    let code = invited.out.trim();
    assert_eq!((code.len(), code.matches('-').count()), (19, 3), "{code}");
    assert!(invited.err.contains("good for one account and 14 days, at the page /register"), "{invited:?}");

    let mut command = papillon.command(["account", "invite", "--uses", "3", "--days", "1"]);
    let invited = end(command.env("PAPILLON_PUBLIC_HOST", "msn.example.org"));
    let told = format!(
        "good for 3 accounts and one day, at http://msn.example.org:8080/register?code={}\n",
        invited.out.trim()
    );
    assert_eq!(invited.err, told);
    papillon.run(["account", "invite", "--uses", "0"]).fails(2, &["--uses"]);
    papillon.run(["account", "invite", "--days", "9999"]).fails(2, &["--days"]);
}

#[test]
fn an_account_is_made_only_once() {
    let papillon = Papillon::new();
    papillon.add("ada@example.com", "s3cret-word");
    let again = papillon.run_with(["account", "add", "ADA@example.com", "--password-stdin"], b"x");
    again.fails(1, &["ada@example.com exists already", "papillon account password ada@example.com"]);
}

#[test]
fn who_is_not_there_cannot_be_changed() {
    let papillon = Papillon::new();
    let commands =
        [&["disable"][..], &["enable"], &["admin"], &["remove", "--yes"], &["password", "--password-stdin"]];
    for known in [false, true] {
        for command in commands {
            let mut args = vec!["account", command[0], "nobody@example.com"];
            args.extend(&command[1..]);
            papillon.run_with(&args, b"x").fails(1, &["there is no account nobody@example.com"]);
        }
        // Looking for somebody makes no database.
        assert_eq!(papillon.data().exists(), known);
        if !known {
            papillon.add("ada@example.com", "s3cret-word");
        }
    }
}

#[test]
fn an_empty_list_says_so() {
    let papillon = Papillon::new();
    let table = papillon.run(["account", "list"]);
    assert_eq!((table.code, &*table.out), (0, ""));
    assert!(table.err.contains("there is no account yet"), "{table:?}");
    assert_eq!(listed(&papillon), Vec::<Value>::new());
    assert!(!papillon.data().exists());
}

#[test]
fn a_password_comes_from_standard_input_or_a_variable_or_not_at_all() {
    let papillon = Papillon::new();
    let add = ["account", "add", "ada@example.com"];
    papillon.run(add).fails(1, &["no terminal", "--password-stdin", "PAPILLON_PASSWORD"]);
    let with_stdin = [add.as_slice(), &["--password-stdin"]].concat();
    papillon.run_with(&with_stdin, b"").fails(1, &["the password is empty"]);
    papillon.run_with(&with_stdin, b"\n").fails(1, &["the password is empty"]);
    papillon.run_with(&with_stdin, &[b'x'; 257]).fails(1, &["the password is too long", "256"]);
    papillon.run_with(&with_stdin, &[b'x'; 100_000]).fails(1, &["the password is too long"]);
    papillon.run_with(&with_stdin, b"\xff").fails(1, &["not valid UTF-8"]);
    assert!(!papillon.data().exists());
    papillon.run_with(&with_stdin, &[b'x'; 256]).is_fine();
    let by_variable =
        end(papillon.command(["account", "add", "bob@example.com"]).env("PAPILLON_PASSWORD", "s3cret-word"));
    by_variable.is_fine();
    assert!(!format!("{by_variable:?}").contains("s3cret-word"));
}

#[test]
fn nothing_is_removed_unasked() {
    let papillon = Papillon::new();
    papillon.add("ada@example.com", "s3cret-word");
    papillon.run_with(["account", "remove", "ada@example.com"], b"yes\n").fails(1, &["add --yes"]);
    assert_eq!(listed(&papillon).len(), 1);
}

#[test]
fn the_folder_can_be_named_before_the_command() {
    let papillon = Papillon::new();
    papillon.add("ada@example.com", "s3cret-word");
    let ended = end(papillon.bare(["account", "--data"]).arg(papillon.data()).arg("list"));
    ended.is_fine();
    assert!(ended.out.starts_with("ada@example.com"), "{ended:?}");
}

#[test]
fn the_database_can_be_a_file_elsewhere() {
    let papillon = Papillon::new();
    let file = papillon.home().join("elsewhere/people.db");
    let mut command = papillon.command(["account", "add", "ada@example.com"]);
    end(command.arg("--database").arg(&file).env("PAPILLON_PASSWORD", "s3cret-word")).is_fine();
    assert!(file.is_file() && !papillon.data().exists());
    let listed = end(papillon
        .command(["account", "list"])
        .env("PAPILLON_DATABASE", format!("sqlite:{}", file.display())));
    assert!(listed.out.starts_with("ada@example.com"), "{listed:?}");
}
