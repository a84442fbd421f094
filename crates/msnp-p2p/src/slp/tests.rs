use super::*;

fn guid(text: &str) -> Guid {
    Guid::parse(text).unwrap()
}

/// The answer of a served picture, as NINA *Display pictures* has it.
const ACCEPTED: &str = "MSNSLP/1.0 200 OK\r\n\
    To: <msnmsgr:bob@example.com>\r\n\
    From: <msnmsgr:alice@example.com>\r\n\
    Via: MSNSLP/1.0/TLP ;branch={33517CE4-02FC-4428-B6F4-39927229B722}\r\n\
    CSeq: 1 \r\n\
    Call-ID: {9D79AE57-1BD5-444B-B14E-3FC9BB2B5D58}\r\n\
    Max-Forwards: 0\r\n\
    Content-Type: application/x-msnmsgr-sessionreqbody\r\n\
    Content-Length: 25\r\n\
    \r\n\
    SessionID: 216358921\r\n\
    \r\n\0";

/// An INVITE of AMSN: no blank after `CSeq: 0`, and two lines that MSN Messenger 6 does not have.
const AMSN: &str = "INVITE MSNMSGR:patricia@example.com MSNSLP/1.0\r\n\
    To: <msnmsgr:patricia@example.com>\r\n\
    From: <msnmsgr:quentin@example.net>\r\n\
    Via: MSNSLP/1.0/TLP ;branch={6D5F228A-EAA5-3D21-E415-25982AD9527C}\r\n\
    CSeq: 0\r\n\
    Call-ID: {49EA6066-589A-2719-FA67-434017359761}\r\n\
    Max-Forwards: 0\r\n\
    Content-Type: application/x-msnmsgr-sessionreqbody\r\n\
    Content-Length: 373\r\n\
    \r\n\
    EUF-GUID: {A4268EEC-FEC5-49E5-95C3-F126696BDBF6}\r\n\
    SessionID: 114543757\r\n\
    SChannelState: 0\r\n\
    Capabilities-Flags: 1\r\n\
    AppID: 1\r\n\
    Context: PG1zbm9iaiBDcmVhdG9yPSJwYXRyaWNpYUBleGFtcGxlLmNvbSIgU2l6ZT0iMTgzMDkiIFR5cGU9IjMiIExvY2F0aW9uPSJURlIyQzIudG1wIiBGcmllbmRseT0iQUFBPSIgU0hBMUQ9InN5TUZKanRLbFc2a21HRDRMSmh1cHFuYVlIaz0iIFNIQTFDPSI4am5mNTdBbTQwVHZrakVuSkMxOGtQZzRyYTQ9Ii8+AA==\r\n\
    \r\n\0";

fn invite() -> SlpMessage {
    let body = SessionRequest {
        application: application::OBJECT,
        session_id: 216_358_921,
        app_id: 1,
        context: "PG1zbm9iag==".into(),
    };
    SlpMessage::request(
        Method::Invite,
        "alice@example.com",
        "bob@example.com",
        guid("{33517CE4-02FC-4428-B6F4-39927229B722}"),
        CallId::from(guid("{9D79AE57-1BD5-444B-B14E-3FC9BB2B5D58}")),
        content_type::SESSION_REQUEST,
        body.to_fields(),
    )
}

#[test]
fn an_answer_byte_for_byte() {
    let answer = invite().response(SlpStatus::OK, session_answer(216_358_921));
    assert_eq!(std::str::from_utf8(&answer.to_bytes()).unwrap(), ACCEPTED);
    assert_eq!(SlpMessage::parse(ACCEPTED.as_bytes()), Ok(answer));
    assert_eq!(ACCEPTED.len(), 328);
}

#[test]
fn a_bye_has_a_body_of_three_bytes() {
    let (branch, call) = ("{A0D624A6-6C0C-4283-A9E0-BC97B4B46D32}", "{9D79AE57-1BD5-444B-B14E-3FC9BB2B5D58}");
    let (to, from, call) = ("alice@example.com", "bob@example.com", CallId::parse(call).unwrap());
    let bye = SlpMessage::request(
        Method::Bye,
        to,
        from,
        guid(branch),
        call,
        content_type::SESSION_CLOSE,
        Fields::new(),
    );
    let text = bye.to_bytes();
    assert_eq!(text.len(), 330);
    assert!(text.ends_with(b"Content-Length: 3\r\n\r\n\r\n\0"));
    assert_eq!(SlpMessage::parse(&text), Ok(bye));
}

