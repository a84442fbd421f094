use std::time::{Duration, SystemTime};

use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::timeout;

use super::*;
use crate::Authority;
use crate::client::{Client, Version};

fn acceptor() -> Acceptor {
    let authority = Authority::make(SystemTime::now()).unwrap();
    let leaf = authority.issue(&["nexus.passport.com".to_owned()]).unwrap();
    Acceptor::new(&leaf).unwrap()
}

async fn handshake(
    acceptor: &Acceptor,
    version: Version,
    ciphers: &str,
) -> (io::Result<OldStream<DuplexStream>>, io::Result<SslStream<DuplexStream>>) {
    let client = Client::new(version, ciphers).unwrap();
    let (here, there) = duplex(64 * 1024);
    let both = async { tokio::join!(acceptor.accept(here), client.connect(there)) };
    timeout(Duration::from_secs(10), both).await.unwrap()
}

#[tokio::test]
async fn each_version_shakes_hands_with_each_suite_of_its_time() {
    let acceptor = acceptor();
    for (version, name, suites) in [
        (Version::Ssl3, "SSLv3", &["RC4-SHA", "RC4-MD5", "DES-CBC3-SHA", "AES128-SHA"][..]),
        (Version::Tls1, "TLSv1", &["RC4-SHA", "RC4-MD5", "DES-CBC3-SHA", "AES128-SHA", "AES256-SHA"]),
        (Version::Tls12, "TLSv1.2", &["RC4-SHA", "AES128-SHA", "ECDHE-RSA-AES128-GCM-SHA256"]),
    ] {
        for suite in suites {
            let (server, client) = handshake(&acceptor, version, suite).await;
            let (mut server, mut client) = (server.unwrap(), client.unwrap());
            assert_eq!((server.version(), server.cipher()), (name, *suite));
            assert_eq!(server.server_name(), None);
            // Byte by byte is how old block ciphers begin.
            for bytes in [&b"G"[..], b"ET / HTTP/1.0\r\n\r\n"] {
                client.write_all(bytes).await.unwrap();
                client.flush().await.unwrap();
            }
            let mut request = [0; 18];
            server.read_exact(&mut request).await.unwrap();
            assert_eq!(&request, b"GET / HTTP/1.0\r\n\r\n");
            server.write_all(b"answer").await.unwrap();
            server.shutdown().await.unwrap();
            // It is an error if there was no close_notify.
            let mut answer = Vec::new();
            client.read_to_end(&mut answer).await.unwrap();
            assert_eq!(answer, b"answer");
        }
    }
    let (server, _client) = handshake(&acceptor, Version::Tls13, "ALL").await;
    assert_eq!(server.unwrap().version(), "TLSv1.3");
}

#[tokio::test]
async fn the_server_chooses() {
    let acceptor = acceptor();
    for (version, offered, chosen) in [
        // Without AES, as Windows 98 to XP come: RC4 before 3DES where block ciphers are the weaker ones.
        (Version::Ssl3, "DES-CBC3-SHA:RC4-MD5:RC4-SHA", "RC4-SHA"),
        (Version::Ssl3, "DES-CBC3-SHA:RC4-MD5", "RC4-MD5"),
        (Version::Tls1, "DES-CBC3-SHA:RC4-MD5:RC4-SHA", "RC4-SHA"),
        (Version::Tls11, "RC4-MD5:RC4-SHA:DES-CBC3-SHA", "DES-CBC3-SHA"),
        (Version::Tls12, "RC4-MD5:RC4-SHA:DES-CBC3-SHA", "DES-CBC3-SHA"),
        (Version::Tls11, "RC4-MD5:RC4-SHA", "RC4-SHA"),
        (Version::Tls1, "RC4-SHA:ECDHE-RSA-AES128-SHA", "ECDHE-RSA-AES128-SHA"),
        (Version::Tls12, "DES-CBC3-SHA:AES128-SHA256", "AES128-SHA256"),
    ] {
        let (server, _client) = handshake(&acceptor, version, offered).await;
        assert_eq!(server.unwrap().cipher(), chosen, "{version:?} {offered}");
    }
}

/// A client that has AES gets it, in any order of its suites.
#[tokio::test]
async fn aes_comes_first_in_every_version() {
    let acceptor = acceptor();
    for version in [Version::Ssl3, Version::Tls1, Version::Tls11, Version::Tls12] {
        for (offered, chosen) in [
            ("DES-CBC3-SHA:AES256-SHA:AES128-SHA", "AES128-SHA"),
            ("AES128-SHA:AES256-SHA:DES-CBC3-SHA", "AES128-SHA"),
            ("RC4-SHA:RC4-MD5:DES-CBC3-SHA:AES256-SHA", "AES256-SHA"),
            ("RC4-SHA:AES128-SHA", "AES128-SHA"),
        ] {
            let (server, _client) = handshake(&acceptor, version, offered).await;
            assert_eq!(server.unwrap().cipher(), chosen, "{version:?} {offered}");
        }
    }
}

#[tokio::test]
async fn what_nobody_should_use_is_not_there() {
    let acceptor = acceptor();
    for suite in ["NULL-SHA", "ADH-AES128-SHA", "AECDH-RC4-SHA"] {
        let (server, client) = handshake(&acceptor, Version::Tls1, suite).await;
        assert!(server.is_err() && client.is_err(), "{suite}");
    }
}

#[tokio::test]
async fn what_is_no_hello_is_an_error() {
    let acceptor = acceptor();
    for bytes in
        [&b"GET / HTTP/1.0\r\n\r\n"[..], &[21, 3, 1, 0, 2, 2, 40], &[22, 3, 1, 0, 5, 1, 0, 0, 1, 0], b""]
    {
        let (here, mut there) = duplex(64 * 1024);
        there.write_all(bytes).await.unwrap();
        there.shutdown().await.unwrap();
        let accepted = timeout(Duration::from_secs(10), acceptor.accept(here)).await.unwrap();
        assert!(accepted.is_err(), "{bytes:x?}");
    }
}
