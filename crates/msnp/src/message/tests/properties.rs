//! What holds for every input.

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
}
