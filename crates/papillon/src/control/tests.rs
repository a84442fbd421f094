//! Reading commands, and `docs/bots.md` which promises them.

use std::path::PathBuf;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::lines::{Line, Splitter};
use super::request::{LONGEST, Request};
use super::{Address, Command, FilePath};

const DOCUMENT: &str = include_str!("../../../../docs/bots.md");
const EXAMPLE: &str = include_str!("../../../../docs/echo-bot.sh");

fn read(line: &str) -> Request {
    Request::read(&Line::Text(line.as_bytes().to_vec()))
}

fn refused(line: &str) -> (Value, String, String) {
    let Request { id, command } = read(line);
    let rejection = command.unwrap_err();
    (id, rejection.code, rejection.text)
}

#[test]
fn each_command_stands_in_the_document_with_an_example() {
    let lines = DOCUMENT.lines().filter(|line| line.starts_with(r#"{"command":"#));
    let mut seen: Vec<String> = Vec::new();
    for line in lines {
        let Request { id, command } = read(line);
        let command = command.unwrap_or_else(|rejection| panic!("{line}: {rejection:?}"));
        assert_eq!(id, Value::Null);
        let value: Value = serde_json::from_str(line).unwrap();
        let written = serde_json::to_value(&command).unwrap();
        assert_eq!(written, value, "it is written as it is read");
        seen.push(value["command"].as_str().unwrap().to_owned());
    }
    seen.dedup();
    assert_eq!(seen, Command::NAMES, "all of them, in order");
    assert!(DOCUMENT.contains(EXAMPLE), "the script is the one in the document");
}

#[test]
fn each_code_stands_in_the_document() {
    let sources = [
        include_str!("rejection.rs"),
        include_str!("request.rs"),
        include_str!("carry_out.rs"),
        include_str!("talking.rs"),
        include_str!("session.rs"),
    ];
    let mut count = 0;
    for source in sources {
        let made = source.split("Rejection::new(\"").skip(1);
        let mapped = source.split("=> \"").skip(1);
        for code in made.chain(mapped).filter_map(|rest| rest.split('"').next()) {
            assert!(DOCUMENT.contains(&format!("`{code}`")), "{code}");
            count += 1;
        }
    }
    let commands = [include_str!("../send.rs"), include_str!("../send_file.rs")];
    let failed = commands.iter().flat_map(|source| source.split("Failure::new(\"").skip(1));
    for code in failed.filter_map(|rest| rest.split('"').next()) {
        assert!(DOCUMENT.contains(&format!("`{code}`")), "{code}");
        count += 1;
    }
    assert!(count > 25, "{count}");
}

#[test]
fn the_number_comes_back_whatever_it_is() {
    for id in [json!(1), json!("a"), json!(null), json!([1, {"a": 2.5}]), json!({}), json!(true)] {
        let line = json!({ "id": id, "command": "quit" }).to_string();
        assert_eq!(read(&line), Request { id: id.clone(), command: Ok(Command::Quit {}) });
        let line = json!({ "id": id, "command": "quit", "now": 1 }).to_string();
        assert_eq!(refused(&line).0, id);
    }
    assert_eq!(read(r#"{"command":"quit"}"#).id, Value::Null);
    let marked = "\u{feff}{\"command\":\"quit\"}\r";
    assert_eq!(read(marked), Request { id: Value::Null, command: Ok(Command::Quit {}) });
}

#[test]
fn what_is_wrong_is_named() {
    for (line, code, words) in [
        ("", "unreadable", "JSON"),
        ("hello", "unreadable", "JSON"),
        ("[1]", "unreadable", "object"),
        ("{}", "unknown-command", "command"),
        (r#"{"command":7}"#, "unknown-command", "command"),
        (r#"{"command":"dance"}"#, "unknown-command", "dance"),
        (r#"{"command":"send"}"#, "bad-argument", "text"),
        (r#"{"command":"send","text":7}"#, "bad-argument", "send"),
        (r#"{"command":"send","text":"a","too":"x"}"#, "bad-argument", "too"),
        (r#"{"command":"send","text":"a","to":"ada"}"#, "bad-argument", "not an account"),
        (r#"{"command":"contacts","json":true}"#, "bad-argument", "json"),
        (r#"{"command":"accept","transfer":-1}"#, "bad-argument", "accept"),
        (r#"{"command":"set-picture"}"#, "bad-argument", "path"),
    ] {
        let (_, said, text) = refused(line);
        assert_eq!(said, code, "{line}: {text}");
        assert!(text.contains(words), "{line}: {text}");
    }
    assert_eq!(Request::read(&Line::TooLong).command.unwrap_err().code, "unreadable");
}

#[test]
fn a_path_of_any_bytes_is_read_as_it_was_written() {
    let to = Address("ada@example.com".parse().unwrap());
    let mut paths = vec![PathBuf::from("caf\u{e9} \"1\".txt")];
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStringExt;
        paths.push(std::ffi::OsString::from_vec(b"caf\xe9.txt".to_vec()).into());
    }
    for path in paths {
        let command = Command::SendFile { to: to.clone(), path: FilePath(path), direct: true };
        let line = serde_json::to_string(&command).unwrap();
        assert_eq!(read(&line).command.unwrap(), command, "{line}");
    }
}

proptest! {
    /// Any bytes, cut anywhere: each line is a command or an error, and no more is kept than one line.
    #[test]
    fn nothing_that_comes_ends_it(
        pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 0..20),
        beginning in prop::sample::select(vec!["", "{\"command\":\"send\",", "{\"id\":", "[[[["]),
    ) {
        let mut splitter = Splitter::new(LONGEST);
        let mut lines = splitter.push(beginning.as_bytes());
        lines.extend(pieces.iter().flat_map(|piece| splitter.push(piece)));
        lines.extend(splitter.end());
        for line in &lines {
            if let Err(rejection) = Request::read(line).command {
                prop_assert!(["unreadable", "unknown-command", "bad-argument"].contains(&rejection.code.as_str()));
            }
        }
    }

    #[test]
    fn deep_and_large_values_are_errors_or_commands(depth in 0usize..30_000, length in 0usize..70_000) {
        let line = format!(r#"{{"id":{}{},"command":"quit"}}"#, "[".repeat(depth), "]".repeat(depth));
        let _ = read(&line);
        let name = serde_json::to_string(&"n".repeat(length)).unwrap();
        let mut splitter = Splitter::new(LONGEST);
        let lines = splitter.push(format!("{{\"command\":\"name\",\"name\":{name}}}\n").as_bytes());
        prop_assert_eq!(lines.len(), 1);
        let fits = length + r#"{"command":"name","name":""}"#.len() <= LONGEST;
        prop_assert_eq!(Request::read(&lines[0]).command.is_ok(), fits, "{}", length);
    }
}
