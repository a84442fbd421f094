//! `CHL` and `QRY` (7).

use std::time::Duration;

use msnp_testkit::challenge::{PRODUCT_ID, answer, answer_with};
use msnp_testkit::{Ns, TestServer, words};

use crate::support::{ALICE, BOB, DIALECTS, friends};

const PRODUCTS: &[(&str, &str)] = &[
    ("msmsgs@msnmsgr.com", "Q1P7W2E4J9R8U3S5"),
    ("PROD0038W!61ZTF9", "VT6PX?UQTM4WM%YR"),
    ("PROD0058#7IL2{QD", "QHDCY@7R1TB6W?5B"),
    ("PROD0061VRRZH@4F", "JXQ6J@TUOGYV@N0M"),
    ("PROD00504RLUG%WL", "I2EBK%PYNLZL5_J4"),
    ("PROD0076ENE8*@AW", "CEQJ8}OE0!WTSWII"),
];

/// Goes online and returns the challenge.
async fn challenged(server: &TestServer, dialect: u32) -> (Ns, String) {
    let mut ns = Ns::sign_in(server, ALICE, dialect).await;
    ns.send("CHG 5 NLN 0").await;
    ns.expect("CHG 5 NLN 0").await;
    let line = ns.expect_prefix("CHL 0 ").await;
    let challenge = words(&line)[2].to_owned();
    (ns, challenge)
}

#[tokio::test]
async fn the_first_chg_brings_twenty_digits() {
    let server = TestServer::start().await;
    let mut seen = Vec::new();
    for dialect in DIALECTS {
        let (_ns, challenge) = challenged(&server, dialect).await;
        assert!(challenge.len() == 20 && challenge.bytes().all(|byte| byte.is_ascii_digit()), "{challenge}");
        assert!(!seen.contains(&challenge));
        seen.push(challenge);
    }
}

#[tokio::test]
async fn every_known_client_can_answer() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        for (id, key) in PRODUCTS {
            let (mut ns, challenge) = challenged(&server, dialect).await;
            ns.send_with(&format!("QRY 6 {id} 32"), answer_with(&challenge, key).as_bytes()).await;
            ns.expect("QRY 6").await;
            ns.quiet().await;
        }
    }
}

#[tokio::test]
async fn a_wrong_answer_is_540_and_the_end() {
    let server = TestServer::start().await;
    for dialect in DIALECTS {
        let right = |challenge: &str| answer(challenge);
        for (id, wrong) in [
            (PRODUCT_ID, Some("0".repeat(32))),
            (PRODUCT_ID, Some(answer("12345678901234567890"))),
            (PRODUCT_ID, Some("short".to_owned())),
            ("PROD0000UNKNOWN0", None),
            ("PROD0038W!61ZTF9", None),
        ] {
            let (mut ns, challenge) = challenged(&server, dialect).await;
            let digest = wrong.unwrap_or_else(|| right(&challenge));
            ns.send_with(&format!("QRY 6 {id} {}", digest.len()), digest.as_bytes()).await;
            ns.expect("540 6").await;
            ns.closed().await;
        }
    }
}

#[tokio::test]
async fn no_answer_in_time_is_the_end_and_watchers_see_it() {
    let server = TestServer::with(|config| config.timeouts.challenge = Duration::from_millis(1500)).await;
    let (mut alice, mut bob) = friends(&server, 9).await;
    let mut again = Ns::sign_in(&server, ALICE, 9).await;
    alice.expect("OUT OTH").await;
    again.send("CHG 5 NLN 0").await;
    again.expect("CHG 5 NLN 0").await;
    again.expect_prefix(&format!("ILN 5 NLN {BOB} ")).await;
    again.expect_prefix("CHL 0 ").await;
    again.closed().await;
    bob.expect(&format!("FLN {ALICE}")).await;
    bob.expect(&format!("NLN NLN {ALICE} Alice 0")).await;
    bob.expect(&format!("FLN {ALICE}")).await;
    // A client that has answered stays.
    bob.quiet().await;
}

#[tokio::test]
async fn challenges_come_again() {
    let server = TestServer::with(|config| {
        config.timeouts.challenge_interval = Duration::from_millis(50);
    })
    .await;
    let (mut ns, mut challenge) = challenged(&server, 9).await;
    for _ in 0..3 {
        assert_eq!(ns.answer(&challenge).await, Vec::<String>::new());
        let line = ns.expect_prefix("CHL 0 ").await;
        challenge = words(&line)[2].to_owned();
    }
}

#[tokio::test]
async fn a_later_chg_brings_no_challenge() {
    let server = TestServer::start().await;
    let mut ns = Ns::online(&server, ALICE, 9).await;
    for status in ["BSY", "HDN", "NLN"] {
        assert_eq!(ns.chg(status).await, Vec::<String>::new());
    }
}
