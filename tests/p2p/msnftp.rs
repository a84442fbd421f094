//! Files with a raw peer from before MSN Messenger 6, in both roles.

use msnp_client::{DirectConnections, Event, TransferError, TransferRoute};
use msnp_testkit::Sb;
use msnp_testkit::p2p::{Quirks, RawPeer, field};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::client::{ALICE, Scene, handle, noise};
use crate::files::offered;

const GUID: &str = "{5D3E02AB-6190-11d3-BBBB-00C04F795683}";

/// Alice's client says that it is an old one.
async fn old_fashioned() -> Scene {
    let mut scene = Scene::with(DirectConnections::SameMachine).await;
    scene.alice.send("CHG 77 AWY 0").await;
    scene.alice.lines_until(|line| line == "CHG 77 AWY 0").await;
    scene
        .bob
        .wait(|event| match event {
            Event::Presence { presence, .. } => (presence.capabilities.0 == 0).then_some(()),
            _ => None,
        })
        .await;
    scene
}

async fn say(alice: &mut Sb, lines: &str) {
    let payload =
        format!("MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n{lines}\r\n");
    alice.msg(7, 'N', payload.as_bytes()).await;
}

/// The next invitation of bob's.
async fn hear(alice: &mut RawPeer) -> String {
    loop {
        let text = String::from_utf8(alice.any_message().await.payload).unwrap();
        if let Some((head, body)) = text.split_once("\r\n\r\n")
            && head.contains("text/x-msmsgsinvite")
        {
            return body.to_owned();
        }
    }
}

#[tokio::test]
async fn our_file_goes_to_an_old_client() {
    let mut scene = old_fashioned().await;
    let path = scene.bob.file(5000);
    let mut sending = scene.bob.client.send_file(&handle(ALICE), &path).await.unwrap();
    let mut alice = scene.answer(Quirks::default()).await;
    let invite = hear(&mut alice).await;
    assert!(field(&invite, "Application-GUID").eq_ignore_ascii_case(GUID));
    assert_eq!(field(&invite, "Invitation-Command"), "INVITE");
    assert_eq!(
        (field(&invite, "Application-File"), field(&invite, "Application-FileSize")),
        ("photo.png", "5000")
    );
    let cookie = field(&invite, "Invitation-Cookie").to_owned();
    let accept = format!(
        "Invitation-Command: ACCEPT\r\nInvitation-Cookie: {cookie}\r\nLaunch-Application: FALSE\r\nRequest-Data: IP-Address:\r\n"
    );
    say(&mut alice, &accept).await;
    let place = hear(&mut alice).await;
    assert_eq!(
        (field(&place, "Invitation-Command"), field(&place, "Invitation-Cookie")),
        ("ACCEPT", cookie.as_str())
    );
    let port: u16 = field(&place, "Port").parse().unwrap();
    assert_eq!(field(&place, "PortX"), (port ^ 0x3141).to_string());
    let stream = TcpStream::connect((field(&place, "IP-Address"), port)).await.unwrap();
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    // As Trillian greets.
    stream.write_all(b"VER MSNFTP TRILLIAN\r\n").await.unwrap();
    stream.read_line(&mut line).await.unwrap();
    let user = format!("USR {ALICE} {}\r\n", field(&place, "AuthCookie"));
    stream.write_all(user.as_bytes()).await.unwrap();
    stream.read_line(&mut line).await.unwrap();
    assert_eq!(line, "VER MSNFTP\r\nFIL 5000\r\n");
    stream.write_all(b"TFR\r\n").await.unwrap();
    let mut data = Vec::new();
    loop {
        let mut head = [0; 3];
        stream.read_exact(&mut head).await.unwrap();
        if head == [1, 0, 0] {
            break;
        }
        let length = usize::from(u16::from_le_bytes([head[1], head[2]]));
        assert!(head[0] == 0 && length <= 2045);
        let mut block = vec![0; length];
        stream.read_exact(&mut block).await.unwrap();
        data.extend(block);
    }
    assert_eq!(data, noise(5000));
    stream.write_all(b"BYE 16777989\r\n").await.unwrap();
    assert_eq!(sending.finished().await, Ok(path));
    assert_eq!(sending.progress().route, Some(TransferRoute::Msnftp));
}

