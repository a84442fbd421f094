use std::net::Ipv4Addr;

use bytes::{Bytes, BytesMut};
use msnp::Handle;
use msnp::message::{Invitation, InvitationCommand};

use super::*;

fn bob() -> Handle {
    "bob@example.com".parse().unwrap()
}

/// Runs both sides over wires that are cut at `cut` bytes; the bytes that the receiver has at the end.
fn transfer(file: &[u8], cut: usize) -> Result<Vec<u8>, MsnftpError> {
    let size = file.len() as u64;
    let mut sending = Sending::new(bob(), 93_301, size);
    let mut receiving = Receiving::new(bob(), 93_301, size);
    let (mut to_sender, mut to_receiver) = (BytesMut::from(&receiving.opening()[..]), BytesMut::new());
    let (mut at_sender, mut at_receiver) = (BytesMut::new(), BytesMut::new());
    let mut received = Vec::new();
    let mut finished = false;
    for _ in 0..100_000 {
        let part = to_sender.split_to(cut.min(to_sender.len()));
        at_sender.extend_from_slice(&part);
        while let Some(step) = sending.handle(&mut at_sender)? {
            match step {
                SendStep::Write(bytes) => to_receiver.extend_from_slice(&bytes),
                SendStep::Finished => {
                    assert!(finished);
                    return Ok(received);
                }
            }
        }
        if let Some((header, offset, length)) = sending.next_block() {
            to_receiver.extend_from_slice(&header);
            to_receiver.extend_from_slice(&file[offset as usize..offset as usize + length]);
        }
        let part = to_receiver.split_to(cut.min(to_receiver.len()));
        at_receiver.extend_from_slice(&part);
        while let Some(step) = receiving.handle(&mut at_receiver)? {
            match step {
                ReceiveStep::Write(bytes) => to_sender.extend_from_slice(&bytes),
                ReceiveStep::Data(bytes) => received.extend_from_slice(&bytes),
                ReceiveStep::Finished(bytes) => {
                    finished = true;
                    to_sender.extend_from_slice(&bytes);
                }
            }
        }
    }
    panic!("it never ends");
}

#[test]
fn files_of_all_sizes_in_all_segments() {
    for length in [0, 1, 11, 2044, 2045, 2046, 10_000] {
        let file: Vec<u8> = (0..length).map(|at| (at * 7) as u8).collect();
        for cut in [1, 3, 100, 100_000] {
            assert_eq!(transfer(&file, cut).as_deref(), Ok(&file[..]), "{length} in {cut}");
        }
    }
}

/// The dialogue as HYP *File Transfer* has it.
#[test]
fn the_dialogue_word_for_word() {
    let mut sending = Sending::new(bob(), 93_301, 11);
    let mut say = |line: &str| sending.handle(&mut BytesMut::from(line));
    let write = |text: &'static str| Ok(Some(SendStep::Write(Bytes::from_static(text.as_bytes()))));
    assert_eq!(say("VER MSNFTP\r\n"), write("VER MSNFTP\r\n"));
    assert_eq!(say("USR bob@example.com 93301\r\n"), write("FIL 11\r\n"));
    assert_eq!(say("TFR\r\n"), write(""));
    assert_eq!(sending.next_block(), Some(([0, 11, 0], 0, 11)));
    assert_eq!(sending.next_block(), Some(([1, 0, 0], 11, 0)));
    assert_eq!(sending.next_block(), None);
    assert_eq!(sending.handle(&mut BytesMut::from("BYE 16777989\r\n")), Ok(Some(SendStep::Finished)));

    let mut receiving = Receiving::new(bob(), 93_301, 11);
    assert_eq!(receiving.opening(), "VER MSNFTP\r\n");
    let mut wire = BytesMut::from("VER MSNFTP\r\nFIL 11\r\n\0\x0b\0hello world\x01\0\0");
    let mut step = || receiving.handle(&mut wire).unwrap().unwrap();
    assert_eq!(step(), ReceiveStep::Write(Bytes::from_static(b"USR bob@example.com 93301\r\n")));
    assert_eq!(step(), ReceiveStep::Write(Bytes::from_static(b"TFR\r\n")));
    assert_eq!(step(), ReceiveStep::Data(Bytes::from_static(b"hello world")));
    assert_eq!(step(), ReceiveStep::Finished(Bytes::from_static(b"BYE 16777989\r\n")));
}

