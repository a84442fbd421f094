//! The dialogue seen of aMSN when it sends a file.

use msnp_client::{DirectConnections, TransferError};
use msnp_testkit::p2p::{Packet, Quirks, RawPeer, field};

use crate::client::Scene;
use crate::files::{BRANCH, CALL, SESSION, context, offer, offered};

const INVITE: &str = "INVITE MSNMSGR: MSNSLP/1.0";
const QUIRKS: Quirks = Quirks {
    names_nobody: true,
    ack_total_zero: false,
    ack_nonce_zero: false,
    bye_ack: 0x02,
    footer: 1,
    missing_nul: false,
    cseq_without_blank: true,
    wrong_content_length: false,
    nonce_per_packet: true,
    three_less: false,
    chunk: 1200,
};

/// Bob takes a file of 2 MB from aMSN.
async fn receiving(direct: DirectConnections) -> (Scene, RawPeer, msnp_client::Transfer) {
    let mut scene = Scene::with(direct).await;
    let mut alice = scene.call(QUIRKS).await;
    offer(&mut alice, &context("photo.png", 2_000_000, 3, b"")).await;
    let (transfer, ..) = offered(&mut scene).await;
    let receiving = scene.bob.client.accept_file(transfer, scene.bob.folder.path()).await.unwrap();
    let answer = alice.expect_text("MSNSLP/1.0 200 OK").await;
    assert_eq!((field(&answer, "From"), field(&answer, "CSeq")), ("<msnmsgr:bob@example.com>", "1"));
    (scene, alice, receiving)
}

#[tokio::test]
async fn its_invite_for_a_direct_connection_repeats_the_branch_and_is_answered() {
    for direct in [DirectConnections::Never, DirectConnections::SameMachine] {
        let (_scene, mut alice, _receiving) = receiving(direct).await;
        let body =
            "Bridges: TRUDPv1 TCPv1\r\nNetID: 0\r\nConn-Type: Firewall\r\nUPnPNat: false\r\nICF: false\r\n";
        let invite = alice.text(INVITE, BRANCH, CALL, 0, "transreqbody", body);
        alice.say(&invite).await;
        let answer = alice.expect_text("MSNSLP/1.0 200 OK").await;
        assert_eq!(field(&answer, "Content-Type"), "application/x-msnmsgr-transrespbody");
        // And so does its second one.
        let body = "Bridge: TCPv1\r\nListening: false\r\nNonce: {00000000-0000-0000-0000-000000000000}\r\n";
        let invite = alice.text(INVITE, BRANCH, CALL, 0, "transrespbody", body);
        alice.say(&invite).await;
        alice.expect_text("MSNSLP/1.0 ").await;
    }
}

#[tokio::test]
async fn its_bye_in_the_middle_of_a_file_counts_at_once() {
    let (_scene, mut alice, mut receiving) = receiving(DirectConnections::Never).await;
    let header = |session, offset, flags, body: Vec<u8>| Packet {
        session,
        identifier: 0x00b5_d000,
        offset,
        total: 2_000_000,
        flags,
        nonce: 5,
        acked_nonce: 0,
        acked_total: 0,
        body,
    };
    for number in 0..4_u64 {
        alice.packet(&header(SESSION, number * 1202, 0x0100_0030, vec![7; 1202]), 2).await;
    }
    let bye = alice.text("BYE MSNMSGR:bob@example.com MSNSLP/1.0", BRANCH, CALL, 0, "sessionclosebody", "");
    alice.packet(&header(0, 4808, 0, bye), 0).await;
    assert_eq!(receiving.finished().await, Err(TransferError::CancelledByPeer));
    let ack = alice.next_packet().await;
    assert_eq!((ack.flags, ack.nonce, ack.acked_total), (0x02, 0x00b5_d000, 2_000_000));
}
