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
