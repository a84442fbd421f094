//! Messages of real clients, and payloads that are no messages.

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

/// The texts in the message whose other header is this line.
fn text_with(line: &[u8]) -> String {
    let head = b"MIME-Version: 1.0\r\n";
    let tail = b"\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nHello \xe2\x9c\x93";
    read_text(&[&head[..], line, tail].concat())
}

fn read_text(payload: &[u8]) -> String {
    let message = Message::parse(&Bytes::copy_from_slice(payload)).unwrap();
    let Content::Text(text) = message.content() else { panic!("{message:?}") };
    text.body
}

#[test]
fn headers_that_cannot_be_read_are_skipped() {
    let many = ["A: b"; 500].join("\r\n");
    for bad in [
        "hello",
        "a b: c",
        ": c",
        " a: b",
        "a\0: b",
        "a: \x1bb",
        "a: b\rc: d",
        " ",
        "\t",
        "\r",
        &many,
        "é: ü",
    ] {
        assert_eq!(text_with(bad.as_bytes()), "Hello ✓", "{:?}", &bad[..bad.len().min(20)]);
    }
    assert_eq!(text_with(b"User-Agent: caf\xe9"), "Hello ✓");
    assert_eq!(text_with(b"caf\xe9: x"), "Hello ✓");
    let agent = Message::parse(&Bytes::from_static(b"User-Agent: caf\xe9 \x1b[1m\r\n\r\n")).unwrap();
    assert_eq!(agent.headers.get("User-Agent"), Some("café  [1m"));
    let long = format!("A: {}\r\n\r\n", "b".repeat(Headers::MAX_LEN));
    assert!(Message::parse(&Bytes::from(long)).is_err());
}

#[test]
fn a_text_without_a_blank_line_before_it() {
    let head = "MIME-Version: 1.0\r\nContent-Type: text/plain\r\n";
    assert_eq!(read_text(format!("{head}Hello\r\nBob: x").as_bytes()), "Hello\r\nBob: x");
    assert_eq!(read_text(format!("{head} \r\nHello").as_bytes()), "Hello");
    assert_eq!(read_text(b"Hello"), "Hello");
    // And in the lines of an old Macintosh.
    assert_eq!(read_text(b"Content-Type: text/plain\r\rHello\rBob"), "Hello\rBob");
}

#[test]
fn texts_in_every_charset() {
    for (parameters, body, text) in [
        ("", &b"caf\xe9"[..], "café"),
        ("", b"caf\xc3\xa9", "café"),
        ("; charset=UTF-8", b"caf\xc3\xa9\xff", "café\u{fffd}"),
        ("; charset=utf-8", b"caf\xe9", "caf\u{fffd}"),
        (";format=flowed; Charset = \"iso-8859-1\" ", b"caf\xe9", "café"),
        ("; charset=windows-1251", b"\xcf\xf0\xe8", "При"),
        ("; charset=GB2312", b"\xc4\xe3", "你"),
        ("; charset=x-unknown", b"caf\xe9", "café"),
        ("; charset", b"caf\xe9", "café"),
    ] {
        let head = format!("Content-Type: text/plain{parameters}\r\n\r\n");
        assert_eq!(read_text(&[head.as_bytes(), body].concat()), text, "{parameters}");
    }
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
        format!("{}\t{}", "x".repeat(51), tux()),
    ] {
        assert!(read(bad.clone()).is_err(), "{bad}");
    }
    assert!(Emoticon::new("a\tb", tux()).is_err());
    let good = format!("(tux)\t{}\t", tux());
    for bad in ["(x)\tgarbage\t", "(x)\t\t", "garbage\t", "\t", "(x)\t<msnobj/>\t", "\u{fffd}\t\u{fffd}\t"] {
        for body in [format!("{bad}{good}"), format!("{good}{bad}"), format!("{bad}{good}{bad}")] {
            let read = read(body.clone()).unwrap().emoticons;
            assert_eq!(read, [Emoticon::new("(tux)", tux()).unwrap()], "{body}");
        }
    }
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
}

#[test]
fn an_old_offer_with_a_name_of_other_bytes() {
    let offer = |parameters: &str, separator: &str| {
        let head = format!("Content-Type: text/x-msmsgsinvite{parameters}\r\n\r\n");
        let lines = "Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\nno field\n\
                     Invitation-Command: INVITE\nInvitation-Cookie: 7\nApplication-FileSize: 9\nApplication-File: caf";
        let payload = [head.as_bytes(), separator.as_bytes(), lines.as_bytes(), b"\xe9.txt\n"].concat();
        let message = Message::parse(&payload.into()).unwrap();
        let Content::Invitation(invitation) = message.content() else { panic!("{message:?}") };
        assert_eq!(invitation.file_size, Some(9));
        invitation.file_name.unwrap()
    };
    assert_eq!(offer("", ""), "café.txt");
    assert_eq!(offer("; charset=UTF-8", "\r\n"), "caf\u{fffd}.txt");
}

