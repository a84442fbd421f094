//! The help of the program, and its answer to wrong usage.

use crate::papillon::{Papillon, end};

#[test]
fn without_a_subcommand_it_helps_and_exits_2() {
    let papillon = Papillon::new();
    for args in [&[][..], &["account"][..]] {
        let ended = end(&mut papillon.bare(args));
        ended.fails(2, &["Usage: papillon", "Commands:", "Examples:"]);
    }
}

#[test]
fn wrong_usage_exits_2() {
    let papillon = Papillon::new();
    for (args, words) in [
        (&["fly"][..], "fly"),
        (&["serve", "--fast"], "--fast"),
        (&["serve", "--msnp", "x"], "expected an address such as 0.0.0.0:1863"),
        (&["serve", "--ticket-lifetime", "0"], "whole number of seconds"),
        (&["serve", "--public-host", "http://x"], "without a port"),
        (&["serve", "--log-format", "xml"], "json"),
        (&["account", "add"], "EMAIL"),
        (&["account", "add", "ada"], "expected an e-mail address such as ada@example.com"),
        (&["account", "disable", "a@b"], "a dot in the domain"),
        (&["account", "add", "ada@example.com", "--name", ""], "not empty"),
    ] {
        end(&mut papillon.bare(args)).fails(2, &[words]);
    }
}

#[test]
fn help_and_version_exit_0() {
    let papillon = Papillon::new();
    let version = end(&mut papillon.bare(["--version"]));
    version.is_fine();
    assert_eq!(version.out, format!("papillon {}\n", env!("CARGO_PKG_VERSION")));
    let help = end(&mut papillon.bare(["serve", "--help"]));
    help.is_fine();
    for words in
        ["[default: 0.0.0.0:1863]", "PAPILLON_LIMITS_CONNECTIONS", "forward_list = 600", "[timeouts]"]
    {
        assert!(help.out.contains(words), "{words:?} is not in {}", help.out);
    }
}

#[test]
fn help_shows_no_value_of_the_environment() {
    let papillon = Papillon::new();
    let help = end(papillon.bare(["serve", "--help"]).env("PAPILLON_DATABASE", "postgres://u:hush@h/d"));
    help.is_fine();
    assert!(!help.out.contains("hush"));
}
