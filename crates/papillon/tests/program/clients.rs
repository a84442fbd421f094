//! The commands that sign in: `send`, `send-file`, `picture`, `contacts` and `listen`.

pub mod listener;
pub mod net;

use std::io::{Read, Write};

use net::{ADA, GRACE, Net};

/// A picture of three by three pixels.
pub const PNG: &[u8] = include_bytes!("clients/three.png");

#[test]
fn contacts_are_added_shown_blocked_and_removed() {
    let net = Net::new();
    let empty = net.run(ADA, ["contacts"]);
    assert_eq!(
        (empty.code, empty.out.contains("empty") || empty.err.contains("empty")),
        (0, true),
        "{empty:?}"
    );
    net.run(ADA, ["contacts", "add", GRACE]).is_fine();
    let mut grace = net.listen(GRACE, &["--auto-add"]);
    let listed = || {
        let shown = net.run(ADA, ["contacts", "--json"]);
        shown.is_fine();
        let contacts: serde_json::Value = serde_json::from_str(&shown.out).unwrap();
        contacts.as_array().unwrap().iter().find(|contact| contact["who"] == GRACE).cloned()
    };
    let contact = listed().expect("grace is on the list");
    assert_eq!(contact["status"], "online");
    net.run(ADA, ["contacts", "block", GRACE]).is_fine();
    assert!(listed().unwrap()["lists"].as_array().unwrap().contains(&"block".into()));
    net.run(ADA, ["contacts", "unblock", GRACE]).is_fine();
    net.run(ADA, ["contacts", "remove", GRACE]).is_fine();
    assert!(
        !listed().is_some_and(|contact| contact["lists"].as_array().unwrap().contains(&"forward".into()))
    );
    net.run(ADA, ["contacts", "add", "nobody@example.com"]).fails(1, &["nobody@example.com"]);
    net.run(ADA, ["contacts", "add", "nobody"]).fails(2, &["nobody"]);
    grace.wait_for("contact-removed", |event| event["by_them"] == true);
}

#[test]
fn a_text_is_delivered_or_the_program_fails() {
    let net = Net::new();
    let mut grace = net.listen(GRACE, &[]);
    net.run(ADA, ["send", GRACE, "Lunch at one? ✓"]).is_fine();
    let said = grace.wait_for("message", |_| true);
    assert_eq!((said["from"].as_str(), said["text"].as_str()), (Some(ADA), Some("Lunch at one? ✓")));
    grace.wait_for("conversation-closed", |_| true);
    assert_eq!(grace.stop("TERM"), 0);
    net.run(ADA, ["send", GRACE, "hello"]).fails(1, &["not"]);
    net.run(ADA, ["send", "grace", "hello"]).fails(2, &["grace"]);
    net.run(ADA, ["send", GRACE, ""]).fails(1, &[]);
}

/// The one line that a command printed.
fn line(ended: &crate::papillon::Ended) -> serde_json::Value {
    assert_eq!(ended.out.lines().count(), 1, "{ended:?}");
    serde_json::from_str(&ended.out).unwrap()
}

#[test]
fn an_outcome_is_told_in_one_line() {
    let net = Net::new();
    let path = net.papillon.file("film.avi", "not much of a film");
    let path = path.to_str().unwrap();
    let refused = |args: &[&str], code: &str| {
        let ended = net.run(ADA, args);
        assert_eq!(ended.code, 1, "{ended:?}");
        let told = line(&ended);
        assert_eq!((&told["ok"], &told["to"]), (&false.into(), &GRACE.into()));
        assert_eq!(told["error"]["code"], code, "{told}");
        assert!(ended.err.starts_with("error: "), "people are told as well: {ended:?}");
    };
    refused(&["send", GRACE, "hello", "--json"], "not-online");
    refused(&["send", GRACE, "", "--json"], "bad-argument");
    refused(&["send", GRACE, &"x".repeat(2000), "--json"], "too-long");
    refused(&["send-file", GRACE, path, "--json"], "not-online");
    refused(&["send-file", GRACE, "missing", "--json"], "file");
    refused(&["send", GRACE, "hello", "--json", "--nexus", "https://127.0.0.1:1/"], "not-signed-in");
    refused(&["send", GRACE, "hello", "--json", "--status", "hidden"], "bad-argument");
    refused(&["send", GRACE, "(x)", "--json", "--emoticon", "(x)=missing.png"], "file");
    let folder = net.papillon.home().join("in");
    let mut grace = net.listen(GRACE, &["--auto-accept", folder.to_str().unwrap()]);
    let sent = net.run(ADA, ["send", GRACE, "hello", "--json"]);
    sent.is_fine();
    let told = line(&sent);
    assert_eq!((&told["event"], &told["ok"], &told["to"]), (&"answer".into(), &true.into(), &GRACE.into()));
    assert!(told["conversation"].is_u64() && told.get("id").is_none(), "{told}");
    grace.wait_for("message", |_| true);
    let sent = net.run(ADA, ["send-file", GRACE, path, "--json"]);
    sent.is_fine();
    let told = line(&sent);
    assert_eq!(
        (&told["ok"], &told["size"], &told["route"]),
        (&true.into(), &18.into(), &"switchboard".into())
    );
    // Through somebody who is signed in already it is the same.
    let _ada = net.listen(ADA, &[]);
    let sent = net.run(ADA, ["send", GRACE, "hello again", "--json"]);
    sent.is_fine();
    assert_eq!(line(&sent)["ok"], true);
}

