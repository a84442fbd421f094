//! `papillon account import`, and the rule for new passwords.

use std::fmt::Write as _;

use serde_json::Value;

use crate::papillon::{Papillon, end};
use crate::running::{DEADLINE, Running, Started};

fn listed(papillon: &Papillon) -> Vec<String> {
    let ended = papillon.run(["account", "list", "--json"]);
    ended.is_fine();
    let all: Vec<Value> = serde_json::from_str(&ended.out).unwrap();
    all.iter().map(|account| format!("{} {}", account["email"], account["name"]).replace('"', "")).collect()
}

#[test]
fn the_command_line_refuses_what_the_pages_refuse() {
    let papillon = Papillon::new();
    papillon.add("bob@example.com", "long enough");
    let bell = b"with a\x07bell";
    for (password, words) in [
        (&b"short"[..], "the password is too short: use at least 8 characters"),
        (b"7letter", "the password is too short"),
        ("ééééééé".as_bytes(), "the password is too short"),
        (bell, "the password holds characters that cannot be typed in a messenger"),
        (b"two\nlines of it", "cannot be typed"),
        (&[b'x'; 257], "the password is too long: use at most 256 bytes"),
    ] {
        for command in [["account", "add", "ada@example.com"], ["account", "password", "bob@example.com"]] {
            let args = [&command[..], &["--password-stdin"]].concat();
            papillon.run_with(args, password).fails(1, &[words]);
        }
    }
    assert_eq!(listed(&papillon).len(), 1);
}

#[test]
fn long_passwords_are_taken_and_told_of() {
    let papillon = Papillon::new();
    let added =
        papillon.run_with(["account", "add", "ada@example.com", "--password-stdin"], b"a horse, a battery");
    assert_eq!((added.code, &*added.out), (0, "added ada@example.com\n"));
    for words in ["note: ", "the first 16 characters", "account password ada@example.com --generate"] {
        assert!(added.err.contains(words), "{added:?}");
    }
    let changed = papillon.run(["account", "password", "ada@example.com", "--generate"]);
    changed.is_fine();
    let password = changed.out.strip_prefix("changed the password of ada@example.com\npassword ").unwrap();
    assert!(changed.err.is_empty() && password.trim_end().len() <= 16, "{changed:?}");
    let running = Running::start(&papillon);
    assert_eq!(running.login("ada@example.com", password.trim_end()).0, 200);
}

#[test]
fn many_people_come_from_a_file() {
    let papillon = Papillon::new();
    papillon.add("old@example.com", "long enough");
    let file = papillon.file(
        "people.csv",
        "\u{feff}Email;Name;Password\r\n\
         ada@example.com;Ada, Countess;s3cret-word\r\n\
         grace@example.com;;\r\n\
         nobody;Nobody;s3cret-word\r\n\
         old@example.com;Old;s3cret-word\r\n\
         alan@example.com;Alan;a password of 24 letters\r\n",
    );
    let import = ["account", "import", file.to_str().unwrap()];
    let without = papillon.run(import);
    without.fails(1, &["1 line is without a password, and no account was added", "--passwords FILE"]);
    assert_eq!(listed(&papillon).len(), 1);

    let passwords = papillon.home().join("passwords.csv");
    let with = [&import[..], &["--passwords", passwords.to_str().unwrap()]].concat();
    let imported = papillon.run(&with);
    imported.fails(
        1,
        &[
            "line 4: the address: expected",
            "line 5: the account old@example.com exists already",
            "the passwords in line 6 are longer than 16 characters",
            "not added: 2 lines",
            "give them out, then delete it",
        ],
    );
    assert_eq!(imported.out, "added 3 accounts\n");
    assert!(!format!("{imported:?}").contains("s3cret"));
    assert_eq!(
        listed(&papillon),
        [
            "ada@example.com Ada, Countess",
            "alan@example.com Alan",
            "grace@example.com grace@example.com",
            "old@example.com old@example.com"
        ]
    );
    let given_out = std::fs::read_to_string(&passwords).unwrap();
    let made = given_out.strip_prefix("email,password\ngrace@example.com,").unwrap().trim_end();
    #[cfg(unix)]
    assert_eq!(std::os::unix::fs::MetadataExt::mode(&std::fs::metadata(&passwords).unwrap()) & 0o777, 0o600);
    let running = Running::start(&papillon);
    assert_eq!(running.login("ada@example.com", "s3cret-word").0, 200);
    assert_eq!(running.login("grace@example.com", made).0, 200);
    assert_eq!(running.login("old@example.com", "long enough").0, 200);

    // Once more: everybody is there, and nothing is written over.
    papillon
        .run(&with)
        .fails(1, &["line 2: the account ada@example.com exists already", "not added: 5 lines"]);
    assert_eq!(std::fs::read_to_string(&passwords).unwrap(), given_out);
    let more = papillon.run_with(
        ["account", "import", "-", "--passwords", passwords.to_str().unwrap()],
        b"zoe@example.com\n",
    );
    more.fails(1, &["passwords.csv for passwords cannot be made, and no account was added"]);
    assert_eq!(listed(&papillon).len(), 4);
}

