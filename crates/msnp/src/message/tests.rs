//! Messages of real clients, and what is none.

mod properties;

use super::*;
use crate::object::{MsnObject, ObjectKind};
use crate::{Handle, connection_type::ConnectionType};

fn parse(text: &str) -> Message {
    Message::parse(&Bytes::copy_from_slice(text.as_bytes())).unwrap()
}

#[test]
fn a_text_with_its_format() {
    let payload = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\
        X-MMS-IM-Format: FN=Arial; EF=I; CO=ff; CS=0; PF=22\r\n\r\nHello! How are you? ✓";
    assert_eq!(payload.len(), 138);
    let message = parse(payload);
    let Content::Text(text) = message.content() else { panic!("{message:?}") };
    assert_eq!(text.body, "Hello! How are you? ✓");
    let format = Format {
        font: "Arial".into(),
        effects: Effects { italic: true, ..Effects::default() },
        colour: Colour { red: 255, green: 0, blue: 0 },
        pitch_and_family: 0x22,
        ..Format::default()
    };
    assert_eq!(text.format, Some(format));
    assert_eq!(text.to_message().to_bytes(), payload);
}

#[test]
fn formats_are_read_leniently() {
    let format = Format::parse("pf=0;CO=0080ff ; EF=bsX;FN=MS%20Sans%20Serif;RL=1;CS=86;;Q=1;x");
    assert_eq!(format.to_string(), "FN=MS%20Sans%20Serif; EF=BS; CO=80ff; CS=86; PF=0; RL=1");
    assert_eq!(format.colour, Colour { red: 0xff, green: 0x80, blue: 0 });
    let nothing = Format::parse("FN=%ff; EF; CO=red; CS=100; PF=-1; RL=2");
    assert_eq!(nothing, Format::default());
    assert_eq!(nothing.to_string(), "FN=; EF=; CO=0; CS=0; PF=0");
}

#[test]
fn headers_are_found_in_any_case_and_lines_may_end_in_lf() {
    let message =
        parse("mime-version:1.0\ncontent-TYPE :  Text/Plain ;charset=UTF-8 \r\nX-A: 1\nX-a: 2\n\nb\r\n\nc");
    assert_eq!(message.content_type(), Some("Text/Plain"));
    assert_eq!(message.headers.get("x-A"), Some("1"));
    assert_eq!(message.headers.len(), 4);
    assert_eq!(message.body, "b\r\n\nc");
    assert!(matches!(message.content(), Content::Text(Text { format: None, .. })));
}

#[test]
fn without_a_blank_line_there_is_no_body() {
    assert_eq!(parse(""), Message::default());
    let message = parse("Content-Type: text/plain\r\nA: b");
    assert_eq!((message.headers.len(), message.body.len()), (2, 0));
    assert_eq!(parse("\r\nx: y").body, "x: y");
}

#[test]
fn bad_headers_are_refused() {
    let many = "A: b\r\n".repeat(65);
    let long = format!("A: {}\r\n\r\n", "b".repeat(Headers::MAX_LEN));
    for bad in
        ["hello", "a b: c\r\n\r\n", ": c", " a: b", "a\0: b", "a: \x1bb", "a: b\rc: d\r\n", &many, &long]
    {
        assert!(Message::parse(&Bytes::copy_from_slice(bad.as_bytes())).is_err(), "{bad:?}");
    }
    assert!(Message::parse(&Bytes::from_static(b"A: \xff\r\n\r\n")).is_err());
    assert_eq!(parse(&many[6..]).headers.len(), 64);
}

#[test]
fn a_value_cannot_start_a_line() {
    let mut message = Message::default();
    message.headers.push("X: y\r\n", " a\r\n\r\nb\0 ");
    message.headers.push("", "");
    assert_eq!(message.to_bytes(), "X--y--: a    b\r\n-: \r\n\r\n");
    assert_eq!(Message::parse(&message.to_bytes()), Ok(message));
}

/// Found by fuzzing: a tab is allowed inside a value, and must not change on its way.
#[test]
fn a_tab_inside_a_value_stays() {
    let message = parse("Content-Type: text/x-msmsgsprofile\r\nLoginTime: 1\r\nMSPAuth: a\tb\r\n\r\n");
    let profile = Profile::parse(&message).unwrap();
    assert_eq!(profile.mspauth.expose(), "a\tb");
    assert_eq!(Profile::parse(&profile.to_message()), Ok(profile));
}

