//! Tests of whole streams of commands: no bytes break the reader, no cut of a stream changes the commands, and a command
//! that is written reads back as it was.

use std::fmt::Debug;

use bytes::{Buf, Bytes, BytesMut};
use msnp::command::{
    NotificationEvent, NotificationRequest, SwitchboardEvent, SwitchboardRequest, msg, out, qng,
};
use msnp::wire::{Decoder, EncodeFor, Frame, FrameError, Limits, Stream};
use msnp::{Cookie, Dialect, FriendlyName, Handle, ParseError};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

#[path = "streams/arbitrary.rs"]
mod arbitrary;

trait Command: EncodeFor + Debug + PartialEq + Sized {
    const STREAM: Stream;
    fn read(frame: &Frame) -> Result<Self, ParseError>;
}

macro_rules! commands {
    ($($command:ident $stream:ident)*) => {$(
        impl Command for $command {
            const STREAM: Stream = Stream::$stream;
            fn read(frame: &Frame) -> Result<Self, ParseError> {
                Self::parse(frame, Dialect::NEWEST)
            }
        }
    )*};
}
commands! {
    NotificationRequest NotificationRequests
    NotificationEvent NotificationEvents
    SwitchboardRequest SwitchboardRequests
    SwitchboardEvent SwitchboardEvents
}

/// The frames that a reader gets from a stream in these segments, and the end of the stream.
type Read<C> = (Vec<Result<C, ParseError>>, Option<FrameError>);

fn read<'a, C: Command>(limits: Limits, segments: impl IntoIterator<Item = &'a [u8]>) -> Read<C> {
    let mut decoder = Decoder::new(C::STREAM, limits);
    let mut buffer = BytesMut::new();
    let mut commands = Vec::new();
    for segment in segments {
        buffer.extend_from_slice(segment);
        loop {
            match decoder.next(&mut buffer) {
                Ok(Some(frame)) => commands.push(C::read(&frame)),
                Ok(None) => break,
                Err(error) => return (commands, Some(error)),
            }
        }
    }
    (commands, None)
}

/// Each command after some of these lines with nothing on them.
fn spaced<C: Command>(commands: &[C], gaps: &[String]) -> Bytes {
    let mut out = BytesMut::new();
    for (command, gap) in commands.iter().zip(gaps.iter().cycle()) {
        out.extend_from_slice(gap.as_bytes());
        command.encode_for(Dialect::NEWEST, &mut out);
    }
    out.freeze()
}

fn empty_lines_change_nothing<C: Command>(commands: Vec<C>, gaps: &[String]) -> Result<(), TestCaseError> {
    let stream = spaced(&commands, gaps);
    let expected = (commands.into_iter().map(Ok).collect(), None);
    prop_assert_eq!(read::<C>(Limits::SIGNED_IN, [&stream[..]]), expected);
    cuts_change_nothing::<C>(Limits::SIGNED_IN, &stream)
}

fn gaps() -> impl Strategy<Value = Vec<String>> {
    vec("([ \t]{0,3}\r?\n){0,4}", 1..5)
}

fn write<C: Command>(commands: &[C]) -> Bytes {
    let mut out = BytesMut::new();
    for command in commands {
        command.encode_for(Dialect::NEWEST, &mut out);
    }
    out.freeze()
}

fn reads_back<C: Command>(commands: Vec<C>) -> Result<(), TestCaseError> {
    let stream = write(&commands);
    let expected = (commands.into_iter().map(Ok).collect(), None);
    prop_assert_eq!(read::<C>(Limits::SIGNED_IN, [&stream[..]]), expected);
    Ok(())
}

fn cuts_change_nothing<C: Command>(limits: Limits, stream: &[u8]) -> Result<(), TestCaseError> {
    let whole = read::<C>(limits, [stream]);
    for at in 0..=stream.len() {
        let (left, right) = stream.split_at(at);
        prop_assert_eq!(&read::<C>(limits, [left, right]), &whole, "cut at {}", at);
    }
    prop_assert_eq!(&read::<C>(limits, stream.chunks(1)), &whole, "byte by byte");
    Ok(())
}

/// Limits that short streams reach.
const TIGHT: Limits = Limits { line: 24, payload: 6 };

fn breaks_nothing(stream: &[u8]) -> Result<(), TestCaseError> {
    for limits in [Limits::SIGNED_IN, TIGHT] {
        cuts_change_nothing::<NotificationRequest>(limits, stream)?;
        cuts_change_nothing::<NotificationEvent>(limits, stream)?;
        cuts_change_nothing::<SwitchboardRequest>(limits, stream)?;
        cuts_change_nothing::<SwitchboardEvent>(limits, stream)?;
    }
    Ok(())
}

/// Messages in the form that clients write, some in another, and other lines.
fn messages() -> impl Strategy<Value = String> {
    let usual = (any::<u32>(), "[UNADS]", "[ -~\r\n]{0,9}")
        .prop_map(|(number, class, text)| format!("MSG {number} {class} {}\r\n{text}", text.len()));
    let other = "MSG {1,2}[0-9]{1,11} [UNADSX]{1,2} [0-9]{1,4}\r?\nhello";
    prop_oneof![3 => usual, 1 => other, 1 => nearly(), 1 => Just("\r\n".to_owned())]
}

