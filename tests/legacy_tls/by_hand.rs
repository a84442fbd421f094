//! Hellos written by hand, from their descriptions in the RFCs.

use std::net::SocketAddr;

use msnp_testkit::DEADLINE;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::old_service;

/// The hello of SSL 2.0 as WinINet sends it with "Use SSL 2.0" ticked: it says that it can do better (RFC
/// 5246, appendix E.2).
fn ssl_2_hello(minor: u8) -> Vec<u8> {
    // Two of SSL 2.0 itself, then RC4-MD5, RC4-SHA and 3DES.
    let suites = [[1, 0, 0x80], [7, 0, 0xc0], [0, 0, 4], [0, 0, 5], [0, 0, 10]].concat();
    let challenge = *b"sixteen bytes...";
    let mut body = vec![1, 3, minor];
    for length in [suites.len(), 0, challenge.len()] {
        body.extend((length as u16).to_be_bytes());
    }
    body.extend(suites);
    body.extend(challenge);
    let length = 0x8000 | body.len() as u16;
    [&length.to_be_bytes()[..], &body].concat()
}

/// The hello of a client that offers RC4-SHA in SSL 3.0, or in TLS 1.0, in records of at most `cut` bytes.
fn hello(minor: u8, cut: usize) -> Vec<u8> {
    let mut body = vec![3, minor];
    body.extend([9; 32]);
    body.extend([0, 0, 2, 0, 5, 1, 0]);
    let message = [&[1, 0, 0, body.len() as u8][..], &body].concat();
    let mut records = Vec::new();
    for part in message.chunks(cut) {
        records.extend([22, 3, minor, 0, part.len() as u8]);
        records.extend(part);
    }
    records
}

/// Sends the parts one after the other and reads the first message: version and suite of a ServerHello.
async fn server_hello(at: SocketAddr, parts: &[&[u8]]) -> (u8, [u8; 2]) {
    let mut stream = TcpStream::connect(at).await.unwrap();
    stream.set_nodelay(true).unwrap();
    for part in parts {
        stream.write_all(part).await.unwrap();
    }
    let read = async {
        let mut record = [0; 5];
        stream.read_exact(&mut record).await.unwrap();
        assert_eq!(record[..2], [22, 3], "{record:x?}");
        let mut message = vec![0; usize::from(u16::from_be_bytes([record[3], record[4]]))];
        stream.read_exact(&mut message).await.unwrap();
        // ServerHello, its length, the version, a random number, the session's name, the suite.
        assert_eq!(message[0], 2);
        let suite = 4 + 2 + 32 + 1 + usize::from(message[38]);
        (message[5], [message[suite], message[suite + 1]])
    };
    timeout(DEADLINE, read).await.unwrap()
}

#[tokio::test]
async fn the_hello_of_ssl_2_gets_a_server_hello() {
    let server = old_service().await;
    for minor in [0, 1] {
        let hello = ssl_2_hello(minor);
        let answer = (minor, [0, 5]);
        assert_eq!(server_hello(server.addresses.https, &[&hello]).await, answer);
        for at in 1..hello.len() {
            let (one, other) = hello.split_at(at);
            assert_eq!(server_hello(server.addresses.https, &[one, other]).await, answer, "cut at {at}");
        }
    }
}

#[tokio::test]
async fn a_hello_may_come_in_any_pieces() {
    let server = old_service().await;
    for minor in [0, 1] {
        for cut in [1, 3, 40, 200] {
            let hello = hello(minor, cut);
            let bytes: Vec<&[u8]> = hello.chunks(1).collect();
            let answer = (minor, [0, 5]);
            assert_eq!(server_hello(server.addresses.https, &[&hello]).await, answer, "records of {cut}");
            assert_eq!(server_hello(server.addresses.https, &bytes).await, answer, "bytes, records of {cut}");
        }
    }
}

/// The hello of a client that offers these suites in this version and nothing else.
fn hello_with(version: [u8; 2], suites: &[u8]) -> Vec<u8> {
    let mut body = version.to_vec();
    body.extend([9; 32]);
    body.extend([0, 0, suites.len() as u8 * 2]);
    body.extend(suites.iter().flat_map(|suite| [0, *suite]));
    body.extend([1, 0]);
    let message = [&[1, 0, 0, body.len() as u8][..], &body].concat();
    [&[22, 3, 1, 0, message.len() as u8][..], &message].concat()
}

#[tokio::test]
async fn aes_goes_before_3des_and_that_before_rc4_from_tls_1_1_on() {
    const RC4_MD5: u8 = 0x04;
    const RC4_SHA: u8 = 0x05;
    const TRIPLE_DES: u8 = 0x0a;
    const AES_128: u8 = 0x2f;
    const AES_256: u8 = 0x35;
    let server = old_service().await;
    for (suites, before, after) in [
        (&[AES_128, AES_256, TRIPLE_DES][..], AES_128, AES_128),
        (&[TRIPLE_DES, AES_256, AES_128], AES_128, AES_128),
        (&[RC4_SHA, TRIPLE_DES, AES_256], AES_256, AES_256),
        (&[RC4_MD5, RC4_SHA, TRIPLE_DES], RC4_SHA, TRIPLE_DES),
        (&[RC4_MD5, TRIPLE_DES], RC4_MD5, TRIPLE_DES),
        (&[RC4_MD5, RC4_SHA], RC4_SHA, RC4_SHA),
    ] {
        for (minor, chosen) in [(0, before), (1, before), (2, after), (3, after)] {
            let hello = hello_with([3, minor], suites);
            let answer = server_hello(server.addresses.https, &[&hello]).await;
            assert_eq!(answer, (minor, [0, chosen]), "{suites:x?} in 3.{minor}");
        }
    }
}
