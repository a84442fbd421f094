//! The needs of real clients: one test for each numbered line of `docs/protocol/real-clients.md`.

use msnp_testkit::challenge::answer_with;
use msnp_testkit::http::{login_request, request, tls_request};
use msnp_testkit::{Ns, PASSWORD, Sb, Table, TestServer, Wire, words};

use crate::support::{ALICE, BOB, CAROL, DIALECTS, OBJECT, friends};

async fn signed_in(server: &TestServer, ver: &str, cvr: &str) -> Ns {
    server.account(ALICE).await;
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.handle = ALICE.into();
    ns.dialect = 9;
    // Line 2: everything up to the first reply that is needed, in one segment.
    ns.send_raw(format!("{ver}\r\n{cvr}\r\nUSR 3 TWN I {ALICE}\r\n").as_bytes()).await;
    ns.expect_prefix("VER 1 MSNP9").await;
    ns.expect_prefix("CVR 2 ").await;
    let challenge = ns.expect_prefix("USR 3 TWN S ").await;
    let bytes = login_request(ALICE, PASSWORD, words(&challenge)[4]);
    let answer = request(server.addresses.http, bytes.as_bytes()).await;
    ns.show(answer.ticket().expect("a ticket")).await;
    ns
}

const VER: &str = "VER 1 MSNP9 MSNP8 CVR0";
const CVR: &str = "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com";

#[tokio::test]
async fn line_1_amsn_needs_every_common_version_and_cvr0() {
    let server = TestServer::start().await;
    let mut wire = Wire::connect(server.addresses.msnp).await;
    assert_eq!(wire.ask(VER).await, "VER 1 MSNP9 MSNP8 CVR0");
}

#[tokio::test]
async fn line_2_amsn_and_jml_do_not_wait_for_replies() {
    let server = TestServer::start().await;
    signed_in(&server, VER, CVR).await.quiet().await;
}

#[tokio::test]
async fn line_3_msnlib_and_msnp_py_have_their_own_cvr() {
    let server = TestServer::start().await;
    for cvr in [
        "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS\talice@example.com",
        "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS  alice@example.com",
        "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602  alice@example.com",
        "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602",
        "CVR 2 0x0409 winnt",
        "CVR 2",
        "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com and more",
        "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS alice@example.com ",
    ] {
        let mut ns = signed_in(&server, VER, cvr).await;
        ns.quiet().await;
    }
}

#[tokio::test]
async fn line_4_perl_msn_pm_syncs_with_two_numbers_and_in_its_own_order() {
    let server = TestServer::start().await;
    let mut ns = signed_in(&server, VER, CVR).await;
    ns.send_raw(b"GTC 5 N\r\nCHG 6 NLN 0\r\nSYN 7 0 0\r\nCHG 8 AWY 0\r\n").await;
    ns.expect_prefix("GTC 5 ").await;
    let lines = ns.fence().await;
    let at = |start: &str| {
        lines
            .iter()
            .position(|line| line.starts_with(start))
            .unwrap_or_else(|| panic!("{start} in {lines:?}"))
    };
    assert!(at("CHG 6 NLN 0") < at("SYN 7 ") && at("SYN 7 ") < at("CHG 8 AWY 0"));
    assert!(at("SYN 7 ") < at("GTC N") && at("GTC N") < at("BLP AL") && at("BLP AL") < at("LSG 0 "));
    let version = words(&lines[at("SYN 7 ")])[2].to_owned();
    assert_eq!(ns.ask(&format!("SYN 9 {version} 0")).await, format!("SYN 9 {version}"));
}

#[tokio::test]
async fn line_5_twisted_needs_three_parameters_in_the_echo_of_chg() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        for (sent, echoed) in [
            ("CHG 6 NLN", "CHG 6 NLN 0"),
            ("CHG 7 BSY 32", "CHG 7 BSY 32"),
            ("CHG 8 AWY 268435492 %3Cmsnobj%2F%3E", "CHG 8 AWY 268435492"),
        ] {
            alice.send(sent).await;
            let echo = alice.expect_prefix(echoed).await;
            let rest = echo.strip_prefix(echoed).expect("the same beginning");
            assert!(rest.is_empty() || rest == " %3Cmsnobj%2F%3E", "{echo}");
            if dialect == 9 {
                assert_eq!(
                    words(&echo).len(),
                    words(echoed).len() + usize::from(sent.contains('%')),
                    "{echo}"
                );
            }
            bob.expect_prefix(&format!("NLN {} {ALICE} Alice {}", words(echoed)[2], words(echoed)[3])).await;
        }
    }
}

#[tokio::test]
async fn line_6_pidgin_pings_straight_after_the_sign_in() {
    let server = TestServer::start().await;
    let mut ns = signed_in(&server, VER, CVR).await;
    assert_eq!(ns.ask("PNG").await, "QNG 50");
}

