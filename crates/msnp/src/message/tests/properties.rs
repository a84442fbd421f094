//! The properties that hold for every input.

use proptest::prelude::*;

use super::*;

/// A value as a header holds it: no control characters, no blanks around it.
fn value() -> impl Strategy<Value = String> {
    "[^\\x00-\\x1f\\x7f]{0,20}".prop_map(|text| text.trim_ascii().to_owned())
}

const TYPES: [&str; 13] = [
    Text::MEDIA_TYPE,
    TypingUser::MEDIA_TYPE,
    Profile::MEDIA_TYPE,
    InitialMail::MEDIA_TYPE,
    NewMail::MEDIA_TYPE,
    MovedMail::MEDIA_TYPE,
    SystemMessage::MEDIA_TYPE,
    SystemMessage::OTHER_MEDIA_TYPE,
    Invitation::MEDIA_TYPE,
    Emoticons::MEDIA_TYPE,
    Emoticons::ANIMATED_MEDIA_TYPE,
    P2pEnvelope::MEDIA_TYPE,
    ClientCaps::MEDIA_TYPE,
];

proptest! {
    #[test]
    fn no_payload_panics(payload: Vec<u8>, media_type in prop::sample::select(&TYPES[..]), rest: Vec<u8>) {
        let _ = Message::parse(&Bytes::from(payload)).map(|message| message.content());
        let mut typed = format!("Content-Type: {media_type}\r\n").into_bytes();
        typed.extend(rest);
        let _ = Message::parse(&Bytes::from(typed)).map(|message| message.content());
    }

    #[test]
    fn no_body_panics(media_type in prop::sample::select(&TYPES[..]), body in "([A-Z][a-z-]{0,6}:? ?[ -~]{0,9}[\r\n\t]{0,2}){0,9}") {
        let _ = Message::new(media_type, body).content();
    }

    #[test]
    fn messages_read_back(lines in prop::collection::vec((any::<String>(), any::<String>()), 0..8), body: Vec<u8>) {
        let mut message = Message { body: body.into(), ..Message::default() };
        for (name, value) in lines {
            message.headers.push(&name, value);
        }
        prop_assert_eq!(Message::parse(&message.to_bytes()), Ok(message));
    }

    #[test]
    fn texts_read_back(
        body: String, font: String, letters: (bool, bool, bool, bool), colour: (u8, u8, u8),
        charset: u8, pitch_and_family: u8, right_to_left: bool,
    ) {
        let (bold, italic, underline, strike_out) = letters;
        let effects = Effects { bold, italic, underline, strike_out };
        let colour = Colour { red: colour.0, green: colour.1, blue: colour.2 };
        let format = Some(Format { font, effects, colour, charset, pitch_and_family, right_to_left });
        let text = Text { body, format };
        let message = Message::parse(&text.to_message().to_bytes()).unwrap();
        prop_assert_eq!(message.content(), Content::Text(text));
    }

    #[test]
    fn profiles_read_back(
        numbers: (u64, bool, i32, i32, u32, bool, u32, u32, u32, u16), ip: std::net::Ipv4Addr,
        texts in prop::collection::vec(value(), 9),
    ) {
        let mut texts = texts.into_iter();
        let mut text = || texts.next().unwrap_or_default();
        let profile = Profile {
            login_time: numbers.0, email_enabled: numbers.1, member_id_high: numbers.2,
            member_id_low: numbers.3, lang_preference: numbers.4, preferred_email: text(),
            country: text(), postal_code: text(), gender: text(), kid: numbers.5, age: text(),
            birthday_precision: text(), birthday: text(), wallet: text(), flags: numbers.6,
            sid: numbers.7, kv: numbers.8, mspauth: text().into(), client_ip: ip.into(),
            client_port: numbers.9,
        };
        let message = Message::parse(&profile.to_bytes()).unwrap();
        prop_assert_eq!(message.content(), Content::Profile(Box::new(profile)));
    }

    #[test]
    fn invitations_read_back(
        cookie: u32, name in value(), size: u64, ports: (u16, u16, u16), auth_cookie: Option<u64>,
        flags: (Option<bool>, Option<bool>, Option<bool>), ip: Option<std::net::Ipv4Addr>,
    ) {
        let invitation = Invitation {
            port: Some(ports.0), port_x: Some(ports.1), port_x_internal: Some(ports.2), auth_cookie,
            connectivity: flags.0, launch_application: flags.1, sender_connect: flags.2,
            ip_address: ip.map(Into::into), ip_address_internal: ip.map(Into::into),
            ..Invitation::file(cookie, name, size)
        };
        let message = Message::parse(&invitation.to_message().to_bytes()).unwrap();
        prop_assert_eq!(message.content(), Content::Invitation(Box::new(invitation)));
    }

    #[test]
    fn emoticons_read_back(shortcuts in prop::collection::vec("[^\\pC]{1,50}", 1..6)) {
        let emoticons = shortcuts.into_iter().map(|text| Emoticon::new(text, tux()).unwrap()).collect();
        let emoticons = Emoticons { emoticons, animated: false };
        prop_assert_eq!(Emoticons::parse(&emoticons.to_message()), Ok(emoticons));
    }

    /// The headers are read among any others, and with any ends of lines.
    #[test]
    fn no_header_loses_a_body(
        before in prop::collection::vec(line(), 0..100), after in prop::collection::vec(line(), 0..100),
        end in prop::sample::select(&["\r\n", "\n"][..]), body: Vec<u8>, utf8: bool,
    ) {
        let own = if utf8 { "Content-Type: text/plain; charset=UTF-8" } else { "content-type :text/plain" };
        let mut payload = Vec::new();
        for line in before.iter().map(Vec::as_slice).chain([own.as_bytes()]).chain(after.iter().map(Vec::as_slice)) {
            payload.extend_from_slice(line);
            payload.extend_from_slice(end.as_bytes());
        }
        payload.extend_from_slice(end.as_bytes());
        payload.extend_from_slice(&body);
        let message = Message::parse(&payload.into()).unwrap();
        prop_assert_eq!(&message.body, &body);
        let text = charset::decode(&body, utf8.then_some("UTF-8")).into_owned();
        let Content::Text(read) = message.content() else { panic!("{message:?}") };
        prop_assert_eq!(read.body, text);
    }

    #[test]
    fn what_was_read_reads_back(payload: Vec<u8>) {
        let message = Message::parse(&payload.into()).unwrap();
        prop_assert_eq!(Message::parse(&message.to_bytes()), Ok(message));
    }

    #[test]
    fn any_bytes_are_a_text_and_ascii_stays(body: Vec<u8>, label in "[ -~]{0,12}") {
        let mut message = Message::new(&format!("text/plain; charset={label}"), body.clone());
        message.headers.push("X-MMS-IM-Format", &label);
        prop_assert!(matches!(message.content(), Content::Text(_)));
        let ascii: Vec<u8> = body.into_iter().map(|byte| byte & 0x7f).collect();
        let message = Message::new("text/plain; charset=x-unknown", ascii.clone());
        prop_assert_eq!(message.content(), Content::Text(String::from_utf8(ascii).unwrap().into()));
    }

    /// Good and bad pairs in any order: exactly the good ones are read.
    #[test]
    fn good_emoticons_are_read_among_bad_ones(pairs in prop::collection::vec(emoticon(), 0..8)) {
        let body: Vec<u8> = pairs.iter().flat_map(|(pair, _)| pair.clone()).collect();
        let good: Vec<_> = pairs.into_iter().filter_map(|(_, good)| good).take(Emoticons::MAX_PAIRS).collect();
        let read = Emoticons::parse(&Message::new(Emoticons::MEDIA_TYPE, body));
        prop_assert_eq!(read.map_or_else(|_| Vec::new(), |read| read.emoticons), good);
    }
}

/// A line that is neither blank nor a type.
fn line() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>().prop_filter("no line end", |byte| !b"\r\n".contains(byte)), 1..40)
}

/// A pair with its tabs, and the emoticon if it is a good one.
fn emoticon() -> impl Strategy<Value = (Vec<u8>, Option<Emoticon>)> {
    let rubbish = prop::collection::vec(any::<u8>().prop_filter("no tab", |byte| *byte != b'\t'), 0..20);
    let good = "[^\\pC]{1,50}".prop_map(|shortcut| {
        let pair = format!("{shortcut}\t{}\t", tux());
        (pair.into_bytes(), Some(Emoticon::new(shortcut, tux()).unwrap()))
    });
    let bad = (rubbish.clone(), rubbish)
        .prop_map(|(one, other)| ([one, vec![b'\t'], other, vec![b'\t']].concat(), None));
    let no_shortcut = Just((format!("\t{}\t", tux()).into_bytes(), None));
    prop_oneof![good, bad, no_shortcut]
}