/// The results of both sides for the first line of the other.
fn greeted(line: &[u8]) -> [bool; 2] {
    let wire = BytesMut::from(&[line, b"\r\n"].concat()[..]);
    let sending = Sending::new(bob(), 93_301, 11).handle(&mut wire.clone());
    let receiving = Receiving::new(bob(), 93_301, 11).handle(&mut wire.clone());
    let write = |text: &'static str| Bytes::from_static(text.as_bytes());
    let user = write("USR bob@example.com 93301\r\n");
    [
        sending == Ok(Some(SendStep::Write(write("VER MSNFTP\r\n")))),
        receiving == Ok(Some(ReceiveStep::Write(user))),
    ]
}

#[test]
fn some_speak_more_than_msnftp() {
    for line in ["VER MSNFTP TRILLIAN", "VER TRILLIAN MSNFTP", "VER  msnftp ", "VER a b c MSNFTP d"] {
        assert_eq!(greeted(line.as_bytes()), [true; 2], "{line}");
    }
    for line in ["VER", "VER TRILLIAN", "VER MSNFTPS", "MSNFTP VER", "USR MSNFTP", ""] {
        assert_eq!(greeted(line.as_bytes()), [false; 2], "{line}");
    }
    let long = format!("VER {} MSNFTP", "x".repeat(400));
    assert_eq!(greeted(long.as_bytes()), [false; 2]);
}

#[test]
fn strangers_get_nothing() {
    for user in ["USR eve@example.com 93301", "USR bob@example.com 93302", "USR bob@example.com x"] {
        let mut sending = Sending::new(bob(), 93_301, 11);
        sending.handle(&mut BytesMut::from("VER MSNFTP\r\n")).unwrap();
        let result = sending.handle(&mut BytesMut::from(format!("{user}\r\n").as_str()));
        assert_eq!(result, Err(MsnftpError::Stranger));
        assert_eq!(sending.next_block(), None);
    }
}

#[test]
fn either_side_cancels_at_any_stage() {
    for said in [
        "",
        "VER MSNFTP\r\n",
        "VER MSNFTP\r\nUSR bob@example.com 93301\r\n",
        "VER MSNFTP\r\nUSR bob@example.com 93301\r\nTFR\r\n",
    ] {
        let mut sending = Sending::new(bob(), 93_301, 5000);
        let mut wire = BytesMut::from(format!("{said}CCL\r\n").as_str());
        let result = loop {
            match sending.handle(&mut wire) {
                Ok(Some(_)) => {}
                result => break result,
            }
        };
        assert_eq!(result, Err(MsnftpError::Cancelled), "{said:?}");
    }
    let mut receiving = Receiving::new(bob(), 93_301, 5000);
    let mut wire = BytesMut::from("VER MSNFTP\r\nFIL 5000\r\n\0\x03\0abc");
    while receiving.handle(&mut wire).unwrap().is_some() {}
    assert_eq!(receiving.handle(&mut BytesMut::from(&[1, 0, 0][..])), Err(MsnftpError::Cancelled));
    // A goodbye before everything has gone is no success.
    let mut sending = Sending::new(bob(), 93_301, 5000);
    let mut wire = BytesMut::from("VER MSNFTP\r\nUSR bob@example.com 93301\r\nTFR\r\nBYE 16777989\r\n");
    let result = loop {
        match sending.handle(&mut wire) {
            Ok(Some(_)) => {}
            result => break result,
        }
    };
    assert_eq!(result, Err(MsnftpError::Cancelled));
}

#[test]
fn sizes_that_were_not_offered() {
    let mut receiving = Receiving::new(bob(), 1, 10);
    receiving.handle(&mut BytesMut::from("VER MSNFTP\r\n")).unwrap();
    assert_eq!(receiving.handle(&mut BytesMut::from("FIL 11\r\n")), Err(MsnftpError::WrongSize));
    let mut receiving = Receiving::new(bob(), 1, 10);
    let mut wire = BytesMut::from("VER MSNFTP\r\nFIL 10\r\n\0\x0b\0");
    receiving.handle(&mut wire).unwrap();
    receiving.handle(&mut wire).unwrap();
    assert_eq!(receiving.handle(&mut wire), Err(MsnftpError::WrongSize));
    let long = BytesMut::from("x".repeat(401).as_str());
    assert_eq!(Receiving::new(bob(), 1, 1).handle(&mut long.clone()), Err(MsnftpError::LineTooLong));
    assert_eq!(Sending::new(bob(), 1, 1).handle(&mut long.clone()), Err(MsnftpError::LineTooLong));
}

