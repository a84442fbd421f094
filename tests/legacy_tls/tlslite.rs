//! tlslite-ng, the one that still has SSL 3.0. Its first record holds one byte.

use crate::client::Client;
use crate::{ANSWER, old_service};

#[tokio::test]
async fn ssl_3_and_tls_1_0_with_every_suite_of_the_time() {
    let server = old_service().await;
    let port = server.addresses.https.port().to_string();
    for (version, name) in [("3.0", "SSL 3.0"), ("3.1", "TLS 1.0"), ("3.2", "TLS 1.1")] {
        for (cipher, mac) in
            [("rc4", "sha"), ("rc4", "md5"), ("3des", "sha"), ("aes128", "sha"), ("aes256", "sha")]
        {
            let Some(client) = Client::tlslite() else { return };
            let said = client.with(&[port.as_str(), version, cipher, mac]).ask().await;
            assert!(said.well && said.text.contains(ANSWER), "{name} {cipher} {mac}: {}", said.text);
            let negotiated = format!("negotiated {name} {cipher}\ncertificates 2\n");
            assert!(said.text.contains(&negotiated), "{mac}: {}", said.text);
        }
    }
}

#[tokio::test]
async fn later_versions_by_either_side() {
    let server = old_service().await;
    let port = server.addresses.https.port().to_string();
    for (version, name, cipher, mac) in [
        ("3.3", "TLS 1.2", "aes128gcm", "aead"),
        ("3.3", "TLS 1.2", "aes128", "sha"),
        ("3.3", "TLS 1.2", "rc4", "md5"),
        ("3.4", "TLS 1.3", "aes128gcm", "aead"),
        ("3.4", "TLS 1.3", "chacha20-poly1305", "aead"),
    ] {
        let Some(client) = Client::tlslite() else { return };
        let said = client.with(&[port.as_str(), version, cipher, mac]).ask().await;
        assert!(said.well && said.text.contains(ANSWER), "{name} {cipher} {mac}: {}", said.text);
        assert!(said.text.contains(&format!("negotiated {name} {cipher}\n")), "{}", said.text);
    }
}
