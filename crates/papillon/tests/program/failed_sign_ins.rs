//! Failed sign-ins in the log, and fail2ban, which reads them there.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use crate::papillon::{Papillon, end};
use crate::running::{DEADLINE, Running};

const ADA: &str = "ada@example.com";
/// The beginning of a line about a failure, behind the time.
const FAILED: &str = " INFO papillon_server::passport::failures: sign-in failed from=127.0.0.1 account=";

#[test]
fn failures_are_logged_with_address_and_account() {
    let papillon = Papillon::new();
    papillon.add(ADA, "s3cret-word");
    let all = ["serve", "--msnp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--https", "127.0.0.1:0"];
    let running = Running::launch(papillon.command(all).arg("--log-addresses"));
    assert_eq!(running.login(ADA, "s3cret-wrong").0, 401);
    let line = running.wait_for_log("sign-in failed");
    assert!(line.ends_with(&format!("{FAILED}\"{ADA}\" left_out=0")), "{line}");
    // A text in place of an address may be a password, or an attempt to write a line of its own.
    assert_eq!(running.login("x%0A%20INFO%20y from=8.8.8.8", "s3cret-word").0, 401);
    let line = running.wait_for_log("sign-in failed");
    assert!(line.ends_with(&format!("{FAILED}\"-\" left_out=0")), "{line}");
    // The pages log it alike.
    assert_eq!(sign_in_to_the_pages(&running, "nobody@example.com"), 403);
    let line = running.wait_for_log("sign-in failed");
    assert!(line.ends_with(&format!("{FAILED}\"nobody@example.com\" left_out=0")), "{line}");
    // So does the notification server, of a ticket that is none.
    let mut stream = TcpStream::connect(running.address("msnp")).unwrap();
    stream
        .write_all(
            b"VER 1 MSNP9 CVR0\r\nCVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS ada@example.com\r\n",
        )
        .unwrap();
    stream.write_all(b"USR 3 TWN I ada@example.com\r\nUSR 4 TWN S t=1&p=2\r\n").unwrap();
    let line = running.wait_for_log("sign-in with a ticket");
    assert!(line.contains("from=127.0.0.1 account=\"ada@example.com\""), "{line}");
    papillon.run(["account", "disable", ADA]).is_fine();
    assert_eq!(running.login(ADA, "s3cret-word").0, 401);
    let line = running.wait_for_log("disabled account");
    assert!(line.contains("from=127.0.0.1 account=\"ada@example.com\""), "{line}");
}

/// However many there are: every one is in a line, or counted in one.
#[test]
fn a_flood_is_counted() {
    let papillon = Papillon::new();
    let running = Running::launch(
        papillon
            .command(["serve", "--msnp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--https", "none"])
            .env("PAPILLON_LIMITS_SIGN_IN_FAILURES_PER_ACCOUNT", "2")
            .env("PAPILLON_LOG_ADDRESSES", "true"),
    );
    const ALL: u64 = 40;
    for _ in 0..ALL {
        assert_eq!(running.login(ADA, "a guess").0, 401);
    }
    let (mut counted, mut lines) = (0, 0);
    while counted < ALL {
        let line = running.wait_for_log("from=127.0.0.1");
        assert!(line.contains("account=\"ada@example.com\""), "{line}");
        let (_, left_out) = line.rsplit_once("left_out=").unwrap();
        counted += 1 + left_out.parse::<u64>().unwrap();
        lines += 1;
    }
    assert_eq!(counted, ALL);
    assert!(lines < ALL, "{lines} lines");
}

#[test]
fn after_too_many_the_answer_says_how_long_to_wait() {
    let papillon = Papillon::new();
    let running = Running::start(&papillon);
    for _ in 0..10 {
        assert_eq!(running.login(ADA, "a guess").0, 401);
    }
    let (status, answer) = running.login(ADA, "a guess");
    assert_eq!(status, 401);
    let (_, seconds) = answer.split_once("\r\nRetry-After: ").unwrap_or_else(|| panic!("{answer}"));
    let seconds: u64 = seconds.split("\r\n").next().unwrap().parse().unwrap();
    assert!((1..=6).contains(&seconds), "{answer}");
    let words = format!("try again, in {seconds} second");
    assert!(answer.contains(&words) && answer.contains(&format!("in%20{seconds}%20second")), "{answer}");
}