#[test]
fn commands_sign_in_with_the_status_they_are_told() {
    let net = Net::new();
    let mut grace = net.listen(GRACE, &["--auto-add"]);
    net.run(ADA, ["contacts", "add", GRACE, "--status", "hidden"]).is_fine();
    grace.wait_for("contact-added", |added| added["by_them"] == false);
    net.run(ADA, ["send", GRACE, "hello", "--status", "busy"]).is_fine();
    assert_eq!(grace.wait_for("presence", |_| true)["status"], "busy", "nobody saw the hidden one");
    grace.wait_for("message", |_| true);
    assert_eq!(grace.wait_for("presence", |_| true)["change"], "offline");
    // Nobody is asked for a password in vain.
    let out = net.papillon.home().join("grace.png");
    for args in [
        vec!["send", GRACE, "hello", "--status", "hidden"],
        vec!["picture", GRACE, "-o", out.to_str().unwrap(), "--status", "hidden"],
    ] {
        let ended = crate::papillon::end(net.command(ADA, args).env_remove("PAPILLON_PASSWORD"));
        ended.fails(1, &["hidden", "papillon listen", "--status busy"]);
    }
    net.run(ADA, ["send", GRACE, "hello", "--status", "dancing"]).fails(2, &["dancing", "be-right-back"]);
    // Through one that is signed in, nobody comes or goes.
    let mut ada = net.listen(ADA, &["--status", "away"]);
    assert_eq!(grace.wait_for("presence", |_| true)["status"], "away");
    net.run(ADA, ["send", GRACE, "hello", "--status", "hidden"]).is_fine();
    grace.wait_while("message", &["presence"]);
    assert_eq!(ada.stop("TERM"), 0);
    assert_eq!(grace.wait_for("presence", |_| true)["change"], "offline");
}

#[test]
fn an_authority_that_is_not_trusted_is_named() {
    let net = Net::new();
    let mut command = net.bare(ADA, ["send", GRACE, "hello"]);
    // Not the one that is found on this machine.
    command.env("XDG_DATA_HOME", net.papillon.home().join("elsewhere"));
    let ended = crate::papillon::end(&mut command);
    ended.fails(1, &["Papillon", "SHA256:", "--ca"]);
    let other = Net::new();
    let mut command = net.bare(ADA, ["send", GRACE, "hello"]);
    command.env("PAPILLON_CA", other.papillon.data().join("tls/ca.pem"));
    crate::papillon::end(&mut command).fails(1, &["authority", "Papillon", "--ca"]);
}

#[test]
fn files_arrive_whatever_their_size() {
    let net = Net::new();
    let folder = net.papillon.home().join("in");
    let mut grace = net.listen(GRACE, &["--auto-accept", folder.to_str().unwrap()]);
    for length in [0, 1, 1202, 1203, 3_000_000] {
        let bytes: Vec<u8> = (0..length).map(|at: usize| (at * 31 + at / 251) as u8).collect();
        let path = net.papillon.home().join("film.avi");
        std::fs::write(&path, &bytes).unwrap();
        let sent = net.run(ADA, ["send-file", GRACE, path.to_str().unwrap(), "--no-direct"]);
        sent.is_fine();
        assert!(sent.out.contains("film.avi"), "{sent:?}");
        let received = grace.wait_for("file-received", |_| true);
        assert_eq!(std::fs::read(received["path"].as_str().unwrap()).unwrap(), bytes, "{length}");
    }
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 5, "nothing is overwritten");
    let missing = net.papillon.home().join("missing");
    net.run(ADA, ["send-file", GRACE, missing.to_str().unwrap()]).fails(1, &["missing"]);
    assert_eq!(grace.stop("INT"), 0);
    let path = net.papillon.home().join("film.avi");
    net.run(ADA, ["send-file", GRACE, path.to_str().unwrap()]).fails(1, &[]);
}