#[test]
fn typing() {
    let payload = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\n\
        TypingUser: alice@example.com\r\n\r\n\r\n";
    let typing = TypingUser(Handle::parse("alice@example.com").unwrap());
    assert_eq!(typing.to_message().to_bytes(), payload);
    assert_eq!(parse(payload).content(), Content::Typing(typing));
    assert_eq!(parse("Content-Type: text/x-msmsgscontrol\r\n\r\n").content(), Content::Other);
}

const PROFILE: &str = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsprofile; charset=UTF-8\r\n\
    LoginTime: 1062764230\r\nEmailEnabled: 0\r\nMemberIdHigh: 85040\r\nMemberIdLow: -517030579\r\n\
    lang_preference: 1033\r\npreferredEmail: alice@example.com\r\ncountry: US\r\nPostalCode: \r\n\
    Gender: \r\nKid: 0\r\nAge: \r\nBDayPre: \r\nBirthday: \r\nWallet: \r\nFlags: 1027\r\nsid: 507\r\n\
    kv: 5\r\nMSPAuth: 5abc$$\r\nClientIP: 203.0.113.7\r\nClientPort: 18183\r\n\r\n";

#[test]
fn a_whole_profile() {
    let profile = Profile {
        login_time: 1_062_764_230,
        member_id_high: 85040,
        member_id_low: -517_030_579,
        preferred_email: "alice@example.com".into(),
        country: "US".into(),
        mspauth: "5abc$$".into(),
        client_ip: "203.0.113.7".parse().unwrap(),
        client_port: 1863,
        ..Profile::default()
    };
    assert_eq!(profile.to_bytes(), PROFILE);
    assert_eq!(parse(PROFILE).content(), Content::Profile(Box::new(profile.clone())));
    assert!(!format!("{profile:?}").contains("5abc"));
    let unsigned = PROFILE.replace("-517030579", "3777936717").replace("preferredEmail", "PreferredEmail");
    assert_eq!(Profile::parse(&parse(&unsigned)), Ok(profile));
}

#[test]
fn the_profile_of_msnp2_has_only_a_time() {
    let payload = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsprofile; charset=UTF-8\r\n\
        LoginTime: 1062764230\r\n\r\n";
    let profile = Profile::parse(&parse(payload)).unwrap();
    assert_eq!((profile.login_time, profile.flags, profile.client_port), (1_062_764_230, 0, 0));
    assert!(profile.client_ip.is_unspecified());
    assert!(Profile::parse(&parse("A: b\r\n\r\n")).is_err());
}

#[test]
fn an_address_of_both_families_is_written_as_ipv4() {
    let profile = Profile { client_ip: "::ffff:192.0.2.1".parse().unwrap(), ..Profile::default() };
    let message = profile.to_message();
    assert_eq!(message.headers.get("ClientIP"), Some("192.0.2.1"));
    assert_eq!(message.headers.get("ClientPort"), Some("0"));
}

#[test]
fn mail() {
    let initial = InitialMail {
        inbox_unread: 3,
        folders_unread: 1,
        inbox_url: "/cgi-bin/HoTMaiL".into(),
        folders_url: "/cgi-bin/folders".into(),
        post_url: "http://www.hotmail.com".into(),
    };
    let payload = "MIME-Version: 1.0\r\n\
        Content-Type: text/x-msmsgsinitialemailnotification; charset=UTF-8\r\n\r\n\
        Inbox-Unread: 3\r\nFolders-Unread: 1\r\nInbox-URL: /cgi-bin/HoTMaiL\r\n\
        Folders-URL: /cgi-bin/folders\r\nPost-URL: http://www.hotmail.com\r\n";
    assert_eq!(initial.to_message().to_bytes(), payload);
    assert_eq!(parse(payload).content(), Content::InitialMail(initial));
    let new = NewMail {
        from: "Bob".into(),
        message_url: "/cgi-bin/getmsg?x=1".into(),
        post_url: "https://mail.example/".into(),
        subject: "=?utf-8?q?Hi?=".into(),
        dest_folder: "ACTIVE".into(),
        from_addr: "bob@example.com".into(),
        id: 2,
    };
    assert_eq!(new.to_message().content(), Content::NewMail(new));
    let moved = MovedMail { src_folder: "ACTIVE".into(), dest_folder: ".!!trAsH".into(), message_delta: 1 };
    assert_eq!(moved.to_message().content(), Content::MovedMail(moved));
}