#[tokio::test]
async fn a_file_comes_from_an_old_client_that_listens_or_cannot() {
    for sender_listens in [true, false] {
        let mut scene = old_fashioned().await;
        let mut alice = scene.call(Quirks::default()).await;
        let connectivity = if sender_listens { "" } else { "Connectivity: N\r\n" };
        let invite = format!(
            "Application-Name: File Transfer\r\nApplication-GUID: {GUID}\r\nInvitation-Command: INVITE\r\n\
             Invitation-Cookie: 33267\r\nApplication-File: ..\\hello.txt\r\nApplication-FileSize: 11\r\n{connectivity}"
        );
        say(&mut alice, &invite).await;
        let (transfer, name, size, _) = offered(&mut scene).await;
        assert_eq!((name.as_str(), size), ("hello.txt", 11));
        let mut receiving = scene.bob.client.accept_file(transfer, scene.bob.folder.path()).await.unwrap();
        let accept = hear(&mut alice).await;
        assert_eq!(
            (field(&accept, "Invitation-Command"), field(&accept, "Invitation-Cookie")),
            ("ACCEPT", "33267")
        );
        let (stream, cookie) = if sender_listens {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let port = listener.local_addr().unwrap().port();
            let place = format!(
                "Invitation-Command: ACCEPT\r\nInvitation-Cookie: 33267\r\nIP-Address: 127.0.0.1\r\nPort: {port}\r\n\
                 AuthCookie: 93301\r\nLaunch-Application: FALSE\r\nRequest-Data: IP-Address:\r\n"
            );
            say(&mut alice, &place).await;
            (listener.accept().await.unwrap().0, "93301".to_owned())
        } else {
            assert_eq!(field(&accept, "Sender-Connect"), "TRUE");
            let port: u16 = field(&accept, "Port").parse().unwrap();
            let stream = TcpStream::connect((field(&accept, "IP-Address"), port)).await.unwrap();
            (stream, field(&accept, "AuthCookie").to_owned())
        };
        let mut stream = BufReader::new(stream);
        let mut line = String::new();
        stream.read_line(&mut line).await.unwrap();
        let greeting = if sender_listens { "VER MSNFTP\r\n" } else { "VER TRILLIAN MSNFTP\r\n" };
        stream.write_all(greeting.as_bytes()).await.unwrap();
        stream.read_line(&mut line).await.unwrap();
        assert_eq!(line, format!("VER MSNFTP\r\nUSR bob@example.com {cookie}\r\n"));
        stream.write_all(b"FIL 11\r\n").await.unwrap();
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        assert_eq!(line, "TFR\r\n");
        stream.write_all(b"\0\x0b\0hello world").await.unwrap();
        line.clear();
        stream.read_line(&mut line).await.unwrap();
        assert_eq!(line, "BYE 16777989\r\n", "the last header may be missing");
        assert_eq!(std::fs::read(receiving.finished().await.unwrap()).unwrap(), b"hello world");
    }
}

#[tokio::test]
async fn an_old_client_rejects_and_is_rejected() {
    let mut scene = old_fashioned().await;
    let path = scene.bob.file(5000);
    let mut sending = scene.bob.client.send_file(&handle(ALICE), &path).await.unwrap();
    let mut alice = scene.answer(Quirks::default()).await;
    let invite = hear(&mut alice).await;
    let cookie = field(&invite, "Invitation-Cookie").to_owned();
    // One for another negotiation changes nothing.
    say(&mut alice, "Invitation-Command: CANCEL\r\nInvitation-Cookie: 1\r\nCancel-Code: REJECT\r\n").await;
    let cancel =
        format!("Invitation-Command: CANCEL\r\nInvitation-Cookie: {cookie}\r\nCancel-Code: REJECT\r\n");
    say(&mut alice, &cancel).await;
    assert_eq!(sending.finished().await, Err(TransferError::Declined));
    // NetMeeting is not installed.
    let netmeeting = "Application-Name: NetMeeting\r\nApplication-GUID: {44BBA842-CC51-11CF-AAFA-00AA00B6015C}\r\n\
        Invitation-Command: INVITE\r\nInvitation-Cookie: 5\r\n";
    say(&mut alice, netmeeting).await;
    let refusal = hear(&mut alice).await;
    assert_eq!(
        (field(&refusal, "Invitation-Command"), field(&refusal, "Cancel-Code")),
        ("CANCEL", "REJECT_NOT_INSTALLED")
    );
    let told = scene.bob.wait(|event| match event {
        Event::NotShown { conversation, from, content_type, reason } => {
            assert!(conversation.is_some());
            Some((from, content_type, reason))
        }
        _ => None,
    });
    let reason = "it is an invitation to NetMeeting".to_owned();
    assert_eq!(told.await, (Some(handle(ALICE)), "text/x-msmsgsinvite".to_owned(), reason));
}