#[test]
fn a_file_that_nobody_takes_is_cancelled_on_both_sides() {
    let net = Net::new();
    let mut grace = net.listen(GRACE, &[]);
    let path = net.papillon.file("film.avi", "not much of a film");
    let mut sending = net.start(ADA, ["send-file", GRACE, path.to_str().unwrap()]);
    grace.wait_for("file-offered", |event| event["name"] == "film.avi");
    sending.signal("INT");
    let ended = sending.end();
    assert_eq!(ended.code, 1, "{ended:?}");
    grace.wait_for("file-failed", |_| true);
}

#[test]
fn a_picture_and_an_emoticon_are_shown_and_fetched() {
    let net = Net::new();
    net.run(ADA, ["contacts", "add", GRACE]).is_fine();
    let png = net.papillon.home().join("three.png");
    std::fs::write(&png, PNG).unwrap();
    let emoticon = format!("(three)={}", png.display());
    let _grace = net.listen(GRACE, &["--picture", png.to_str().unwrap(), "--auto-add"]);
    let out = net.papillon.home().join("grace.png");
    net.run(ADA, ["picture", GRACE, "-o", out.to_str().unwrap()]).is_fine();
    assert_eq!(std::fs::read(&out).unwrap(), PNG);
    net.run(ADA, ["picture", "nobody@example.com", "-o", "-"]).fails(1, &["nobody@example.com"]);

    let mut ada = net.listen(ADA, &[]);
    let words = ["send", ADA, "look: (three)", "--emoticon", emoticon.as_str()];
    net.run(GRACE, words).is_fine();
    let said = ada.wait_for("message", |_| true);
    assert_eq!(said["emoticons"][0]["shortcut"], "(three)");
    assert_eq!(ada.wait_for("emoticon", |_| true)["size"], PNG.len());
}

#[test]
fn a_text_stays_until_its_emoticons_are_fetched() {
    let net = Net::new();
    let mut ada = net.listen(ADA, &[]);
    for number in 0..5_u8 {
        // Another picture each time, so that it has to be fetched.
        let name = format!("{number}.png");
        let pixel = image::RgbImage::from_pixel(19, 19, image::Rgb([number; 3]));
        pixel.save(net.papillon.home().join(&name)).unwrap();
        // Nobody else is signed in as grace.
        net.run(GRACE, ["send", ADA, "look: (x)", "--emoticon", &format!("(x)={name}")]).is_fine();
        ada.wait_for("emoticon", |emoticon| emoticon["shortcut"] == "(x)");
    }
}