#[tokio::test]
async fn line_7_msnlib_insists_on_a_referral() {
    let server = TestServer::start().await;
    let mut wire = Wire::connect(server.addresses.dispatch).await;
    wire.send_raw(format!("{VER}\r\n{CVR}\r\nUSR 3 TWN I {ALICE}\r\n").as_bytes()).await;
    wire.expect(VER).await;
    wire.expect_prefix("CVR 2 ").await;
    let (msnp, dispatch) = (server.addresses.msnp, server.addresses.dispatch);
    wire.expect(&format!("XFR 3 NS {msnp} 0 {dispatch}")).await;
    signed_in(&server, VER, CVR).await.quiet().await;
}

#[tokio::test]
async fn line_8_pidgin_asks_the_nexus_with_a_bare_line() {
    let server = TestServer::start().await;
    let authority = server.folder().join("tls/ca.pem");
    let bytes = b"GET /rdr/pprdr.asp\r\n\r\n";
    let answer =
        tls_request(server.addresses.https, &authority, "127.0.0.1", bytes).await.expect("an answer");
    let urls = answer.header("PassportURLs").expect("spelled exactly like this");
    let login = urls.split(',').find_map(|part| part.strip_prefix("DALogin=")).expect("a login");
    assert_eq!(login, format!("127.0.0.1:{}/login2.srf", server.addresses.https.port()));
}

#[tokio::test]
async fn line_9_msnlib_amsn_and_bitlbee_log_in_each_in_their_way() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let authority = server.folder().join("tls/ca.pem");
    let pwd = msnp_testkit::http::percent_encode(PASSWORD);
    for (target, name) in [
        ("https://login.passport.com/login2.srf", "alice@example.com"),
        ("https://login.passport.com/login2.srf", "alice%40example.com"),
        ("/login2.srf", "alice@example.com"),
    ] {
        let bytes = format!(
            "GET {target} HTTP/1.1\r\nAuthorization: Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,\
             sign-in={name},pwd={pwd},lc=1033,id=507\r\n\r\n"
        );
        // An address is not named in the TLS hello.
        let answer = tls_request(server.addresses.https, &authority, "127.0.0.1", bytes.as_bytes()).await;
        assert!(answer.expect("an answer").ticket().is_some(), "{target} {name}");
    }
}

#[tokio::test]
async fn line_10_amsn_needs_lengths_and_an_orderly_end() {
    let server = TestServer::start().await;
    let authority = server.folder().join("tls/ca.pem");
    for path in ["/rdr/pprdr.asp", "/login2.srf", "/nothing"] {
        let bytes = format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: keep-alive\r\n\r\n");
        // An end without close_notify is an error here.
        let answer = tls_request(server.addresses.https, &authority, "127.0.0.1", bytes.as_bytes()).await;
        let answer = answer.unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(answer.header("Content-Length"), Some(&*answer.body.len().to_string()));
        assert_eq!(answer.header("Connection"), Some("close"));
    }
}

#[tokio::test]
async fn line_11_twisted_needs_joi_and_iro_without_client_id() {
    for dialect in DIALECTS {
        let server = TestServer::start().await;
        let (mut alice, mut bob) = friends(&server, dialect).await;
        let mut seat = Sb::open(&mut alice).await;
        seat.call(BOB).await;
        let door = bob.ring().await;
        let (_guest, present) = Sb::answer(BOB, &door).await;
        assert_eq!(present, [format!("IRO 902 1 1 {ALICE} Alice")]);
        seat.expect(&format!("JOI {BOB} Bob")).await;
    }
}

#[tokio::test]
async fn line_12_twisted_needs_presence_without_objects() {
    let server = TestServer::start().await;
    server.list(BOB, ALICE).await;
    server.list(CAROL, ALICE).await;
    let mut bob = Ns::online(&server, BOB, 8).await;
    let mut carol = Ns::online(&server, CAROL, 9).await;
    let mut alice = Ns::sign_in(&server, ALICE, 9).await;
    alice.send(&format!("CHG 5 NLN 268435492 {OBJECT}")).await;
    bob.expect(&format!("NLN NLN {ALICE} Alice 268435492")).await;
    carol.expect(&format!("NLN NLN {ALICE} Alice 268435492 {OBJECT}")).await;
    let mut bob = Ns::sign_in(&server, BOB, 8).await;
    assert_eq!(bob.chg("NLN").await, [format!("ILN 906 NLN {ALICE} Alice 268435492")]);
}

#[tokio::test]
async fn line_13_amsn_and_pidgin_call_again_on_the_same_switchboard() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    table.seats.pop();
    table.seats[0].expect(&format!("BYE {BOB}")).await;
    let mut again = table.seats[0].invite(&mut table.people[1]).await;
    again.msg(1, 'N', b"back").await;
    assert_eq!(table.seats[0].receive(BOB).await, b"back");
}

