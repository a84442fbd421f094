//! Other commands of the same account.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use serde_json::{Value, json};

use super::fine;
use crate::clients::PNG;
use crate::clients::net::{ADA, GRACE, Net};
use crate::papillon::end;

/// The sockets of this home folder.
fn sockets(net: &Net) -> Vec<PathBuf> {
    let folder = net.runtime().join("papillon");
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// A command that has no password: it can only go through somebody who is signed in.
fn guest(net: &Net, who: &str, args: &[&str]) -> crate::papillon::Ended {
    end(net.command(who, args).env_remove("PAPILLON_PASSWORD"))
}

#[test]
fn commands_go_through_whoever_is_signed_in() {
    let net = Net::new();
    net.run(ADA, ["contacts", "add", GRACE]).is_fine();
    net.run(GRACE, ["contacts", "add", ADA]).is_fine();
    let png = net.papillon.home().join("three.png");
    std::fs::write(&png, PNG).unwrap();
    let folder = net.papillon.home().join("in");
    let mut ada =
        net.listen(ADA, &["--picture", png.to_str().unwrap(), "--auto-accept", folder.to_str().unwrap()]);
    let mut bot = net.bot(GRACE, &[]);
    bot.wait_for("presence", |who| who["who"] == ADA && !who["picture"].is_null());
    guest(&net, GRACE, &["send", ADA, "from\na cron job"]).is_fine();
    assert_eq!(ada.wait_for("message", |_| true)["text"], "from\r\na cron job");
    guest(&net, GRACE, &["send", ADA, "(three)!", "--emoticon", "(three)=three.png"]).is_fine();
    assert_eq!(ada.wait_for("message", |_| true)["emoticons"][0]["shortcut"], "(three)");
    assert_eq!(ada.wait_for("emoticon", |_| true)["size"], PNG.len());
    // For that text alone, as if it had signed in for it.
    guest(&net, GRACE, &["send", ADA, "(three)?"]).is_fine();
    assert_eq!(ada.wait_for("message", |_| true)["emoticons"], json!([]));
    let long = "x".repeat(3000);
    guest(&net, GRACE, &["send", ADA, &long]).fails(1, &["too long", "send-file"]);
    guest(&net, GRACE, &["send", "dan@example.com", "a"]).fails(1, &["dan@example.com", "not online"]);

    let sent = guest(&net, GRACE, &["send-file", ADA, "three.png"]);
    assert_eq!((sent.code, sent.out.contains("sent three.png")), (0, true), "{sent:?}");
    assert!(sent.out.contains("through the service"), "{sent:?}");
    ada.wait_for("file-received", |_| true);
    bot.wait_for("file-sent", |_| true);
    guest(&net, GRACE, &["picture", ADA, "-o", "ada.png"]).is_fine();
    assert_eq!(std::fs::read(net.papillon.home().join("ada.png")).unwrap(), PNG);
    let list = guest(&net, GRACE, &["contacts", "--json"]);
    let list: Value = serde_json::from_str(&list.out).unwrap();
    assert_eq!((&list[0]["who"], &list[0]["status"]), (&json!(ADA), &json!("online")));
    assert!(guest(&net, GRACE, &["contacts"]).out.contains(ADA));
    guest(&net, GRACE, &["contacts", "add", ADA]).fails(1, &["was not added", "215"]);
    guest(&net, GRACE, &["contacts", "remove", ADA]).is_fine();
    bot.wait_for("contact-removed", |_| true);
    assert_eq!(fine(&mut bot, json!({"command": "status"}))["account"], GRACE, "still signed in");
    assert_eq!(bot.stop("TERM"), 0);
    guest(&net, GRACE, &["send", ADA, "a"]).fails(1, &["PAPILLON_PASSWORD"]);
    assert_eq!(sockets(&net).len(), 1, "only ada's is there");
}

#[test]
fn a_file_is_cancelled_by_a_signal_and_by_a_hang_up() {
    let net = Net::new();
    let mut ada = net.listen(ADA, &[]);
    let mut bot = net.bot(GRACE, &[]);
    net.papillon.file("film.avi", "not much of a film");
    for signal in ["INT", "KILL"] {
        let mut sending = net.start(GRACE, ["send-file", ADA, "film.avi"]);
        ada.wait_for("file-offered", |_| true);
        sending.signal(signal);
        assert_ne!(sending.end().code, 0);
        bot.wait_for("file-failed", |_| true);
        ada.wait_for("file-failed", |_| true);
    }
    fine(&mut bot, json!({"command": "status"}));
}

#[test]
fn the_socket_is_this_users_alone_and_replaced_when_it_is_stale() {
    let net = Net::new();
    let mut ada = net.listen(ADA, &[]);
    let mut killed = net.bot(GRACE, &[]);
    let socket = sockets(&net).into_iter().max_by_key(|path| path.metadata().unwrap().ctime_nsec()).unwrap();
    assert_eq!(socket.parent().unwrap().metadata().unwrap().mode() & 0o777, 0o700);
    killed.stop("KILL");
    assert_eq!(sockets(&net).len(), 2, "one is left over");
    // Nobody answers: the command signs in by itself.
    net.run(GRACE, ["send", ADA, "one"]).is_fine();
    ada.wait_for("message", |said| said["text"] == "one");
    let mut again = net.bot(GRACE, &[]);
    assert_eq!(sockets(&net).len(), 2);
    guest(&net, GRACE, &["send", ADA, "two"]).is_fine();
    ada.wait_for("message", |said| said["text"] == "two");
    // A second one takes over, and the first does not take its socket away when it ends.
    let mut second = net.bot(GRACE, &[]);
    assert_eq!(again.end(), 1);
    guest(&net, GRACE, &["send", ADA, "three"]).is_fine();
    fine(&mut second, json!({"command": "status"}));
    assert_eq!(second.stop("TERM"), 0);
    assert_eq!(sockets(&net).len(), 1);
}

#[test]
fn another_service_or_account_is_not_used() {
    let (net, other) = (Net::new(), Net::new());
    let _bot = net.bot(GRACE, &[]);
    let mut command = other.command(GRACE, ["send", ADA, "a"]);
    command.env("XDG_RUNTIME_DIR", net.runtime()).env_remove("PAPILLON_PASSWORD");
    end(&mut command).fails(1, &["PAPILLON_PASSWORD"]);
    guest(&net, ADA, &["contacts"]).fails(1, &["PAPILLON_PASSWORD"]);
}

#[test]
fn whoever_writes_nonsense_into_it_hears_so() {
    let net = Net::new();
    let mut ada = net.listen(ADA, &[]);
    let mut stream = UnixStream::connect(&sockets(&net)[0]).unwrap();
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
    let mut line = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    let hello = line();
    assert_eq!((&hello["event"], &hello["account"]), (&json!("hello"), &json!(ADA)));
    for (written, code) in [
        (&b"nonsense\n"[..], "unreadable"),
        (b"{\"command\":\"quit\"}\n", "not-allowed"),
        (b"{\"command\":\"cancel\",\"transfer\":9}\n", "no-such-transfer"),
    ] {
        stream.write_all(written).unwrap();
        assert_eq!(line()["error"]["code"], code);
    }
    // A client that asks and listens no more does no harm.
    for _ in 0..200 {
        stream.write_all(b"{\"command\":\"contacts\"}\n").unwrap();
    }
    drop(lines);
    drop(stream);
    guest(&net, ADA, &["contacts"]).is_fine();
    assert!(!ada.has_ended());
}
