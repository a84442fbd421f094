//! Debian's OpenSSL, which checks the chain. It has neither SSL 3.0 nor RC4 and 3DES.

use msnp_testkit::TestServer;

use crate::client::{Client, Said};
use crate::{ANSWER, authority, old_service};

async fn ask(server: &TestServer, words: &[&str]) -> Option<Said> {
    let client = Client::find("openssl")?;
    let at = server.addresses.https.to_string();
    let authority = authority(server);
    let authority = authority.to_string_lossy();
    let client =
        client.with(&["s_client", "-connect", &at, "-CAfile", &authority, "-noservername", "-ign_eof"]);
    let client = client.with(&["-verify_return_error", "-verify_hostname", "nexus.passport.com"]);
    Some(client.with(words).ask().await)
}

#[tokio::test]
async fn every_version_finds_its_side() {
    let server = old_service().await;
    let old = "DEFAULT:@SECLEVEL=0";
    for (words, version, cipher) in [
        (&["-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0"][..], "TLSv1", "AES128-SHA"),
        (&["-tls1", "-cipher", old], "TLSv1", "ECDHE-RSA-AES128-SHA"),
        (&["-tls1_1", "-cipher", old], "TLSv1.1", "ECDHE-RSA-AES128-SHA"),
        (&["-tls1_2", "-cipher", "AES128-SHA:@SECLEVEL=0"], "TLSv1.2", "AES128-SHA"),
        (&["-tls1_2"], "TLSv1.2", "ECDHE-ECDSA-AES256-GCM-SHA384"),
        (&[], "TLSv1.3", "TLS_AES_256_GCM_SHA384"),
        (&["-cipher", old], "TLSv1.3", "TLS_AES_256_GCM_SHA384"),
    ] {
        let Some(said) = ask(&server, words).await else { return };
        assert!(said.well && said.text.contains(ANSWER), "{words:?}: {}", said.text);
        assert!(said.text.contains("Verified peername: nexus.passport.com"), "{words:?}: {}", said.text);
        assert!(said.text.contains(&format!("Cipher is {cipher}\n")), "{words:?}: {}", said.text);
        assert!(said.text.contains(&format!("Protocol  : {version}\n")), "{words:?}: {}", said.text);
    }
}

/// A client that offers an older version after a failure says so. The server then refuses, because it speaks a newer
/// one: an attacker in between made the first attempt fail.
#[tokio::test]
async fn nobody_is_talked_down_to_an_old_version() {
    let server = old_service().await;
    let Some(said) = ask(&server, &["-tls1", "-fallback_scsv", "-cipher", "DEFAULT:@SECLEVEL=0"]).await
    else {
        return;
    };
    assert!(!said.well && said.text.contains("inappropriate fallback"), "{}", said.text);
}

#[tokio::test]
async fn a_client_may_not_shake_hands_again() {
    let server = old_service().await;
    // s_client does so on a line with an R.
    let Some(client) = Client::find("openssl") else { return };
    let at = server.addresses.https.to_string();
    let words = ["s_client", "-connect", &at, "-tls1", "-cipher", "AES128-SHA:@SECLEVEL=0", "-noservername"];
    let said = client.with(&words).tell("R\n").await;
    assert!(!said.well && said.text.contains("no renegotiation"), "{}", said.text);
}