#[tokio::test]
async fn line_14_p2p_packets_pass_untouched_and_are_acknowledged() {
    let server = TestServer::start().await;
    let mut table = Table::of(&server, &["alice", "bob"], 9).await;
    let (alice, bob) = table.two();
    let head =
        b"MIME-Version: 1.0\r\nContent-Type: application/x-msnmsgrp2p\r\nP2P-Dest: bob@example.com\r\n\r\n";
    for (number, body) in [0, 1, 1200, 1202].into_iter().enumerate() {
        let mut packet = head.to_vec();
        packet.extend((0..48_u32).map(|byte| (byte * 7) as u8));
        packet.extend((0..body).map(|byte| (byte % 256) as u8));
        packet.extend([0, 0, 0, 1]);
        alice.msg(number as u32, 'D', &packet).await;
        assert_eq!(bob.receive(ALICE).await, packet);
        alice.expect(&format!("ACK {number}")).await;
    }
    let whole = vec![0x9f; 1340];
    alice.msg(9, 'D', &whole).await;
    assert_eq!(bob.receive(ALICE).await, whole);
    alice.expect("ACK 9").await;
}

#[tokio::test]
async fn line_15_msnp_py_ends_qry_with_a_bare_lf() {
    let server = TestServer::start().await;
    let mut ns = Ns::sign_in(&server, ALICE, 9).await;
    ns.send_raw(b"CHG 5 NLN 0\n").await;
    ns.expect("CHG 5 NLN 0").await;
    let line = ns.expect_prefix("CHL 0 ").await;
    let digest = answer_with(words(&line)[2], "JXQ6J@TUOGYV@N0M");
    ns.send_raw(format!("QRY 6 PROD0061VRRZH@4F 32\n{digest}").as_bytes()).await;
    ns.expect("QRY 6").await;
    ns.quiet().await;
}

#[tokio::test]
async fn line_16_perl_msn_pm_offers_msnp10_and_speaks_msnp9() {
    let server = TestServer::start().await;
    server.account(BOB).await;
    let mut ns = signed_in(&server, "VER 1 MSNP10 MSNP9 CVR0", CVR).await;
    ns.syn().await;
    ns.send(&format!("ADD 5 FL {BOB} Bob 0")).await;
    ns.expect_prefix("ADD 5 FL ").await;
    ns.fence().await;
    let change = format!("CHG 6 NLN 0 {OBJECT}");
    assert_eq!(ns.ask(&change).await, change);
}

/// The table of parameter counts at the end of the page, for a strict MSNP8 parser.
#[tokio::test]
async fn every_line_has_as_many_parameters_as_a_strict_parser_demands() {
    let server = TestServer::start().await;
    let (mut alice, mut bob) = friends(&server, 8).await;
    let count = |line: &str, verb: &str, expected: usize| {
        let parts = words(line);
        assert_eq!((parts[0], parts.len() - 1), (verb, expected), "{line}");
    };
    count(&alice.ask("CHG 5 BSY 0").await, "CHG", 3);
    count(&bob.line().await, "NLN", 4);
    count(&alice.ask(&format!("REA 6 {BOB} Bob")).await, "REA", 4);
    let mut again = Ns::sign_in(&server, BOB, 8).await;
    count(&alice.line().await, "FLN", 1);
    let seen = again.chg("NLN").await;
    count(&seen[0], "ILN", 5);
    count(&alice.line().await, "NLN", 4);

    let mut wire = Wire::connect(server.addresses.dispatch).await;
    wire.send_raw(format!("VER 1 MSNP8 CVR0\r\n{CVR}\r\nUSR 3 TWN I {ALICE}\r\n").as_bytes()).await;
    wire.line().await;
    wire.line().await;
    count(&wire.line().await, "XFR", 5);

    let line = alice.ask("XFR 7 SB").await;
    count(&line, "XFR", 5);
    let door = msnp_testkit::Admission::of_xfr(&line);
    let mut seat = Wire::connect(door.address).await;
    count(&seat.ask(&format!("USR 1 {ALICE} {}", door.cookie)).await, "USR", 4);
    seat.send(&format!("CAL 2 {BOB}")).await;
    count(&seat.line().await, "CAL", 3);
    let line = again.line().await;
    count(&line, "RNG", 6);
    let door = msnp_testkit::Admission::of_rng(&line);
    let mut guest = Wire::connect(door.address).await;
    guest.send(&format!("ANS 1 {BOB} {} {}", door.cookie, door.session)).await;
    count(&guest.line().await, "IRO", 5);
    count(&guest.line().await, "ANS", 2);
    count(&seat.line().await, "JOI", 2);
    seat.send_raw(b"MSG 3 A 0\r\n").await;
    count(&seat.line().await, "ACK", 1);
    guest.send("OUT").await;
    count(&seat.line().await, "BYE", 1);
}