#[test]
fn a_shutdown_in_five_minutes() {
    let payload =
        "MIME-Version: 1.0\r\nContent-Type: application/x-msmsgssystemmessage\r\n\r\nType: 1\r\nArg1: 5\r\n";
    assert_eq!(payload.len(), 88);
    let notice = SystemMessage::shutting_down(5);
    assert_eq!(notice.minutes(), Some(5));
    assert_eq!(notice.to_message().to_bytes(), payload);
    assert_eq!(parse(payload).content(), Content::System(notice.clone()));
    let variant = payload.replace("application/x", "text/x").replace("message\r", "message; charset=UTF-8\r");
    assert_eq!(parse(&variant).content(), Content::System(notice));
    assert_eq!(SystemMessage { kind: 2, argument: Some("5".into()) }.minutes(), None);
    assert_eq!(parse(&payload.replace("Type: 1", "Type: x")).content(), Content::Other);
}

#[test]
fn a_file_is_offered_accepted_and_refused() {
    let offer = Invitation { connectivity: Some(false), ..Invitation::file(33267, "readme.txt", 60904) };
    let payload = "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\r\n\
        Application-Name: File Transfer\r\n\
        Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\r\n\
        Invitation-Command: INVITE\r\nInvitation-Cookie: 33267\r\nApplication-File: readme.txt\r\n\
        Application-FileSize: 60904\r\nConnectivity: N\r\n\r\n";
    assert_eq!(offer.to_message().to_bytes(), payload);
    assert_eq!(parse(payload).content(), Content::Invitation(Box::new(offer)));

    let accept = Invitation {
        launch_application: Some(false),
        request_data: Some("IP-Address:".into()),
        ip_address: Some("203.0.113.7".parse().unwrap()),
        ip_address_internal: Some("192.168.0.2".parse().unwrap()),
        port: Some(6891),
        port_x: Some(6891),
        port_x_internal: Some(6891),
        auth_cookie: Some(93301),
        sender_connect: Some(true),
        connection_type: Some(ConnectionType::IpRestrictNat),
        ..Invitation::new(InvitationCommand::Accept, 33267)
    };
    let message = accept.to_message();
    assert!(String::from_utf8_lossy(&message.body).contains("Port: 6891\r\nPortX: 11178\r\n"));
    assert_eq!(Invitation::parse(&message), Ok(accept));

    for code in ["REJECT", "REJECT_NOT_INSTALLED", "TIMEOUT", "FAIL", "FTTIMEOUT", "OUTBANDCANCEL", "NEW"] {
        let cancel = Invitation::cancel(u32::MAX, CancelCode::parse(code));
        assert_eq!(cancel.cancel_code.as_ref().unwrap().as_str(), code);
        assert_eq!(Invitation::parse(&cancel.to_message()), Ok(cancel));
    }
}

#[test]
fn an_invitation_needs_a_command_and_a_cookie() {
    let read = |body: &'static str| Invitation::parse(&Message::new(Invitation::MEDIA_TYPE, body));
    assert!(
        read("invitation-cookie: 1\nINVITATION-COMMAND: accept\nX: y\nPort: 99999\n").unwrap().port.is_none()
    );
    for bad in [
        "",
        "Invitation-Command: INVITE",
        "Invitation-Cookie: 1",
        "Invitation-Command: X\nInvitation-Cookie: 1",
        "Invitation-Command: INVITE\nInvitation-Cookie: -1",
        "x",
    ] {
        assert!(read(bad).is_err(), "{bad}");
    }
}

fn tux() -> MsnObject {
    let blob: Vec<u8> = b"\x89PNG\r\n\x1a\n".iter().copied().chain((0..4).flat_map(|_| 0..=255)).collect();
    MsnObject::new("alice@example.com", ObjectKind::CUSTOM_EMOTICON, "TFR2.dat", "tux", &blob)
}