#[test]
fn whoever_is_on_the_list_is_not_added_again() {
    let net = Net::new();
    let mut ada = net.bot(ADA, &["--auto-add"]);
    net.run(ADA, ["contacts", "add", GRACE]).is_fine();
    ada.wait_for("contact-added", |added| added["by_them"] == false);
    for _ in 0..2 {
        net.run(GRACE, ["contacts", "add", ADA]).is_fine();
        ada.wait_for("contact-added", |added| added["by_them"] == true);
        // The events of the request before have been told by then.
        ada.write(r#"{"id":1,"command":"add","who":"grace@example.com"}"#);
        let answer = ada.wait_while("answer", &["contact-added", "error"]);
        assert_eq!(answer["error"]["number"], 215, "already there");
        net.run(GRACE, ["contacts", "remove", ADA]).is_fine();
        ada.wait_for("contact-removed", |_| true);
    }
}

#[test]
fn files_of_old_clients_need_direct_connections() {
    let net = Net::new();
    net.run(ADA, ["contacts", "add", GRACE]).is_fine();
    net.run(GRACE, ["contacts", "add", ADA]).is_fine();
    let path = net.papillon.file("film.avi", "not much of a film");
    let path = path.to_str().unwrap();
    let folder = net.papillon.home().join("in");
    let mut ada = net.listen(ADA, &["--auto-accept", folder.to_str().unwrap()]);
    let words = ["send-file", ADA, path];
    net.run(GRACE, words.iter().chain(&["--protocol", "8"]))
        .fails(1, &["--direct auto", "direct connection"]);
    let words: Vec<_> = words.iter().chain(&["--protocol", "8", "--direct", "auto"]).collect();
    net.run(GRACE, &words).fails(1, &["declined"]);
    let error = ada.wait_for("error", |_| true);
    assert!(error["text"].as_str().unwrap().contains("--direct auto"), "{error}");
    assert_eq!(std::fs::read_dir(&folder).unwrap().count(), 0);
    let words: Vec<_> = words.into_iter().chain(&["--no-direct"]).collect();
    net.run(GRACE, words).fails(1, &["without --no-direct"]);
}

#[test]
fn what_others_write_is_escaped_in_what_listen_prints() {
    let net = Net::new();
    let mut grace = net.listen(GRACE, &[]);
    let text = "a\u{202e}b\u{9b}31mc\u{7f}\u{200b}\u{2066}\u{feff}\u{1b}[2J 👩\u{200d}💻 می\u{200c}خواهم";
    net.run(ADA, ["send", GRACE, text]).is_fine();
    assert_eq!(grace.wait_for("message", |_| true)["text"], text);
}

#[test]
fn a_nudge_is_printed() {
    let net = Net::new();
    let mut grace = net.listen(GRACE, &[]);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(async {
        let (ada, _events) = net.sign_in(ADA).await;
        ada.conversation(&GRACE.parse().unwrap()).nudge().await.unwrap();
        ada.sign_out().await;
    });
    let nudge = grace.wait_for("nudge", |_| true);
    assert_eq!((nudge["from"].as_str(), nudge["conversation"].is_u64()), (Some(ADA), true));
}

#[test]
fn a_file_that_is_too_much_is_declined_and_why_is_told() {
    let net = Net::new();
    let folder = net.papillon.home().join("in");
    let limits = ["--accept-size", "1k", "--accept-total", "9k", "--accept-files", "3"];
    let mut grace = net.listen(GRACE, &[&["--auto-accept", folder.to_str().unwrap()], &limits[..]].concat());
    let send = |length: usize| {
        let path = net.papillon.file("film.avi", &"x".repeat(length));
        net.run(ADA, ["send-file", GRACE, path.to_str().unwrap(), "--no-direct"])
    };
    send(1001).fails(1, &["film.avi"]);
    let declined = grace.wait_for("file-declined", |_| true);
    assert_eq!((declined["from"].as_str(), declined["size"].as_u64()), (Some(ADA), Some(1001)));
    assert_eq!(declined["reason"], "it is larger than 1.0 kB (--accept-size)");
    for _ in 0..2 {
        send(1000).is_fine();
        grace.wait_for("file-received", |_| true);
    }
    send(0).fails(1, &["film.avi"]);
    let declined = grace.wait_for("file-declined", |_| true);
    assert!(declined["reason"].as_str().unwrap().contains("--accept-total"), "{declined}");
    for file in std::fs::read_dir(&folder).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    send(1).is_fine();
    send(1).fails(1, &["film.avi"]);
    grace.wait_for("file-declined", |event| event["reason"].as_str().unwrap().contains("24 hours"));
    // A limit that limits nothing is a mistake.
    net.run(GRACE, ["listen", "--accept-size", "1k"]).fails(2, &["--auto-accept"]);
    net.run(GRACE, ["listen", "--auto-accept", ".", "--accept-size", "x"]).fails(2, &["100M"]);
}

#[test]
fn whom_to_trust() {
    let net = Net::new();
    let mut command = net.bare(ADA, ["contacts"]);
    let nobody = crate::papillon::end(&mut command);
    nobody.fails(1, &["--ca", "--insecure-tls"]);
    let mut command = net.bare(ADA, ["contacts", "--insecure-tls"]);
    crate::papillon::end(&mut command).is_fine();
    let wrong = net.papillon.file("wrong.pem", "no certificate");
    let mut command = net.bare(ADA, ["contacts", "--ca", wrong.to_str().unwrap()]);
    crate::papillon::end(&mut command).fails(1, &[]);
    // The service's own data folder is on this machine.
    let mut command = net.bare(ADA, ["contacts"]);
    command.env("PAPILLON_DATA", net.papillon.data());
    crate::papillon::end(&mut command).is_fine();
}

#[test]
fn what_is_missing_or_wrong() {
    let net = Net::new();
    let mut command = net.bare(ADA, ["contacts", "--insecure-tls"]);
    command.env("PAPILLON_PASSWORD", "wrong");
    crate::papillon::end(&mut command).fails(1, &["password is wrong"]);
    net.papillon.run(["ban", "add", GRACE, "--for", "1h"]).is_fine();
    // The service looks at the database a few times a second.
    let mut refused = || crate::papillon::end(&mut net.bare(GRACE, ["contacts", "--insecure-tls"]));
    let banned = std::iter::repeat_with(&mut refused).find(|ended| ended.code != 0).expect("in the end");
    banned.fails(1, &["the service refused the sign-in: This account is banned until 2"]);
    let mut command = net.papillon.bare(["contacts"]);
    crate::papillon::end(&mut command).fails(2, &["--account"]);
    for words in [
        ["contacts", "--protocol", "10"],
        ["contacts", "--direct", "always"],
        ["contacts", "--emoticon", "x"],
    ] {
        crate::papillon::end(&mut net.bare(ADA, words)).fails(2, &[words[2]]);
    }
}

#[test]
fn a_banned_address_is_told_as_what_it_may_be() {
    let net = Net::new();
    net.papillon.run(["ban", "add", "127.0.0.1", "--force"]).is_fine();
    net.service.wait_until_closed(true);
    let gateway = format!("http://{}/gateway/gateway.dll", net.service.address("http"));
    for words in [vec!["send", GRACE, "hello"], vec!["contacts"], vec!["contacts", "--gateway", &gateway]] {
        let ended = crate::papillon::end(&mut net.bare(ADA, words.iter().chain(&["--insecure-tls"])));
        ended.fails(1, &["closes the connection before a word", "may be banned: `papillon ban list`"]);
        assert!(!ended.err.contains("running there"), "{ended:?}");
    }
}

#[test]
fn listening_ends_with_its_reader_and_with_its_account() {
    let net = Net::new();
    let mut first = net.listen(ADA, &[]);
    let _second = net.listen(ADA, &[]);
    let last = first.wait_for("signed-out", |_| true);
    assert_eq!((last["reason"].as_str(), last["will_retry"].as_bool()), (Some("elsewhere"), Some(false)));
    assert_eq!(first.end(), 1);
}

#[test]
fn a_gateway_that_is_none_is_named() {
    let net = Net::new();
    let said = |args: &[&str]| {
        crate::papillon::end(&mut net.bare(ADA, ["contacts", "--insecure-tls"].iter().chain(args)))
    };
    said(&["--gateway", "foo"])
        .fails(2, &["a gateway URL such as http://msn.example.org/gateway/gateway.dll"]);
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{nobody}/gateway/gateway.dll");
    said(&["--gateway", &url]).fails(1, &[&format!("the gateway {url} cannot be reached"), "--gateway says"]);
    for (answer, words) in [
        ("404 Not Found", ["there is no gateway at", "--gateway takes a URL"]),
        (
            "403 Forbidden",
            ["HTTP 403 Forbidden: the service, or a proxy in front of it, refuses", "papillon ban list"],
        ),
        ("407 Proxy Authentication Required", ["HTTP 407", "a proxy on the way wants a name and a password"]),
        ("502 Bad Gateway", ["HTTP 502", "a proxy is there, and does not reach the service"]),
    ] {
        let url = format!("http://{}/gateway/gateway.dll", web_server(answer));
        said(&["--gateway", &url]).fails(1, &[&url, words[0], words[1]]);
    }
}

/// A web server that answers each request with this status.
fn web_server(status: &'static str) -> std::net::SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 4096];
            assert!(stream.read(&mut asked).unwrap() > 0);
            write!(stream, "HTTP/1.1 {status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").unwrap();
        }
    });
    address
}

/// A terminal that has gone, or whoever runs it, says SIGHUP.
#[test]
fn a_listener_whose_terminal_has_gone_signs_out() {
    let net = Net::new();
    let mut grace = net.listen(GRACE, &[]);
    assert_eq!(grace.stop("HUP"), 0);
}