/// A password of just 16 characters may be the beginning of a longer one.
#[test]
fn the_login_tells_of_passwords_that_were_cut_off() {
    let papillon = Papillon::new();
    papillon.add(ADA, "a password of 24 letters");
    let running = Running::start(&papillon);
    let login = |password: &str| running.login(ADA, &password.replace(' ', "%20"));
    assert_eq!(login("a password of 24 letters").0, 200);
    let (status, answer) = login("a password of 24");
    assert!(status == 401 && answer.contains("sent only the first 16"), "{answer}");
    assert!(!login("a password of 2").1.contains("first 16"));
}

/// The filter in `docs/`, on a log as this program writes it.
#[test]
fn fail2ban_finds_them() {
    let filter = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/fail2ban/papillon.conf");
    if Command::new("fail2ban-regex").arg("--version").output().is_err() {
        assert!(std::env::var_os("PAPILLON_REQUIRE_FAIL2BAN").is_none(), "fail2ban-regex is not there");
        eprintln!("fail2ban-regex is not there: not tried");
        return;
    }
    for format in ["text", "json"] {
        let papillon = Papillon::new();
        papillon.add(ADA, "s3cret-word");
        let all = ["serve", "--msnp", "127.0.0.1:0", "--http", "127.0.0.1:0", "--https", "none"];
        let mut running =
            Running::launch(papillon.command(all).args(["--log-format", format, "--log-addresses"]));
        for name in [ADA, "a b from=192.0.2.66 ", "from=192.0.2.66@example.com"] {
            assert_eq!(running.login(&name.replace(' ', "%20"), "a guess").0, 401);
        }
        assert_eq!(running.login(ADA, "s3cret-word").0, 200);
        let mut log = String::new();
        // The second line is about the two that came within a second of the first.
        for _ in 0..2 {
            log += &(running.wait_for_log("sign-in failed") + "\n");
        }
        running.signal("TERM");
        log += &running.end().err;
        // Another line that quotes what somebody typed.
        log += "2026-11-27T19:18:55.1Z  INFO x: y name=\"z\" INFO papillon_server::passport::failures: sign-in failed \
                from=192.0.2.66 account=\"-\"\n";
        // As it is, and as the journal of systemd and syslog have it.
        for before in [
            "",
            "msn papillon[42]: ",
            "Nov 27 19:18:55 msn papillon[42]: ",
            "2026-11-27T19:18:55+01:00 msn papillon[42]: ",
        ] {
            let log: String = log.lines().map(|line| format!("{before}{line}\n")).collect();
            let file = papillon.file("papillon.log", &log);
            let found = end(Command::new("fail2ban-regex").args(["--out", "ip"]).arg(&file).arg(&filter));
            assert_eq!((found.code, &*found.out), (0, "127.0.0.1\n127.0.0.1\n"), "{before}{log}");
        }
    }
}

/// The status with which the pages answer a sign-in with a wrong password.
fn sign_in_to_the_pages(running: &Running, address: &str) -> u16 {
    let ask = |request: String| {
        let mut stream = TcpStream::connect(running.address("http")).unwrap();
        stream.set_read_timeout(Some(DEADLINE)).unwrap();
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    };
    let page = ask("GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".into());
    let between = |before: &str, after: &str| {
        let (_, rest) = page.split_once(before).unwrap_or_else(|| panic!("{before} is not in {page}"));
        rest.split_once(after).unwrap().0.to_owned()
    };
    let cookie = between("pb=", ";");
    let token = between("name=\"t\" value=\"", "\"");
    let body = format!("t={token}&to=&address={}&password=a+guess", address.replace('@', "%40"));
    let answer = ask(format!(
        "POST /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nCookie: pb={cookie}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    ));
    answer.split(' ').nth(1).and_then(|word| word.parse().ok()).unwrap()
}