#[test]
fn an_invite_of_amsn() {
    assert_eq!(AMSN.len(), 712);
    let invite = SlpMessage::parse(AMSN.as_bytes()).unwrap();
    assert_eq!((invite.to.as_str(), invite.from.as_str()), ("patricia@example.com", "quentin@example.net"));
    assert_eq!((invite.cseq, invite.branch()), (0, "{6D5F228A-EAA5-3D21-E415-25982AD9527C}"));
    let request = SessionRequest::from_fields(&invite.body).unwrap();
    assert_eq!((request.session_id, request.app_id), (114_543_757, 1));
    let object = crate::context::parse_object_context(&request.context).unwrap();
    assert_eq!(object.sha1d, "syMFJjtKlW6kmGD4LJhupqnaYHk=");
}

#[test]
fn wrong_lengths_line_ends_case_and_missing_nul_are_read() {
    let expected = SlpMessage::parse(ACCEPTED.as_bytes());
    for length in ["43", "-1", "4294967295", "", "x"] {
        let text = ACCEPTED.replace("Content-Length: 25", &format!("Content-Length: {length}"));
        assert_eq!(SlpMessage::parse(text.as_bytes()), expected, "{length}");
    }
    assert_eq!(SlpMessage::parse(ACCEPTED.replace("\r\n", "\n").as_bytes()), expected);
    assert_eq!(SlpMessage::parse(ACCEPTED.trim_end_matches('\0').as_bytes()), expected);
    assert_eq!(SlpMessage::parse(format!("{ACCEPTED}\0\0").as_bytes()), expected);
    assert_eq!(
        SlpMessage::parse(ACCEPTED.replace("To:", "TO:").replace("CSeq: 1 ", "cseq:1").as_bytes()),
        expected
    );
    let twice = ACCEPTED.replace("Max-", "To: <msnmsgr:eve@example.com>\r\nMax-");
    assert_eq!(SlpMessage::parse(twice.as_bytes()), expected, "the first of two counts");
}

#[test]
fn what_cannot_be_read() {
    let parse = |text: &str| SlpMessage::parse(text.as_bytes()).map(|_| ());
    assert_eq!(parse(""), Err(SlpError::NoBlankLine));
    let head = ACCEPTED.split("\r\n\r\n").next().unwrap();
    assert_eq!(parse(head), Err(SlpError::NoBlankLine));
    assert_eq!(parse(&ACCEPTED.replace("Max-", "Max\0-")), Err(SlpError::Text));
    assert_eq!(SlpMessage::parse(b"BYE \xff"), Err(SlpError::Text));
    assert_eq!(parse(&ACCEPTED.replace("MSNSLP/1.0 200", "HTTP/1.1 200")), Err(SlpError::StartLine));
    assert_eq!(parse(&ACCEPTED.replace("Call-ID", "Call")), Err(SlpError::Field("Call-ID")));
    assert_eq!(parse(&"x".repeat(SlpMessage::MAX_LEN + 1)), Err(SlpError::TooLong));
    let long_head = ACCEPTED.replace("Max-", &format!("X: {}\r\nMax-", "x".repeat(SlpMessage::MAX_HEAD)));
    assert_eq!(parse(&long_head), Err(SlpError::TooLong));
}

#[test]
fn addresses_with_a_place_and_without_a_scheme() {
    let text = ACCEPTED.replace("<msnmsgr:bob@example.com>", "<MSNMSGR:bob@example.com;{1111}>");
    assert_eq!(SlpMessage::parse(text.as_bytes()).unwrap().to, "bob@example.com");
    let text = ACCEPTED.replace("<msnmsgr:bob@example.com>", "bob@example.com");
    assert_eq!(SlpMessage::parse(text.as_bytes()).unwrap().to, "bob@example.com");
}

#[test]
fn the_transport_bodies() {
    let request = TransportRequest {
        bridges: vec!["TRUDPv1".into(), "TCPv1".into()],
        net_id: msnp::connection_type::NetId::parse("-1388627126").unwrap(),
        connection_type: Some(msnp::connection_type::ConnectionType::PortRestrictNat),
        ..TransportRequest::default()
    };
    let written = "Bridges: TRUDPv1 TCPv1\r\nNetID: -1388627126\r\nConn-Type: Port-Restrict-NAT\r\n\
        UPnPNat: false\r\nICF: false\r\n";
    assert_eq!(request.to_fields().to_string(), written);
    assert_eq!(TransportRequest::from_fields(&Fields::parse(written)), request);
    assert!(request.supports_tcp());
    // 83 bytes with the blank line and the NUL (KINA).
    let refusal = "Bridge: TCPv1\r\nListening: false\r\nNonce: {00000000-0000-0000-0000-000000000000}\r\n";
    assert_eq!(TransportResponse::not_listening().to_fields().to_string(), refusal);
    assert_eq!(refusal.len() + 3, 83);
}