#[test]
fn an_emoticon_with_its_object() {
    let payload = "MIME-Version: 1.0\r\nContent-Type: text/x-mms-emoticon\r\n\r\n(tux)\t\
        <msnobj Creator=\"alice@example.com\" Size=\"1032\" Type=\"2\" Location=\"TFR2.dat\" \
        Friendly=\"dAB1AHgAAAA=\" SHA1D=\"u28iUG/BAgUm8rdTopal2EJ0KFc=\" \
        SHA1C=\"kDsmUdmvE7srq4xb2y5903KCUs4=\"/>\t";
    assert_eq!(payload.len(), 239);
    let emoticons = Emoticons { emoticons: vec![Emoticon::new("(tux)", tux()).unwrap()], animated: false };
    assert_eq!(emoticons.to_message().to_bytes(), payload);
    for variant in
        [payload, payload.trim_end(), &format!("{payload}\r\n"), &format!("{}\r\n", payload.trim_end())]
    {
        assert_eq!(parse(variant).content(), Content::Emoticons(emoticons.clone()), "{variant}");
    }
    let animated = Emoticons { animated: true, ..emoticons };
    assert_eq!(animated.to_message().content(), Content::Emoticons(animated));
}

#[test]
fn five_emoticons_count_and_bad_ones_are_refused() {
    let read = |body: String| Emoticons::parse(&Message::new(Emoticons::MEDIA_TYPE, body));
    let pair = format!("x\t{}\t", tux());
    assert_eq!(read(pair.repeat(6)).unwrap().emoticons.len(), 5);
    for bad in [
        "".into(),
        "\t".into(),
        "x".into(),
        "x\ty".into(),
        format!("\t{}", tux()),
        format!("{pair}x\t"),
        format!("{}\t{}", "x".repeat(51), tux()),
    ] {
        assert!(read(bad.clone()).is_err(), "{bad}");
    }
    assert!(Emoticon::new("a\tb", tux()).is_err());
}

#[test]
fn a_packet_in_its_envelope() {
    let packet = P2pEnvelope {
        destination: "patricia@example.com".into(),
        packet: Bytes::from_static(&[b'\n'; 48 + 712 + 4]),
    };
    let payload = packet.to_message().to_bytes();
    assert_eq!(payload.len(), 857);
    assert_eq!(Message::parse(&payload).unwrap().content(), Content::P2p(packet));
    assert_eq!(parse("Content-Type: application/x-msnmsgrp2p\r\n\r\n").content(), Content::Other);
}

#[test]
fn client_caps() {
    let caps = ClientCaps { client_name: Some("Purple/2.4.3".into()), chat_logging: Some(ChatLogging::Yes) };
    assert_eq!(caps.to_message().body, "Client-Name: Purple/2.4.3\r\nChat-Logging: Y\r\n");
    assert_eq!(caps.to_message().content(), Content::ClientCaps(caps));
}

#[test]
fn other_types_are_other() {
    assert_eq!(parse("Content-Type: image/gif\r\n\r\nbase64:").content(), Content::Other);
    assert_eq!(parse("A: b\r\n\r\n").content(), Content::Other);
    let latin1 = Message::new(Text::MEDIA_TYPE, &b"\xe9"[..]);
    assert_eq!(latin1.content(), Content::Other);
}

#[test]
fn a_nudge_and_other_datacasts() {
    let nudge = "MIME-Version: 1.0\r\nContent-Type: text/x-msnmsgr-datacast\r\n\r\nID: 1\r\n\r\n";
    assert_eq!(nudge.len(), 69, "as MSN Messenger writes it");
    assert_eq!(Datacast::nudge().to_message().to_bytes(), nudge);
    let ends = ["", "\r\n", "\n\n", "\r\n\r\n\r\n\r\n"];
    for (kind, start, end) in ends.iter().flat_map(|end| {
        [("text/x-msnmsgr-datacast", "", end), ("TEXT/X-MSNMSGR-DATACAST; charset=utf-8", "\r\n", end)]
    }) {
        let payload = format!("Content-Type: {kind}\r\n\r\n{start}ID: 1{end}");
        let Content::Datacast(datacast) = parse(&payload).content() else { panic!("{payload:?}") };
        assert!(datacast.is_nudge(), "{payload:?}");
    }
    let action = Datacast { id: 4, data: Some("waves".into()) };
    assert!(!action.is_nudge());
    assert_eq!(action.to_message().content(), Content::Datacast(action));
    for body in ["", "\r\n\r\n", "ID: x\r\n", "Data: 1\r\n"] {
        let payload = format!("Content-Type: text/x-msnmsgr-datacast\r\n\r\n{body}");
        assert_eq!(parse(&payload).content(), Content::Other, "{body:?}");
    }
}
