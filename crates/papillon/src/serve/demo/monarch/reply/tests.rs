use super::*;

fn heard(text: &str) -> Heard<'_> {
    let now = OffsetDateTime::from_unix_timestamp(932_570_000).unwrap();
    Heard { text, name: "Ada", in_company: false, emoticons: &[], online: &[], now, turn: 0, said: &[] }
}

fn words(text: &str) -> String {
    reply(&heard(text)).unwrap().words
}

#[test]
fn requests_are_understood_in_many_words() {
    for (text, has) in [
        ("help", "picture"),
        ("Help!", "SHA-256"),
        ("what can you do?", "Say one of these"),
        ("Hello", "Hello Ada!"),
        ("hi monarch", "Hello Ada!"),
        ("monarch", "Hello Ada!"),
        ("how are you?", "And you?"),
        ("who are you", "msnp-client"),
        ("Can I see your picture?", "meadow"),
        ("a file, please", "letter"),
        ("Send me something", "letter"),
        ("emoticon", EMOTICON),
        ("what time is it?", "15:13:20 UTC, Wednesday 21 July 1999"),
        ("who is online?", "nobody"),
        ("thanks", "welcome"),
        ("bye", "Fly well, Ada!"),
    ] {
        assert!(words(text).contains(has), "{text}: {}", words(text));
    }
}

#[test]
fn files_come_with_their_words() {
    for (text, gift) in [("picture?", Some(Gift::Portrait)), ("file", Some(Gift::Letter)), ("help", None)] {
        assert_eq!(reply(&heard(text)).unwrap().gift, gift, "{text}");
    }
    assert!(reply(&heard("typing")).unwrap().takes_long);
    assert!(!reply(&heard("joke")).unwrap().takes_long);
}

#[test]
fn long_texts_are_no_requests() {
    let text = "yesterday I looked for that file all day and in the end it was in the wrong folder";
    let reply = reply(&heard(text)).unwrap();
    assert_eq!(reply.gift, None);
    assert!(reply.words.contains(text), "{reply:?}");
}

#[test]
fn anything_else_is_echoed_and_phrases_go_round() {
    let echoes: Vec<_> =
        (0..6).map(|turn| reply(&Heard { turn, ..heard("{} pies") }).unwrap().words).collect();
    assert!(echoes.iter().all(|echo| echo.contains("{} pies")), "{echoes:?}");
    assert_ne!(echoes[0], echoes[1]);
    assert_eq!(echoes[0], echoes[5]);
    assert!(!words("Is there milkweed?").is_empty());
    assert!(words("  ").contains("few words"));
    let emoticons = ["(cat)"];
    let reply = reply(&Heard { emoticons: &emoticons, ..heard("look (cat)") }).unwrap();
    assert!(reply.words.contains("(cat)") && reply.words.contains(EMOTICON), "{reply:?}");
}

#[test]
fn in_company_monarch_waits_to_be_named() {
    let in_company = |text| reply(&Heard { in_company: true, ..heard(text) });
    assert_eq!(in_company("help"), None);
    assert_eq!(in_company("monarchy is over"), None);
    assert!(in_company("Monarch, help").unwrap().words.contains("picture"));
    assert!(in_company("what does MONARCH think of this weather, and of all that came before it?").is_some());
}

#[test]
fn its_own_words_get_no_answer() {
    let said = [String::from("Hello Ada!\r\nI am here."), String::from("x")];
    assert_eq!(reply(&Heard { said: &said, ..heard("Hello Ada!\nI am here.\r\n") }), None);
    assert!(reply(&Heard { said: &said, ..heard("Hello") }).is_some());
}

#[test]
fn who_is_online_is_told() {
    let online = [String::from("Ada"), String::from("Grace\r\nOUT")];
    let reply = reply(&Heard { online: &online, ..heard("who") }).unwrap();
    assert_eq!(reply.words, "Online: Ada, Grace  OUT.");
}

#[test]
fn every_reply_fits_into_one_message() {
    // A message has 1664 bytes with its headers; four bytes a character is the most there is.
    let long = "🦋".repeat(2_000);
    let online = vec![long.clone(); 500];
    for text in [long.as_str(), "help", "hello", "who", "bye", "joke"] {
        let emoticons = [long.as_str()];
        for emoticons in [&emoticons[..], &[]] {
            let reply = reply(&Heard { name: &long, online: &online, emoticons, ..heard(text) }).unwrap();
            assert!(reply.words.len() < 1_400, "{}", reply.words.len());
        }
    }
    assert!(welcome(&long).len() < 1_400 && thanks(&long, u64::MAX, &"f".repeat(64)).len() < 1_400);
}
