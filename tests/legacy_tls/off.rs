//! A service whose settings do not let old Windows in.

use msnp_testkit::{DEADLINE, TestServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::client::Client;
use crate::{ANSWER, authority};

#[tokio::test]
async fn no_old_version_and_no_old_suite_is_there() {
    let server = TestServer::start().await;
    let port = server.addresses.https.port().to_string();
    for version in ["3.0", "3.1", "3.2", "3.3"] {
        for (cipher, mac) in [("rc4", "sha"), ("rc4", "md5"), ("3des", "sha"), ("aes128", "sha")] {
            let Some(client) = Client::tlslite() else { return };
            let said = client.with(&[port.as_str(), version, cipher, mac]).ask().await;
            assert!(
                !said.well && !said.text.contains("negotiated"),
                "{version} {cipher} {mac}: {}",
                said.text
            );
        }
    }
    let Some(client) = Client::tlslite() else { return };
    let said = client.with(&[port.as_str(), "3.4", "aes128gcm", "aead"]).ask().await;
    assert!(said.well && said.text.contains(ANSWER), "{}", said.text);
}

#[tokio::test]
async fn nothing_but_modern_tls_with_modern_suites_is_there_for_openssl() {
    let server = TestServer::start().await;
    let (at, authority) = (server.addresses.https.to_string(), authority(&server));
    let authority = authority.to_string_lossy();
    for (words, well) in [
        (&["-tls1", "-cipher", "ALL:@SECLEVEL=0"][..], false),
        (&["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"], false),
        (&["-tls1_2", "-cipher", "AES128-SHA:AES128-GCM-SHA256:@SECLEVEL=0"], false),
        (&["-tls1_2"], true),
        (&["-tls1_3"], true),
    ] {
        let Some(client) = Client::find("openssl") else { return };
        let client = client.with(&["s_client", "-connect", &at, "-CAfile", &authority, "-ign_eof"]);
        let said = client.with(words).ask().await;
        assert_eq!((said.well, said.text.contains(ANSWER)), (well, well), "{words:?}: {}", said.text);
    }
}

#[tokio::test]
async fn the_hello_of_ssl_2_gets_no_server_hello() {
    let server = TestServer::start().await;
    let mut stream = TcpStream::connect(server.addresses.https).await.unwrap();
    stream.write_all(&[0x80, 0x1c, 1, 3, 0, 0, 3, 0, 0, 0, 16, 0, 0, 5]).await.unwrap();
    stream.write_all(b"sixteen bytes...").await.unwrap();
    let mut answer = Vec::new();
    // Closed, after an alert or without a word.
    let _ = timeout(DEADLINE, stream.read_to_end(&mut answer)).await.expect("it is closed");
    assert!(answer.is_empty() || answer[0] == 21, "{answer:x?}");
}