/// A switchboard that first takes the messages it can take without a copy reads the same requests.
fn borrowing_changes_nothing(stream: &[u8], segment: usize) -> Result<(), TestCaseError> {
    for limits in [Limits::SIGNED_IN, TIGHT] {
        let plain = read::<SwitchboardRequest>(limits, stream.chunks(segment));
        let mut decoder = Decoder::new(Stream::SwitchboardRequests, limits);
        let (mut buffer, mut requests, mut error) = (BytesMut::new(), Vec::new(), None);
        for part in stream.chunks(segment) {
            if error.is_some() {
                break;
            }
            buffer.extend_from_slice(part);
            loop {
                if let Some((message, length)) = decoder.next_message(&buffer) {
                    let msg::RequestRef { transaction, acknowledge, payload } = message;
                    let payload = Bytes::copy_from_slice(payload);
                    requests.push(Ok(SwitchboardRequest::Msg(msg::Request {
                        transaction,
                        acknowledge,
                        payload,
                    })));
                    buffer.advance(length);
                    continue;
                }
                match decoder.next(&mut buffer) {
                    Ok(Some(frame)) => {
                        requests.push(SwitchboardRequest::read(&frame));
                    }
                    Ok(None) => break,
                    Err(found) => {
                        error = Some(found);
                        break;
                    }
                }
            }
        }
        prop_assert_eq!(&(requests, error), &plain);
    }
    Ok(())
}

