//! Where settings come from, and what is said of bad ones.

use std::fs;

use crate::program::{Service, papillon, text};

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_the_file() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("papillon.toml");
    fs::write(&file, "msnp = \"127.0.0.1:0\"\nhttp = \"127.0.0.1:0\"\nhttps = \"127.0.0.1:0\"\ndispatch = \"127.0.0.1:0\"\n")
        .unwrap();
    let words = ["serve", "--config", file.to_str().unwrap(), "--data", data.path().to_str().unwrap()];
    let mut command = papillon(&words);
    command.args(["--https", "none"]).env("PAPILLON_HTTP", "none").env("PAPILLON_HTTPS", "127.0.0.1:0");
    let service = Service::spawn(command, data.path());
    let names: Vec<_> = service.listening.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["msnp", "dispatch"]);
}

#[test]
fn check_says_whether_a_configuration_is_good_and_starts_nothing() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("new");
    let words = ["serve", "--check", "--data", folder.to_str().unwrap(), "--msnp", "127.0.0.1:0"];
    let output = papillon(&words).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", text(&output.stderr));
    assert!(!text(&output.stdout).contains("ready"));
}

#[test]
fn a_bad_file_is_an_error_that_names_the_line() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("papillon.toml");
    for (content, line, word) in [
        ("msnp = \"none\"\n\nmsmp = \"none\"\n", "3", "msmp"),
        ("[limits]\nconnection = 5\n", "2", "connection"),
        ("[limits]\nconnections = \"many\"\n", "2", "connections"),
        ("[timeouts]\n\nchallenge = -1\n", "3", "challenge"),
        ("public_host = \"a b\"\n", "1", "public_host"),
        ("msnp = \n", "1", ""),
    ] {
        fs::write(&file, content).unwrap();
        let words = ["serve", "--check", "--config", file.to_str().unwrap()];
        let output = papillon(&words).env("PAPILLON_DATA", data.path()).output().unwrap();
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{content:?}: {error}");
        assert!(error.contains("papillon.toml") && error.contains(line) && error.contains(word), "{error}");
    }
}

#[test]
fn a_bad_variable_is_an_error_that_names_it() {
    let data = tempfile::tempdir().unwrap();
    for (name, value) in [("PAPILLON_MSNP", "nowhere"), ("PAPILLON_LIMITS_CONECTIONS", "1")] {
        let output = papillon(&["serve", "--check"])
            .env("PAPILLON_DATA", data.path())
            .env(name, value)
            .output()
            .unwrap();
        let error = text(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{error}");
        assert!(error.contains(name), "{error}");
    }
}