#[test]
fn the_negotiation() {
    let offer = Offer::read(&Invitation::file(7, "..\\photo.png", 100)).unwrap();
    assert_eq!(offer, Offer { cookie: 7, name: "photo.png".into(), size: 100, sender_listens: true });
    let mut no_listener = Invitation::file(7, "a", 100);
    no_listener.connectivity = Some(false);
    assert!(!Offer::read(&no_listener).unwrap().sender_listens);
    let mut netmeeting = Invitation::file(7, "a", 100);
    netmeeting.application_guid = Some("{44BBA842-CC51-11CF-AAFA-00AA00B6015C}".into());
    assert_eq!(Offer::read(&netmeeting), None);
    assert_eq!(Offer::read(&accept(7)), None);

    assert_eq!(endpoint(&accept(7)), None);
    let internal = Ipv4Addr::new(192, 168, 1, 2);
    let external = Ipv4Addr::new(192, 0, 2, 7);
    let told = answer_with_endpoint(7, internal, Some(external), 6891, 93_301, false);
    assert_eq!((told.command, told.sender_connect), (InvitationCommand::Accept, None));
    let read = Invitation::parse(&told.to_message()).unwrap();
    let endpoint = endpoint(&read).unwrap();
    assert_eq!(endpoint.internal, ["192.168.1.2:6891".parse().unwrap()]);
    assert_eq!(endpoint.external, ["192.0.2.7:6891".parse().unwrap()]);
    assert_eq!(endpoint.auth_cookie, 93_301);
    assert_eq!(answer_with_endpoint(7, internal, None, 6891, 1, true).sender_connect, Some(true));
}

#[test]
fn the_bytes_that_end_it_early_and_how_far_it_was() {
    let mut sending = Sending::new(bob(), 1, 5000);
    assert_eq!((sending.cancel(), sending.sent()), (Bytes::from_static(&[1, 0, 0]), 0));
    let mut wire = BytesMut::from("VER MSNFTP\r\nUSR bob@example.com 1\r\nTFR\r\n");
    while sending.handle(&mut wire).unwrap().is_some() {}
    assert_eq!((sending.next_block(), sending.sent()), (Some(([0, 0xfd, 7], 0, 2045)), 2045));
    let mut receiving = Receiving::new(bob(), 1, 5000);
    assert_eq!(receiving.cancel(), "CCL\r\nBYE 2164261682\r\n");
    let mut wire = BytesMut::from("VER MSNFTP\r\nFIL 5000\r\n\0\x03\0abc");
    while receiving.handle(&mut wire).unwrap().is_some() {}
    assert_eq!(receiving.received(), 3);
}

#[test]
fn a_goodbye_before_its_time_is_a_cancellation_and_other_words_are_not() {
    for before in ["", "VER MSNFTP\r\n", "VER MSNFTP\r\nUSR bob@example.com 1\r\n"] {
        for (line, error) in [
            ("BYE 2164261682", MsnftpError::Cancelled),
            ("BYE", MsnftpError::Cancelled),
            ("CCL", MsnftpError::Cancelled),
            ("FIL 10", MsnftpError::Protocol),
            ("", MsnftpError::Protocol),
        ] {
            let mut sending = Sending::new(bob(), 1, 10);
            let mut wire = BytesMut::from(format!("{before}{line}\r\n").as_str());
            let said = loop {
                match sending.handle(&mut wire) {
                    Ok(Some(_)) => {}
                    said => break said,
                }
            };
            assert_eq!(said, Err(error), "{before:?} {line:?}");
        }
    }
}

#[test]
fn a_line_may_be_as_long_as_the_limit_and_its_end_may_be_missing_before() {
    let line = |length: usize| BytesMut::from(format!("VER MSNFTP {}\n", "x".repeat(length - 12)).as_str());
    let user = |wire: &mut BytesMut| Receiving::new(bob(), 1, 1).handle(wire);
    assert!(matches!(user(&mut line(400)), Ok(Some(ReceiveStep::Write(_)))));
    assert_eq!(user(&mut line(401)), Err(MsnftpError::LineTooLong));
    assert_eq!(user(&mut BytesMut::from("x".repeat(399).as_str())), Ok(None));
    assert_eq!(user(&mut BytesMut::from("x".repeat(400).as_str())), Err(MsnftpError::LineTooLong));
}