/// Lines that are nearly commands: known verbs, and words that are right somewhere.
fn nearly() -> impl Strategy<Value = String> {
    const VERBS: [&[&str]; 5] = [
        NotificationRequest::VERBS,
        NotificationEvent::VERBS,
        SwitchboardRequest::VERBS,
        SwitchboardEvent::VERBS,
        &["217", "999", "ver", "ADC"],
    ];
    const WORDS: &str = "0|1|7|29|30|4294967295|4294967296|-1|a@b\\.c|a@b|Bob%20|%FF|✓|FL|AL|RL|NLN|HDN|A|N|S|U|I|\
        TWN|SB|NS|CKI|OK|ON|RINGING|MSNP9|CVR0|PHH|MOB|Y|x=y|h:1|0,3|\u{0}|\u{7f}|\t";
    let verb = select(VERBS.concat());
    (verb, vec((" {1,2}|\t", WORDS), 0..8), "\r\n|\n|\r\r\n|").prop_map(|(verb, words, end)| {
        let mut line = String::from(verb);
        for (blank, word) in words {
            line.push_str(&blank);
            line.push_str(&word);
        }
        line.push_str(&end);
        line
    })
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn notification_requests_read_back(commands in vec(arbitrary::notification_request(), 1..8)) {
        reads_back(commands)?;
    }

    #[test]
    fn notification_events_read_back(commands in vec(arbitrary::notification_event(), 1..8)) {
        reads_back(commands)?;
    }

    #[test]
    fn switchboard_requests_read_back(commands in vec(arbitrary::switchboard_request(), 1..8)) {
        reads_back(commands)?;
    }

    #[test]
    fn switchboard_events_read_back(commands in vec(arbitrary::switchboard_event(), 1..8)) {
        reads_back(commands)?;
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(stream in vec(any::<u8>(), 0..200)) {
        breaks_nothing(&stream)?;
    }

    #[test]
    fn any_lines(lines in vec(nearly(), 1..6)) {
        breaks_nothing(lines.concat().as_bytes())?;
    }

    #[test]
    fn messages_without_a_copy_are_the_same(parts in vec(messages(), 1..6), segment in 1..60usize) {
        borrowing_changes_nothing(parts.concat().as_bytes(), segment)?;
    }

    #[test]
    fn words_after_a_ping_or_a_goodbye_say_nothing(words in vec("[ \t]{1,3}[!-~é✓]{1,9}", 0..5), end in "[ \t]?\r?\n") {
        let line = |verb: &str| format!("{verb}{}{end}", words.concat());
        let (png, goodbye) = (line("PNG"), line("OUT"));
        let expected = (vec![Ok(NotificationRequest::Png(qng::Request)), Ok(NotificationRequest::Out(out::Request))], None);
        prop_assert_eq!(read(Limits::SIGNED_IN, [png.as_bytes(), goodbye.as_bytes()]), expected);
        let expected = (vec![Ok(SwitchboardRequest::Out(out::Request))], None);
        prop_assert_eq!(read(Limits::SIGNED_IN, [goodbye.as_bytes()]), expected);
    }

    #[test]
    fn empty_lines_before_notification_requests(
        commands in vec(arbitrary::notification_request(), 1..4), gaps in gaps()
    ) {
        empty_lines_change_nothing(commands, &gaps)?;
    }

    #[test]
    fn empty_lines_before_notification_events(
        commands in vec(arbitrary::notification_event(), 1..4), gaps in gaps()
    ) {
        empty_lines_change_nothing(commands, &gaps)?;
    }

    #[test]
    fn empty_lines_before_switchboard_requests(
        commands in vec(arbitrary::switchboard_request(), 1..4), gaps in gaps()
    ) {
        empty_lines_change_nothing(commands, &gaps)?;
    }

    #[test]
    fn empty_lines_before_switchboard_events(
        commands in vec(arbitrary::switchboard_event(), 1..4), gaps in gaps()
    ) {
        empty_lines_change_nothing(commands, &gaps)?;
    }

    #[test]
    fn cuts_of_notification_requests(commands in vec(arbitrary::notification_request(), 1..4)) {
        cuts_change_nothing::<NotificationRequest>(Limits::SIGNED_IN, &write(&commands))?;
    }

    #[test]
    fn cuts_of_notification_events(commands in vec(arbitrary::notification_event(), 1..4)) {
        cuts_change_nothing::<NotificationEvent>(Limits::SIGNED_IN, &write(&commands))?;
    }

    #[test]
    fn cuts_of_switchboard_requests(commands in vec(arbitrary::switchboard_request(), 1..4)) {
        cuts_change_nothing::<SwitchboardRequest>(Limits::SIGNED_IN, &write(&commands))?;
    }

    #[test]
    fn cuts_of_switchboard_events(commands in vec(arbitrary::switchboard_event(), 1..4)) {
        cuts_change_nothing::<SwitchboardEvent>(Limits::SIGNED_IN, &write(&commands))?;
    }
}

#[test]
fn a_stream_of_nothing_but_empty_lines_is_none() {
    let most = 256;
    for end in ["\n", "\r\n", " \t\r\n"] {
        let command = |lines: usize| end.repeat(lines) + "OUT\r\n";
        let fine = command(most).repeat(3);
        let (commands, error) = read::<SwitchboardRequest>(Limits::SIGNED_IN, [fine.as_bytes()]);
        assert_eq!((commands, error), (vec![Ok(SwitchboardRequest::Out(out::Request)); 3], None), "{end:?}");
        let flood = command(most + 1);
        let expected = (Vec::new(), Some(FrameError::TooManyEmptyLines(256)));
        assert_eq!(read::<NotificationRequest>(Limits::SIGN_IN, [flood.as_bytes()]), expected, "{end:?}");
        assert_eq!(read::<NotificationRequest>(Limits::SIGN_IN, flood.as_bytes().chunks(1)), expected);
    }
}

/// The number of words a strict client wants after each verb (seen: Twisted).
#[test]
fn parameter_counts() {
    use msnp::command::*;
    use msnp::{ClientCapabilities, HostPort, ListVersion, SessionId, Status, TransactionId};

    fn count(command: &impl EncodeFor) -> usize {
        let bytes = command.to_bytes_for(Dialect::NEWEST);
        let line = bytes.split(|byte| *byte == b'\r').next().unwrap_or_default();
        line.split(|byte| *byte == b' ').count() - 1
    }
    let transaction = TransactionId(1);
    let (version, session) = (ListVersion(1), SessionId(1));
    let handle = Handle::parse("a@b.c").unwrap();
    let name = FriendlyName::from(&handle);
    let cookie = Cookie::parse("1.2.3").unwrap();
    let address = HostPort::parse("192.0.2.1:1863").unwrap();
    let (status, capabilities, object) = (Status::Online, ClientCapabilities(0), None);
    let (h, n, c, a) = (|| handle.clone(), || name.clone(), || cookie.clone(), || address.clone());

    assert_eq!(count(&chg::Chg { transaction, status, capabilities, object: None }), 3);
    let iln = iln::Push { transaction, handle: h(), name: n(), status, capabilities, object };
    let mut out = BytesMut::new();
    iln.encode_for(Dialect::Msnp8, &mut out);
    assert_eq!(out[..].split(|byte| *byte == b' ').count() - 1, 5);
    assert_eq!(count(&nln::Push { status, handle: h(), name: n(), capabilities, object: None }), 4);
    assert_eq!(count(&fln::Push { handle: h() }), 1);
    assert_eq!(count(&rea::Reply { transaction, version, handle: h(), name: n() }), 4);
    assert_eq!(count(&xfr::Reply::Notification { transaction, address: a(), current: a() }), 5);
    assert_eq!(count(&xfr::Reply::Switchboard { transaction, address: a(), cookie: c() }), 5);
    assert_eq!(count(&rng::Push { session, address: a(), cookie: c(), caller: h(), name: n() }), 6);
    assert_eq!(count(&usr::SwitchboardReply { transaction, handle: h(), name: n() }), 4);
    assert_eq!(count(&iro::Push { transaction, index: 1, count: 1, handle: h(), name: n() }), 5);
    assert_eq!(count(&ans::Reply { transaction }), 2);
    assert_eq!(count(&joi::Push { handle: h(), name: n() }), 2);
    assert_eq!(count(&bye::Push { handle: h(), idle: false }), 1);
    assert_eq!(count(&ack::Reply { transaction }), 1);
}
