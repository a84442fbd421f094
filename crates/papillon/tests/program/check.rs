//! `serve --check` looks at everything and starts nothing.

use std::fs;

use crate::papillon::{Papillon, end};

#[test]
fn a_check_of_a_new_service_leaves_nothing_behind() {
    let papillon = Papillon::new();
    let checked = papillon.run(["serve", "--check", "--public-host", "msn.example.org"]);
    checked.is_fine();
    for words in ["papillon.db (to be made)", "tls (to be made)", "msn.example.org", "nothing was started"] {
        assert!(checked.out.contains(words), "{words:?} is not in {}", checked.out);
    }
    assert!(!checked.out.contains("listening"));
    assert_eq!(fs::read_dir(papillon.home()).unwrap().count(), 0);
}

#[test]
fn a_check_counts_accounts_and_leaves_no_scratch_folder() {
    let papillon = Papillon::new();
    papillon.add("ada@example.com", "s3cret-word");
    let before = names(&papillon);
    let checked = papillon.run(["serve", "--check", "--https", "none"]);
    checked.is_fine();
    assert!(checked.out.contains("papillon.db (1 account)"), "{checked:?}");
    assert_eq!(names(&papillon), before);
}

fn names(papillon: &Papillon) -> Vec<String> {
    let entries = fs::read_dir(papillon.data()).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    // They come and go with the connections to the database.
    names.retain(|name| !name.ends_with("-wal") && !name.ends_with("-shm"));
    names.sort();
    names
}

#[test]
fn all_problems_are_told_at_once() {
    let papillon = Papillon::new();
    fs::create_dir_all(papillon.data().join("tls")).unwrap();
    fs::write(papillon.data().join("tls/server.pem"), "not a certificate").unwrap();
    fs::write(papillon.data().join("tls/server.key"), "not a key").unwrap();
    fs::create_dir(papillon.data().join("papillon.db")).unwrap();
    // Too long for a name: nobody has to be asked whether there is such a host.
    let host = format!("{}:1", "x".repeat(64));
    let checked = papillon.run(["serve", "--check", "--msnp", &host]);
    checked.fails(1, &["papillon.db cannot be opened", "server.pem", "the host name in --msnp xxx"]);
    assert!(!checked.out.contains("all is well"));
}

#[test]
fn a_data_folder_that_is_a_file_is_named() {
    let papillon = Papillon::new();
    let file = papillon.file("data-file", "");
    let checked = end(papillon.bare(["serve", "--check", "--data"]).arg(&file));
    checked.fails(1, &[file.to_str().unwrap(), "--data DIR"]);
    let served = end(papillon
        .bare(["serve", "--msnp", "127.0.0.1:0", "--http", "none", "--https", "none", "--data"])
        .arg(&file));
    served.fails(1, &[file.to_str().unwrap(), "--data DIR"]);
}

#[test]
fn listeners_that_cannot_be_together_are_a_problem() {
    let papillon = Papillon::new();
    let same = ["--http", "127.0.0.1:4711", "--https", "4711", "--msnp", "127.0.0.1:0"];
    let words = ["http and https cannot both be at 0.0.0.0:4711", "--https ADDR"];
    papillon.run(["serve", "--check"].into_iter().chain(same)).fails(1, &words);
    papillon.run(["serve"].into_iter().chain(same)).fails(1, &words);
    for option in ["--old-windows", "--https-only"] {
        for command in [&["serve"][..], &["serve", "--check"]] {
            let args = command.iter().copied().chain([option, "--https", "none"]);
            papillon.run(args).fails(1, &[option, "--https ADDR"]);
        }
    }
}

#[test]
fn the_summary_tells_who_is_let_in_and_trusted() {
    let papillon = Papillon::new();
    let args =
        ["serve", "--check", "--https-only", "--trusted-proxies", "10.0.0.0/8", "--dns-others", "refuse"];
    let checked = papillon.run(args);
    checked.is_fine();
    for (what, is) in [
        ("old_windows", "no"),
        ("https_only", "yes"),
        ("trusted_proxies", "10.0.0.0/8"),
        ("dns_clients", "private"),
        ("dns_others", "refuse"),
    ] {
        let line = format!("{what:<14} {is}");
        assert!(checked.out.lines().any(|said| said == line), "{line:?} is not in {}", checked.out);
    }
}