#[test]
fn mail_of_which_little_is_said() {
    let read = |media_type: &str, body: &'static [u8]| Message::new(media_type, body).content();
    let new = NewMail { subject: "café".into(), ..NewMail::default() };
    assert_eq!(read(NewMail::MEDIA_TYPE, b"rubbish\r\nSubject: caf\xe9\r\nid: x"), Content::NewMail(new));
    assert_eq!(read(InitialMail::MEDIA_TYPE, b""), Content::InitialMail(InitialMail::default()));
    assert_eq!(read(MovedMail::MEDIA_TYPE, b"\xff"), Content::MovedMail(MovedMail::default()));
}

#[test]
fn why_a_message_is_not_what_its_type_says() {
    let read = |payload: &str| parse(payload).try_content();
    assert_eq!(read("Content-Type: image/gif\r\n\r\nx"), Ok(Content::Other));
    assert_eq!(
        read("Content-Type: text/x-msmsgsinvite\r\n\r\nx"),
        Err(Invalid::Missing("Invitation-Command"))
    );
    assert_eq!(read("A: b\r\n\r\n"), Err(Invalid::Missing("Content-Type")));
    assert_eq!(read("A: b\r\n\r\nhello"), Ok(Content::Text("hello".into())));
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

#[test]
fn the_values_of_client_caps() {
    for (word, logging) in [
        ("Y", Some(ChatLogging::Yes)),
        ("n", Some(ChatLogging::No)),
        ("N", Some(ChatLogging::No)),
        ("s", Some(ChatLogging::Secure)),
        ("S", Some(ChatLogging::Secure)),
        ("X", None),
    ] {
        let message = parse(&format!("Content-Type: text/x-clientcaps\r\n\r\nChat-Logging: {word}\r\n"));
        let Content::ClientCaps(caps) = message.content() else { panic!("{message:?}") };
        assert_eq!(caps.chat_logging, logging, "{word}");
    }
}

#[test]
fn a_message_without_a_type_is_a_text_if_it_says_something() {
    assert!(matches!(parse("X: y\r\n\r\nhi").content(), Content::Text(text) if text.body == "hi"));
    assert!(matches!(parse("X: y\r\n\r\n").content(), Content::Other));
}

#[test]
fn an_invitation_to_another_program_is_not_for_a_file() {
    let mut invitation = Invitation::file(7, "a", 1);
    assert!(invitation.is_for_file());
    invitation.application_guid = Some(FILE_TRANSFER_GUID.to_ascii_lowercase());
    assert!(invitation.is_for_file());
    invitation.application_guid = Some("{44BBA842-CC51-11CF-AAFA-00AA00B6015C}".into());
    assert!(!invitation.is_for_file());
    invitation.application_guid = None;
    assert!(!invitation.is_for_file());
}

#[test]
fn an_emoticon_has_its_shortcut() {
    let object = MsnObject::new("alice@example.com", ObjectKind::CUSTOM_EMOTICON, "TFR2.tmp", "", b"x");
    let shortcut = |text: &str| Emoticon::new(text, object.clone()).ok().map(|it| it.shortcut().to_owned());
    assert_eq!(shortcut("(Tux)").as_deref(), Some("(Tux)"));
    assert_eq!(shortcut(&"é".repeat(50)).map(|text| text.chars().count()), Some(50));
    for text in ["", "a\tb", &"é".repeat(51)] {
        assert_eq!(shortcut(text), None, "{text}");
    }
}

#[test]
fn charsets_in_quotes_and_blanks() {
    for charset in ["charset=iso-8859-1", "charset= 'iso-8859-1'", "x=y; Charset=\"ISO-8859-1\" "] {
        let text = [format!("Content-Type: text/plain; {charset}\r\n\r\n").as_bytes(), b"\xc3\xa9"].concat();
        let message = Message::parse(&text.into()).unwrap();
        let Content::Text(text) = message.content() else { panic!("{message:?}") };
        assert_eq!(text.body, "Ã©", "{charset}");
    }
}

#[test]
fn the_longest_headers_are_read() {
    assert_eq!(Headers::MAX_LEN, 65_536);
    let of = |length: usize| {
        let text = format!("X: {}\r\n\r\n", "y".repeat(length - 7));
        Headers::parse(text.as_bytes()).map(|(headers, length)| (headers.len(), length))
    };
    assert_eq!(of(Headers::MAX_LEN), Ok((1, Headers::MAX_LEN)));
    assert_eq!(of(Headers::MAX_LEN + 1), Err(crate::Invalid::Parameter("header length")));
}

#[test]
fn a_header_has_a_name_of_visible_characters() {
    let mut headers = Headers::default();
    assert_eq!((headers.is_empty(), headers.len()), (true, 0));
    headers.push("a b", "c");
    assert!(!headers.is_empty());
    assert_eq!(headers.iter().collect::<Vec<_>>(), [("a-b", "c")]);
    let (headers, _) = Headers::parse(b": no name\r\na b: blank\r\nX : y\r\n\r\n").unwrap();
    assert_eq!(headers.iter().collect::<Vec<_>>(), [("X", "y")]);
}
