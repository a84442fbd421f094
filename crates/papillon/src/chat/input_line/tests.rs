use super::*;

/// A line with the cursor where `|` stands.
fn line(text: &str) -> InputLine {
    let cursor = text.find('|').unwrap();
    InputLine { text: text.replace('|', ""), cursor }
}

fn shown(line: &InputLine) -> String {
    let mut text = line.text.clone();
    text.insert(line.cursor, '|');
    text
}

#[test]
fn the_cursor_goes_by_what_people_call_a_character() {
    for (begin, act, end) in [
        ("ab|", InputLine::left as fn(&mut InputLine), "a|b"),
        ("a👩‍👩‍👧|", InputLine::left, "a|👩‍👩‍👧"),
        ("|e\u{301}x", InputLine::right, "e\u{301}|x"),
        ("ab|", InputLine::right, "ab|"),
        ("|ab", InputLine::left, "|ab"),
        ("one two  |", InputLine::word_left, "one |two  "),
        ("|one two", InputLine::word_right, "one| two"),
        ("one| two", InputLine::word_right, "one two|"),
        ("one\ntw|o", InputLine::line_start, "one\n|two"),
        ("o|ne\ntwo", InputLine::line_end, "one|\ntwo"),
        ("one\ntwo|", InputLine::backspace, "one\ntw|"),
        ("a👍🏽|b", InputLine::backspace, "a|b"),
        ("a|👍🏽b", InputLine::delete, "a|b"),
        ("|", InputLine::backspace, "|"),
        ("|", InputLine::delete, "|"),
        ("say the word |now", InputLine::delete_word, "say the |now"),
        ("one\nt|wo", InputLine::delete_to_start, "one\n|wo"),
        ("o|ne\ntwo", InputLine::delete_to_end, "o|\ntwo"),
    ] {
        let mut line = line(begin);
        act(&mut line);
        assert_eq!(shown(&line), end, "{begin:?}");
    }
}

#[test]
fn up_and_down_keep_the_column() {
    let mut line = line("long line\nab\nthi|rd");
    assert!(line.up());
    assert_eq!(shown(&line), "long line\nab|\nthird");
    assert!(line.up());
    assert_eq!(shown(&line), "lo|ng line\nab\nthird");
    assert!(!line.up());
    assert!(line.down() && line.down() && !line.down());
    assert_eq!(shown(&line), "long line\nab\nth|ird");
}

#[test]
fn pasted_text_is_cleaned_and_bounded() {
    let mut line = InputLine::default();
    assert!(line.insert("a\r\nb\u{1b}[31m\tc"));
    assert_eq!(line.text(), "a\nb    c");
    assert!(!line.insert(&"é".repeat(MAX_LEN)));
    assert!(line.text().len() <= MAX_LEN && line.text().len() > MAX_LEN - 2);
}

#[test]
fn a_mark_joins_the_character_before_it() {
    let mut line = line("e|x");
    line.insert("\u{301}");
    assert_eq!(shown(&line), "e\u{301}|x");
    line.backspace();
    assert_eq!(shown(&line), "|x");
}

#[test]
fn the_shape_leaves_room_for_the_cursor() {
    assert_eq!(InputLine::default().shape(4), Shape { rows: vec![String::new()], x: 0, y: 0 });
    assert_eq!(line("abc|").shape(4), Shape { rows: vec!["abc".into()], x: 3, y: 0 });
    assert_eq!(line("abcd|").shape(4), Shape { rows: vec!["abcd".into(), String::new()], x: 0, y: 1 });
    assert_eq!(line("ab|cdef").shape(4), Shape { rows: vec!["abcd".into(), "ef".into()], x: 2, y: 0 });
    assert_eq!(
        line("a\n日本|語").shape(5),
        Shape { rows: vec!["a".into(), "日本".into(), "語".into()], x: 0, y: 2 }
    );
    assert_eq!(line("a|\nb").shape(5), Shape { rows: vec!["a".into(), "b".into()], x: 1, y: 0 });
}
