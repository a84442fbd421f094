use msnp::invisible_characters::has_invisible;
use proptest::prelude::*;

use super::*;

#[test]
fn escape_sequences_go_altogether() {
    for (given, kept) in [
        ("\u{1b}[31mred\u{1b}[0m", "red"),
        ("\u{1b}]0;title\u{7}rest", "rest"),
        ("\u{1b}]8;;http://x\u{1b}\\link\u{1b}]8;;\u{1b}\\", "link"),
        ("\u{1b}P1$q\u{1b}\\x", "x"),
        ("\u{9b}2Jx", "x"),
        ("\u{9d}0;t\u{9c}x", "x"),
        ("a\u{1b}[", "a["),
        ("a\u{1b}", "a"),
        ("\u{1b}]no end", "]no end"),
        ("\u{1b}cx", "cx"),
    ] {
        assert_eq!(lines(given), kept, "{given:?}");
    }
}

#[test]
fn line_ends_become_one_kind_and_controls_go() {
    assert_eq!(lines("a\r\nb\rc\nd\u{85}e\u{2028}f"), "a\nb\nc\nd\ne\nf");
    assert_eq!(lines("a\u{0}\u{8}\u{7f}\u{84}b\tc"), "ab    c");
    assert_eq!(line(" a\r\n\r\nb \t c\u{7}"), "a b c");
}

#[test]
fn nothing_turns_the_direction_or_hides() {
    assert_eq!(line("evil\u{202e}gpj.exe\u{2066}\u{200f}\u{200b}\u{feff}"), "evilgpj.exe");
    assert_eq!(line("\u{3164}\u{ad}"), "");
}

#[test]
fn scripts_and_emoji_stay() {
    for text in
        ["Åsa", "日本語", "שלום", "👩‍👩‍👧", "👍🏽", "❤️", "می\u{200c}خواهم", "🏴\u{e0067}\u{e0062}\u{e007f}"]
    {
        assert_eq!(lines(text), text);
    }
}

#[test]
fn towers_of_marks_are_cut() {
    let tower = format!("a{}b", "\u{301}".repeat(100));
    assert_eq!(lines(&tower), format!("a{}b", "\u{301}".repeat(15)));
}

#[test]
fn a_name_in_a_list_shows_where_something_was() {
    assert_eq!(replaced("a\u{1b}[2Jb\r\n"), "a\u{fffd}[2Jb\u{fffd}\u{fffd}");
    assert_eq!(replaced("Al\u{200d}ice\u{202e}"), "Al\u{fffd}ice\u{fffd}");
    assert_eq!(printed("a\tb\n\u{9b}2J"), "a\tb\n\u{fffd}2J");
}

#[test]
fn a_value_in_the_log_is_on_one_line() {
    assert_eq!(logged("a\u{202e}b\nc\u{1b}[0m\td"), "a\\u{202e}b\\nc\\u{1b}[0m\td");
}

#[test]
fn what_is_typed_a_character_at_a_time_joins_in_the_end() {
    let typed: String = "👩\u{200d}💻".chars().map(|char| typed(char.encode_utf8(&mut [0; 4]))).collect();
    assert_eq!(typed, "👩\u{200d}💻");
}

/// Texts in which the characters at stake are as frequent as all others together.
pub(crate) fn any_text() -> impl Strategy<Value = String> {
    let special = prop_oneof![
        "[\\u{0}-\\u{1f}\\u{7f}-\\u{9f}]",
        "[\\u{ad}\\u{61c}\\u{180e}\\u{200b}-\\u{200f}\\u{2028}-\\u{202e}\\u{2060}-\\u{206f}\\u{feff}]",
        "[\\u{fff9}-\\u{fffb}\\u{3164}\\u{ffa0}\\u{e0001}\\u{e0020}-\\u{e007f}\\u{e0100}-\\u{e01ef}]",
        "[\\u{301}\\u{200d}]{0,40}",
        "\u{1b}[\\[\\]P][0-9;]{0,4}[a-zA-Z\u{7}]",
        "[👩💻🏴❤\u{fe0f}é日שم\"\\\\a]",
    ];
    let pieces = prop_oneof![any::<char>().prop_map(String::from), special];
    proptest::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

/// So much of a text as fits into a name.
pub(crate) fn begin(text: &str) -> String {
    text.chars().take(30).collect()
}

/// Whether there is nothing in it that a terminal could take for more than a character.
pub(crate) fn is_harmless(text: &str) -> bool {
    !has_invisible(&text.replace('\n', ""))
}

proptest! {
    #[test]
    fn nothing_out_of_place_is_left_whatever_it_was(text in any_text()) {
        prop_assert!(!has_invisible(&line(&text)));
        prop_assert!(is_harmless(&lines(&text)), "{:?}", lines(&text));
        prop_assert!(!has_invisible(&replaced(&text)));
        prop_assert!(is_harmless(&printed(&text).replace('\t', " ")));
        prop_assert!(!has_invisible(&logged(&text).replace('\t', " ")));
    }

    #[test]
    fn json_says_the_same_without_it(text in any_text()) {
        let value = serde_json::json!({ &text: [&text] });
        for plain in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let escaped = json(&plain);
            prop_assert!(is_harmless(&escaped), "{escaped:?}");
            prop_assert_eq!(serde_json::from_str::<serde_json::Value>(&escaped).unwrap(), value.clone());
        }
    }
}