#[test]
fn a_file_without_mistakes_is_fine() {
    let papillon = Papillon::new();
    let imported = papillon.run_with(["account", "import", "-"], b"ada@example.com,Ada,s3cret-word\n");
    assert_eq!((imported.code, &*imported.out, &*imported.err), (0, "added 1 account\n", ""));
    let nobody = papillon.run_with(["account", "import", "-"], b"");
    assert_eq!((nobody.code, &*nobody.out), (0, "added 0 accounts\n"));
    papillon.run(["account", "import", "nowhere.csv"]).fails(1, &["the file nowhere.csv cannot be read"]);
    let wrong = papillon.run_with(["account", "import", "-"], b"email,pin\nada@example.com,1234\n");
    wrong.fails(1, &["unknown column \"pin\" in the first line, and no account was added"]);
}

/// Interrupted, it says who was not added; the same file adds them later.
#[test]
fn an_interruption_is_told_and_can_be_made_up_for() {
    const ALL: usize = 1000;
    let papillon = Papillon::new();
    let mut people = String::new();
    for number in 0..ALL {
        writeln!(people, "p{number}@example.com").unwrap();
    }
    let file = papillon.file("people.csv", &people);
    let passwords = papillon.home().join("passwords.csv");
    let mut command = papillon.command(["account", "import"]);
    let mut import = Started::new(command.arg(&file).arg("--passwords").arg(&passwords));
    // The first hundred are there, and the rest are not.
    let deadline = std::time::Instant::now() + DEADLINE;
    while std::fs::read_to_string(&passwords).unwrap_or_default().lines().count() < 2 {
        assert!(std::time::Instant::now() < deadline, "nothing is written");
        std::thread::yield_now();
    }
    import.signal("INT");
    let ended = import.end();
    ended.fails(1, &["stopped: interrupted; not added: lines ", "Run this again"]);
    let added: usize =
        ended.out.trim().strip_prefix("added ").unwrap().strip_suffix(" accounts").unwrap().parse().unwrap();
    assert!((100..ALL).contains(&added), "{ended:?}");
    assert_eq!(listed(&papillon).len(), added);
    assert_eq!(std::fs::read_to_string(&passwords).unwrap().lines().count(), 1 + added);
    let (_, rest) = ended.err.split_once("not added: lines ").unwrap();
    assert!(rest.starts_with(&format!("{}, ", added + 1)), "{ended:?}");
    // The rest, as far as it goes within the time of a test.
    let missing: String =
        people.lines().skip(added).take(20).map(|line| line.to_owned() + ",,long enough\n").collect();
    let mut again = papillon.command(["account", "import"]);
    end(again.arg(papillon.file("rest.csv", &missing))).is_fine();
    assert_eq!(listed(&papillon).len(), added + missing.lines().count());
}
