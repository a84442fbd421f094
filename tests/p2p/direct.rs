//! Direct connections with a raw peer, in both roles.

use msnp_client::{DirectConnections, TransferRoute};
use msnp_testkit::p2p::{Packet, Quirks, field, read, write};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{ALICE, Scene, handle, noise};
use crate::files::{BRANCH, CALL, SESSION, offered};

const NONCE: &str = "{122D2937-5C86-4C7B-81F5-0E05017880C2}";
const NONCE_BYTES: [u8; 16] =
    [0x37, 0x29, 0x2d, 0x12, 0x86, 0x5c, 0x7b, 0x4c, 0x81, 0xf5, 0x0e, 0x05, 0x01, 0x78, 0x80, 0xc2];

async fn frame(stream: &mut TcpStream) -> Vec<u8> {
    let length = stream.read_u32_le().await.expect("a length");
    let mut bytes = vec![0; length as usize];
    stream.read_exact(&mut bytes).await.expect("a frame");
    bytes
}

async fn send(stream: &mut TcpStream, bytes: &[u8]) {
    let length = (bytes.len() as u32).to_le_bytes();
    stream.write_all(&[&length[..], bytes].concat()).await.expect("the other side reads");
}

fn key(nonce: [u8; 16]) -> Vec<u8> {
    let mut bytes = vec![0; 32];
    bytes[4] = 9;
    bytes[29] = 1;
    bytes.extend(nonce);
    bytes
}

/// The nonce of a text in the order of frames.
fn nonce_of(text: &str) -> [u8; 16] {
    let digits: String = field(text, "Nonce").chars().filter(char::is_ascii_hexdigit).collect();
    let bytes: Vec<u8> =
        (0..16).map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).unwrap()).collect();
    [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15].map(|at: usize| bytes[at])
}

#[tokio::test]
async fn our_file_goes_to_where_the_peer_listens() {
    let mut scene = Scene::with(DirectConnections::SameMachine).await;
    let path = scene.bob.file(5000);
    let mut sending = scene.bob.client.send_file(&handle(ALICE), &path).await.unwrap();
    let mut alice = scene.answer(Quirks::default()).await;
    let invite = alice.expect_text("INVITE").await;
    let session = format!("SessionID: {}\r\n", field(&invite, "SessionID"));
    alice.answer(&invite, "200 OK", "sessionreqbody", &session).await;
    let transport = alice.expect_text("INVITE").await;
    assert_eq!(field(&transport, "Content-Type"), "application/x-msnmsgr-transreqbody");
    assert_eq!(field(&transport, "Call-ID"), field(&invite, "Call-ID"));
    assert_ne!(field(&transport, "Via"), field(&invite, "Via"));
    assert_eq!((field(&transport, "Bridges"), field(&transport, "Conn-Type")), ("TCPv1", "Direct-Connect"));
    assert_eq!(
        (field(&transport, "NetID"), field(&transport, "UPnPNat"), field(&transport, "ICF")),
        ("0", "false", "false")
    );
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let body = format!(
        "Bridge: TCPv1\r\nListening: true\r\nNonce: {NONCE}\r\nIPv4Internal-Addrs: 127.0.0.1\r\nIPv4Internal-Port: {port}\r\n"
    );
    alice.answer(&transport, "200 OK", "transrespbody", &body).await;
    let (mut stream, _) = listener.accept().await.unwrap();
    assert_eq!(frame(&mut stream).await, b"foo\0");
    let shown = frame(&mut stream).await;
    assert_eq!((shown.len(), &shown[28..32], &shown[32..]), (48, &[0, 1, 0, 0][..], &NONCE_BYTES[..]));
    send(&mut stream, &key(NONCE_BYTES)).await;
    let mut data: Vec<u8> = Vec::new();
    while data.len() < 5000 {
        let packet = read(&frame(&mut stream).await, 0);
        if packet.flags & 0x20 != 0 {
            assert!(packet.body.len() <= 1352);
            data.extend(&packet.body);
            if data.len() == 5000 {
                let (total, nonce) = (packet.total, packet.identifier);
                let (session, acked_nonce) = (packet.session, packet.nonce);
                let ack = Packet {
                    session,
                    identifier: 5,
                    offset: 0,
                    total,
                    flags: 2,
                    nonce,
                    acked_nonce,
                    acked_total: total,
                    body: vec![],
                };
                send(&mut stream, &write(&ack)).await;
            }
        }
    }
    assert_eq!(data, noise(5000));
    assert_eq!(sending.finished().await, Ok(path));
    assert_eq!(sending.progress().route, Some(TransferRoute::Direct));
}