#[test]
fn a_block_may_end_the_file_and_be_empty_but_not_reach_beyond() {
    let after = |blocks: &str| {
        let mut receiving = Receiving::new(bob(), 1, 3);
        let mut wire = BytesMut::from(format!("VER MSNFTP\r\nFIL 3\r\n{blocks}").as_str());
        let mut data = Vec::new();
        loop {
            match receiving.handle(&mut wire) {
                Ok(Some(ReceiveStep::Data(bytes))) => data.extend_from_slice(&bytes),
                Ok(Some(ReceiveStep::Finished(_))) => return Ok(data),
                Ok(Some(ReceiveStep::Write(_))) => {}
                Ok(None) => panic!("it waits"),
                Err(error) => return Err(error),
            }
        }
    };
    assert_eq!(after("\0\x03\0abc"), Ok(b"abc".to_vec()));
    assert_eq!(after("\0\x01\0a\0\0\0\0\x02\0bc"), Ok(b"abc".to_vec()));
    assert_eq!(after("\0\x02\0ab\0\x02\0cd"), Err(MsnftpError::WrongSize));
    assert_eq!(after("\x02\x02\0ab"), Err(MsnftpError::Protocol));
}

#[test]
fn the_fields_of_an_answer() {
    let taken = accept(7);
    assert_eq!((taken.cookie, taken.launch_application), (7, Some(false)));
    assert_eq!(taken.request_data.as_deref(), Some("IP-Address:"));
    let (internal, external) = (Ipv4Addr::new(192, 168, 1, 2), Ipv4Addr::new(192, 0, 2, 7));
    let told = answer_with_endpoint(7, internal, Some(external), 6891, 93_301, true);
    assert_eq!([told.port, told.port_x, told.port_x_internal], [Some(6891); 3]);
    assert_eq!((told.ip_address, told.ip_address_internal), (Some(external.into()), Some(internal.into())));
    assert_eq!((told.auth_cookie, told.launch_application), (Some(93_301), Some(false)));
    // A side without a translator tells one address twice.
    let told = answer_with_endpoint(7, internal, None, 6891, 1, false);
    assert_eq!(told.ip_address, Some(internal.into()));
}

#[test]
fn one_address_of_either_kind_is_an_endpoint() {
    let told = answer_with_endpoint(7, [192, 168, 1, 2].into(), Some([192, 0, 2, 7].into()), 6891, 1, false);
    let both = endpoint(&told).unwrap();
    let outside = endpoint(&Invitation { ip_address_internal: None, ..told.clone() }).unwrap();
    assert_eq!((&outside.external, outside.internal.len()), (&both.external, 0));
    let inside = endpoint(&Invitation { ip_address: None, ..told.clone() }).unwrap();
    assert_eq!((inside.external.len(), &inside.internal), (0, &both.internal));
    let none = Invitation { ip_address: None, ip_address_internal: None, ..told.clone() };
    assert_eq!(endpoint(&none), None);
    assert_eq!(endpoint(&Invitation { auth_cookie: None, ..told.clone() }), None);
    // A router has rewritten the plain port.
    let rewritten = endpoint(&Invitation { port: Some(1), ..told }).unwrap();
    assert_eq!(rewritten, both);
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, handshake: bool) {
        let start: &[u8] = if handshake { b"VER MSNFTP\r\nFIL 5000\r\n" } else { b"" };
        let mut wire = BytesMut::from(&[start, &bytes].concat()[..]);
        let mut receiving = Receiving::new(bob(), 1, 5000);
        while let Ok(Some(_)) = receiving.handle(&mut wire) {}
        proptest::prop_assert!(receiving.received() <= 5000);
        let mut wire = BytesMut::from(&bytes[..]);
        let mut sending = Sending::new(bob(), 1, 5000);
        while let Ok(Some(_)) = sending.handle(&mut wire) {}
        let _ = sending.next_block();
    }

    #[test]
    fn names_in_any_order(before in proptest::collection::vec("[!-~]{1,12}", 0..12), after in proptest::collection::vec(0x80_u8.., 0..40)) {
        let mut line = ["VER".to_owned()].into_iter().chain(before).chain(["MSNFTP ".to_owned()]).collect::<Vec<_>>().join(" ").into_bytes();
        line.extend(after);
        proptest::prop_assert_eq!(greeted(&line), [true; 2]);
    }
}
