//! The command line goes before the environment, the environment before the file, the file before
//! the default.

use crate::papillon::{Ended, Papillon, end};

/// The line of a check that says what `name` is.
#[track_caller]
fn setting<'a>(checked: &'a Ended, name: &str) -> &'a str {
    checked.is_fine();
    let line = checked.out.lines().find(|line| line.split_whitespace().next() == Some(name));
    line.unwrap_or_else(|| panic!("{name} is not in {}", checked.out)).trim_start_matches(name).trim()
}

#[test]
fn each_source_overrides_the_next() {
    let papillon = Papillon::new();
    let file = papillon.file("papillon.toml", "msnp = 1001\nhttp = '127.0.0.1:1002'\nhttps = 'none'\n");
    let mut command = papillon.command(["serve", "--check"]);

    let checked = end(&mut command);
    assert_eq!(setting(&checked, "msnp"), "0.0.0.0:1863");
    assert_eq!(setting(&checked, "dispatch"), "none");
    assert_eq!(setting(&checked, "http"), "0.0.0.0:8080");
    assert_eq!(setting(&checked, "https"), "0.0.0.0:8443");

    let checked = end(command.arg("--config").arg(&file));
    assert_eq!(setting(&checked, "configuration"), file.to_str().unwrap());
    assert_eq!(setting(&checked, "msnp"), "0.0.0.0:1001");
    assert_eq!(setting(&checked, "http"), "127.0.0.1:1002");
    assert_eq!(setting(&checked, "https"), "none");

    let checked = end(command.env("PAPILLON_MSNP", "2001").env("PAPILLON_HTTPS", "[::1]:2003"));
    assert_eq!(setting(&checked, "msnp"), "0.0.0.0:2001");
    assert_eq!(setting(&checked, "http"), "127.0.0.1:1002");
    assert_eq!(setting(&checked, "https"), "[::1]:2003");

    let checked = end(command.args(["--msnp", "3001"]));
    assert_eq!(setting(&checked, "msnp"), "0.0.0.0:3001");
    assert_eq!(setting(&checked, "https"), "[::1]:2003");
}

#[test]
fn the_file_can_be_named_by_a_variable_and_an_empty_variable_is_none() {
    let papillon = Papillon::new();
    let file = papillon.file("papillon.toml", "msnp = 1001\n");
    let mut command = papillon.command(["serve", "--check"]);
    let checked = end(command.env("PAPILLON_CONFIG", file).env("PAPILLON_MSNP", ""));
    assert_eq!(setting(&checked, "msnp"), "0.0.0.0:1001");
}

#[test]
fn the_data_folder_follows_the_same_order() {
    let papillon = Papillon::new();
    let data = |name: &str| format!("{} (to be made)", papillon.home().join(name).display());
    let file = papillon.file("papillon.toml", "data = 'from-file'\n");
    let mut command = papillon.bare(["serve", "--check"]);

    command.env("XDG_DATA_HOME", papillon.home().join("share"));
    // For root on a machine where the service is installed, the service's folder goes before this.
    if !std::path::Path::new("/var/lib/papillon").is_dir() {
        assert_eq!(setting(&end(&mut command), "data"), data("share/papillon"));
    }
    command.env("STATE_DIRECTORY", papillon.home().join("state"));
    assert_eq!(setting(&end(&mut command), "data"), data("state"));
    command.arg("--config").arg(file);
    assert_eq!(setting(&end(&mut command), "data"), data("from-file"));
    command.env("PAPILLON_DATA", "from-variable");
    assert_eq!(setting(&end(&mut command), "data"), data("from-variable"));
    command.args(["--data", "from-option"]);
    assert_eq!(setting(&end(&mut command), "data"), data("from-option"));
}

#[test]
fn the_accounts_of_a_file_are_found_by_its_file() {
    let papillon = Papillon::new();
    let data = papillon.data();
    let file = papillon.file("papillon.toml", &format!("data = '{}'\n", data.display()));
    papillon.add("ada@example.com", "s3cret-word");
    let listed = end(papillon.bare(["account", "list", "--config"]).arg(file));
    listed.is_fine();
    assert!(listed.out.starts_with("ada@example.com"), "{listed:?}");
}