#[test]
fn a_captured_listener_and_one_written_backwards() {
    let captured = "Bridge: TCPv1\r\nListening: true\r\nHashed-Nonce: {74A6CD4C-7774-ECE4-C66C-27609828426B}\r\n\
        IPv4Internal-Addrs: 10.0.0.10 10.10.1.178\r\nIPv4Internal-Port: 1140\r\n";
    let response = TransportResponse::from_fields(&Fields::parse(captured));
    assert!(response.listening && response.chooses_tcp() && response.nonce.is_none());
    let addresses: Vec<_> = response.internal.iter().map(ToString::to_string).collect();
    assert_eq!(addresses, ["10.0.0.10:1140", "10.10.1.178:1140"]);
    assert_eq!(response.to_fields().to_string(), captured);
    let backwards = "Bridge: SBBridge TCPv1\r\nListening: true\r\nsrddA-lanretnI4vPI: 85.26.251.361\r\ntroP-lanretnI4vPI: 2133\r\n";
    let response = TransportResponse::from_fields(&Fields::parse(backwards));
    assert_eq!(response.internal, ["163.152.62.58:3312".parse().unwrap()]);
    assert!(response.chooses_tcp());
}

#[test]
fn session_numbers_signed_and_not() {
    let read = |text: &str| session_id(&Fields::parse(&format!("SessionID: {text}")));
    assert_eq!(
        (read("216358921"), read("-1"), read("4294967295")),
        (Some(216_358_921), Some(u32::MAX), Some(u32::MAX))
    );
    assert_eq!((read("4294967296"), read(""), read("x")), (None, None, None));
}

#[test]
fn the_longest_text_and_the_longest_head_are_read() {
    assert_eq!((SlpMessage::MAX_LEN, SlpMessage::MAX_HEAD), (16_384, 8192));
    let fill = |line: &str, room: usize| format!("{line}{}\r\n", "x".repeat(room - line.len() - 2));
    let body = fill("X: ", SlpMessage::MAX_LEN - ACCEPTED.len());
    let text = ACCEPTED.replace("SessionID", &format!("{body}SessionID"));
    assert_eq!(text.len(), SlpMessage::MAX_LEN);
    assert!(SlpMessage::parse(text.as_bytes()).is_ok());
    let head = ACCEPTED.find("\r\n\r\n").unwrap() + 2;
    for (room, read) in [(SlpMessage::MAX_HEAD - head, true), (SlpMessage::MAX_HEAD - head + 1, false)] {
        let text = ACCEPTED.replace("Max-", &format!("{}Max-", fill("X: ", room)));
        assert_eq!(SlpMessage::parse(text.as_bytes()).is_ok(), read);
    }
}

#[test]
fn a_blank_line_alone_ends_no_head() {
    assert_eq!(SlpMessage::parse(b"\r\n"), Err(SlpError::NoBlankLine));
}

#[test]
fn a_whole_text_ends_with_its_nul_or_where_its_length_says() {
    let bare = ACCEPTED.trim_end_matches('\0');
    assert_eq!(bare.len() - bare.find("SessionID").unwrap(), 24);
    let says = |text: &str, length: &str| {
        let text = text.replace("Content-Length: 25", &format!("Content-Length: {length}"));
        SlpMessage::is_whole(text.as_bytes())
    };
    assert!(says(ACCEPTED, "43"), "a NUL is the end, whatever the length");
    assert!(says(bare, "24") && says(bare, "25"), "the NUL may be counted and not sent");
    for length in ["23", "26", "-24", ""] {
        assert!(!says(bare, length), "{length}");
    }
    assert!(!says("no text\0", "25"));
}

#[test]
fn accounts_are_as_long_as_handles_and_readable() {
    let read = |address: &str| {
        let text = ACCEPTED.replace("bob@example.com", address);
        SlpMessage::parse(text.as_bytes()).map(|message| message.to)
    };
    let longest = "b".repeat(129);
    assert_eq!(read(&longest), Ok(longest.clone()));
    assert_eq!(read(&format!("{longest}b")), Err(SlpError::Field("To")));
    assert_eq!(read("bob\u{7}@example.com"), Err(SlpError::Field("To")));
}

#[test]
fn calls_are_neither_long_nor_unreadable() {
    let longest = "c".repeat(CallId::MAX_LEN);
    assert_eq!(CallId::parse(&longest).map(|call| call.to_string()), Some(longest.clone()));
    for text in ["", " ", "a\u{7}b", &format!("{longest}c")] {
        assert_eq!(CallId::parse(text), None, "{text:?}");
    }
}

#[test]
fn calls_in_any_case_are_one() {
    use std::hash::BuildHasher as _;
    let calls = ["{9d79ae57}", "{9D79AE57}", "{9D79AE58}"].map(|text| CallId::parse(text).unwrap());
    let hasher = std::hash::RandomState::new();
    let hashes = calls.each_ref().map(|call| hasher.hash_one(call));
    assert!(calls[0] == calls[1] && calls[1] != calls[2]);
    assert!(hashes[0] == hashes[1] && hashes[1] != hashes[2]);
}

