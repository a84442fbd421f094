//! GnuTLS, which checks the chain. Debian's has no SSL 3.0.

use crate::client::{Client, Said};
use crate::{ANSWER, authority, old_service};
use msnp_testkit::TestServer;

/// Asks without saying whom for, as Windows XP does.
async fn ask(server: &TestServer, priority: &str) -> Option<Said> {
    let client = Client::find("gnutls-cli")?;
    let port = server.addresses.https.port().to_string();
    let authority = authority(server);
    let authority = authority.to_string_lossy();
    let words = ["--disable-sni", "--verify-hostname", "nexus.passport.com", "--x509cafile", &authority];
    let client = client.with(&words).with(&["--priority", priority, "--port", &port, "127.0.0.1"]);
    Some(client.ask().await)
}

#[tokio::test]
async fn old_suites_and_a_chain_that_holds() {
    let server = old_service().await;
    for (version, cipher, mac) in [
        ("TLS1.0", "ARCFOUR-128", "SHA1"),
        ("TLS1.0", "ARCFOUR-128", "MD5"),
        ("TLS1.0", "3DES-CBC", "SHA1"),
        ("TLS1.0", "AES-128-CBC", "SHA1"),
        ("TLS1.1", "ARCFOUR-128", "SHA1"),
        ("TLS1.2", "AES-128-CBC", "SHA1"),
    ] {
        let priority = format!(
            "NONE:+VERS-{version}:+{cipher}:+{mac}:+RSA:+COMP-NULL:+SIGN-ALL:%VERIFY_ALLOW_SIGN_WITH_SHA1:%NO_EXTENSIONS"
        );
        let Some(said) = ask(&server, &priority).await else { return };
        let name = format!("{version} {cipher} {mac}");
        assert!(said.well && said.text.contains(ANSWER), "{name}: {}", said.text);
        assert!(said.text.contains("The certificate is trusted"), "{name}: {}", said.text);
        assert!(said.text.contains(&format!("({version}")), "{name}: {}", said.text);
        assert!(said.text.contains(&format!("({cipher})-({mac})")), "{name}: {}", said.text);
    }
}

#[tokio::test]
async fn a_client_of_today_gets_tls_1_3_and_a_certificate_of_today() {
    let server = old_service().await;
    // Everything that GnuTLS has, the newest first.
    let everything = "NORMAL:+VERS-TLS1.0:+ARCFOUR-128:+3DES-CBC:+RSA";
    for (priority, version) in
        [("NORMAL", "TLS1.3"), (everything, "TLS1.3"), ("NORMAL:-VERS-TLS1.3", "TLS1.2")]
    {
        let Some(said) = ask(&server, priority).await else { return };
        assert!(said.well && said.text.contains(ANSWER), "{priority}: {}", said.text);
        assert!(said.text.contains("The certificate is trusted"), "{priority}: {}", said.text);
        assert!(said.text.contains(&format!("({version}")), "{priority}: {}", said.text);
        assert!(said.text.contains("ECDSA"), "{priority}: {}", said.text);
    }
}