/// Offers Bob a file of 3000 bytes, which he accepts, and asks him for a direct connection. The text is his answer to
/// that.
async fn asked(scene: &mut Scene) -> (msnp_testkit::p2p::RawPeer, msnp_client::Transfer, String) {
    let mut alice = scene.call(Quirks::default()).await;
    let mut context = vec![0; 574];
    context[0..2].copy_from_slice(&[0x3e, 0x02]);
    context[4] = 2;
    context[8..10].copy_from_slice(&[0xb8, 0x0b]);
    context[16] = 1;
    context[20] = b'a';
    crate::files::offer(&mut alice, &context).await;
    let (transfer, ..) = offered(scene).await;
    let receiving = scene.bob.client.accept_file(transfer, scene.bob.folder.path()).await.unwrap();
    alice.expect_text("MSNSLP/1.0 200 OK").await;
    let body =
        "Bridges: TRUDPv1 TCPv1\r\nNetID: 0\r\nConn-Type: Direct-Connect\r\nUPnPNat: false\r\nICF: false\r\n";
    let branch = "{33517CE4-02FC-4428-B6F4-39927229B722}";
    let invite =
        alice.text("INVITE MSNMSGR:bob@example.com MSNSLP/1.0", branch, CALL, 0, "transreqbody", body);
    alice.say(&invite).await;
    let answer = alice.expect_text("MSNSLP/1.0 200 OK").await;
    assert_eq!(field(&answer, "Content-Type"), "application/x-msnmsgr-transrespbody");
    (alice, receiving, answer)
}

#[tokio::test]
async fn a_peer_connects_to_where_we_listen_and_strangers_do_not() {
    let mut scene = Scene::with(DirectConnections::SameMachine).await;
    let (_alice, mut receiving, answer) = asked(&mut scene).await;
    assert_eq!((field(&answer, "Bridge"), field(&answer, "Listening")), ("TCPv1", "true"));
    let port: u16 = field(&answer, "IPv4Internal-Port").parse().unwrap();
    let nonce = nonce_of(&answer);
    for stranger in [&b"GET / HTTP/1.0\r\n\r\n"[..], &[0x31, 0, 0, 0], &[0xff; 8]] {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        stream.write_all(stranger).await.unwrap();
        assert!(!matches!(stream.read(&mut [0; 9]).await, Ok(1..)), "nothing is said to strangers");
    }
    let mut wrong = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    send(&mut wrong, b"foo\0").await;
    send(&mut wrong, &key([0; 16])).await;
    assert!(!matches!(wrong.read(&mut [0; 9]).await, Ok(1..)));

    let mut stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    send(&mut stream, b"foo\0").await;
    send(&mut stream, &key(nonce)).await;
    assert_eq!(frame(&mut stream).await[32..], nonce);
    for (offset, part) in noise(3000).chunks(1352).enumerate() {
        let packet = Packet {
            session: SESSION,
            identifier: 70,
            offset: offset as u64 * 1352,
            total: 3000,
            flags: 0x0100_0030,
            nonce: 3,
            acked_nonce: 0,
            acked_total: 0,
            body: part.to_vec(),
        };
        send(&mut stream, &write(&packet)).await;
    }
    let ack = read(&frame(&mut stream).await, 0);
    assert_eq!((ack.flags, ack.nonce, ack.acked_total), (2, 70, 3000));
    assert_eq!(std::fs::read(receiving.finished().await.unwrap()).unwrap(), noise(3000));
    assert_eq!(receiving.progress().route, Some(TransferRoute::Direct));
}

#[tokio::test]
async fn who_wants_no_direct_connections_says_so_and_tells_no_address() {
    let mut scene = Scene::with(DirectConnections::Never).await;
    let (mut alice, mut receiving, answer) = asked(&mut scene).await;
    assert_eq!(
        (field(&answer, "Listening"), field(&answer, "Nonce")),
        ("false", "{00000000-0000-0000-0000-000000000000}")
    );
    assert!(!answer.contains("Addrs"));
    let identifier = alice.identifier();
    alice.message(identifier, SESSION, 0x0100_0030, 2, &noise(3000)).await;
    let bye = alice.text("BYE MSNMSGR:bob@example.com MSNSLP/1.0", BRANCH, CALL, 0, "sessionclosebody", "");
    alice.say(&bye).await;
    assert_eq!(std::fs::read(receiving.finished().await.unwrap()).unwrap(), noise(3000));
}

#[tokio::test]
async fn addresses_of_this_machine_and_of_services_are_never_dialled() {
    let mut scene = Scene::with(DirectConnections::Auto).await;
    let path = scene.bob.file(3000);
    let mut sending = scene.bob.client.send_file(&handle(ALICE), &path).await.unwrap();
    let mut alice = scene.answer(Quirks::default()).await;
    let invite = alice.expect_text("INVITE").await;
    let session = format!("SessionID: {}\r\n", field(&invite, "SessionID"));
    alice.answer(&invite, "200 OK", "sessionreqbody", &session).await;
    let transport = alice.expect_text("INVITE").await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let body = format!(
        "Bridge: TCPv1\r\nListening: true\r\nNonce: {NONCE}\r\nIPv4Internal-Addrs: 127.0.0.1 0.0.0.0 169.254.0.1\r\n\
         IPv4Internal-Port: {port}\r\nIPv4External-Addrs: 192.0.2.2\r\nIPv4External-Port: 80\r\n"
    );
    alice.answer(&transport, "200 OK", "transrespbody", &body).await;
    // At once over the switchboard: nothing was worth a try.
    let data = alice.next_saying().await;
    assert_eq!(data.body, noise(3000));
    alice.acknowledge(&data).await;
    assert_eq!(sending.finished().await, Ok(path));
    assert!(futures_is_pending(listener.accept()));
}

/// Whether something has not happened yet.
fn futures_is_pending(future: impl Future) -> bool {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    future.as_mut().poll(&mut context).is_pending()
}