#[test]
fn methods_in_any_case() {
    for (word, method) in [
        ("INVITE", Method::Invite),
        ("bye", Method::Bye),
        ("Ack", Method::Ack),
        ("Options", Method::Other("Options".into())),
    ] {
        let start = Start::parse(&format!("{word} MSNMSGR:bob@example.com MSNSLP/1.0"));
        assert_eq!(start, Ok(Start::Request { method, target: "bob@example.com".into() }));
    }
}

#[test]
fn numbers_and_words_of_responses() {
    for (status, line) in [
        (SlpStatus::OK, "MSNSLP/1.0 200 OK"),
        (SlpStatus::NOT_FOUND, "MSNSLP/1.0 404 Not Found"),
        (SlpStatus::NO_SUCH_CALL, "MSNSLP/1.0 481 No Such Call"),
        (SlpStatus::INTERNAL_ERROR, "MSNSLP/1.0 500 Internal Error"),
        (SlpStatus::DECLINE, "MSNSLP/1.0 603 Decline"),
        (SlpStatus::UNACCEPTABLE, "MSNSLP/1.0 606 Unacceptable"),
        (SlpStatus(699), "MSNSLP/1.0 699 "),
    ] {
        assert_eq!(Start::Response(status).to_string(), line);
        assert_eq!(Start::parse(line), Ok(Start::Response(status)));
    }
}

#[test]
fn only_a_bridge_of_tcp_is_one() {
    let request =
        |bridges: &str| TransportRequest::from_fields(&Fields::parse(&format!("Bridges: {bridges}")));
    assert!(request("SBBridge tcpv1").supports_tcp() && !request("TRUDPv1 TCPv2").supports_tcp());
    let response =
        |bridge: &str| TransportResponse::from_fields(&Fields::parse(&format!("Bridge: {bridge}")));
    assert!(response("SBBridge tcpv1").chooses_tcp() && !response("TRUDPv1 TCPv2").chooses_tcp());
}

#[test]
fn the_first_lines_of_a_body_count_up_to_the_limit() {
    let mut fields = Fields::new();
    assert!(fields.is_empty());
    fields.push("Name", "a\r\nb\0c");
    assert!(!fields.is_empty());
    assert_eq!(fields.to_string(), "Name: a  b c\r\n");
    let text: String = (0..=Fields::MAX_LINES).map(|number| format!("n{number}: {number}\r\n")).collect();
    let fields = Fields::parse(&text);
    assert_eq!((fields.get("n63"), fields.get("N0"), fields.get("n64")), (Some("63"), Some("0"), None));
    assert_eq!(Fields::parse("no colon\n: no name\na: b").iter().collect::<Vec<_>>(), [("a", "b")]);
}

proptest::proptest! {
    #[test]
    fn no_bytes_panic_and_texts_read_back(bytes: Vec<u8>, text in "(INVITE|BYE|MSNSLP/1.0 200) x:a MSNSLP/1.0\r\nTo: .{1,9}\r\nFrom: b\r\nCall-ID: .{1,9}\r\n\r\n(.{0,5}: .{0,5}\r\n){0,4}\0?") {
        let _ = SlpMessage::parse(&bytes);
        if let Ok(message) = SlpMessage::parse(text.as_bytes()) {
            let again = SlpMessage::parse(&message.to_bytes());
            proptest::prop_assert_eq!(again, Ok(message));
        }
    }

    #[test]
    fn no_fields_panic(text: String) {
        let fields = Fields::parse(&text);
        let _ = (SessionRequest::from_fields(&fields), TransportRequest::from_fields(&fields));
        let _ = TransportResponse::from_fields(&fields);
    }
}

/// Found by fuzzing: a context that has been read is written as it was read.
#[test]
fn a_context_has_no_line_end_in_it() {
    let mut message = invite();
    for (read, is) in [("a\rb", "a b"), ("a\0b", "a b")] {
        let head = "EUF-GUID: {A4268EEC-FEC5-49E5-95C3-F126696BDBF6}\r\nSessionID: 1\r\n";
        message.body = Fields::parse(&format!("{head}Context: {read}\r\n"));
        let request = SessionRequest::from_fields(&message.body).unwrap();
        assert_eq!(request.context, is, "{read:?}");
        assert_eq!(SessionRequest::from_fields(&request.to_fields()), Ok(request));
    }
}

/// Found by fuzzing: an account that has been read is written as it was read.
#[test]
fn an_account_has_no_bracket_at_its_end() {
    for value in
        ["<msnmsgr:bob@example.com> >", "<msnmsgr:bob@example.com>;{1}>", "msnmsgr:bob@example.com >>"]
    {
        assert_eq!(account(value).as_deref(), Some("bob@example.com"), "{value}");
    }
    assert_eq!(account("<msnmsgr:bob@example\r.com>"), None);
}
