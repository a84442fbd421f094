use super::*;

/// Line, address, name and password of somebody.
type Somebody = (u64, String, String, String);

/// The accounts that were read, and the lines that were refused.
fn outcome(text: impl AsRef<[u8]>) -> (Vec<Somebody>, Vec<(u64, String)>) {
    let (entries, refused) = read(text.as_ref()).unwrap();
    let entries = entries.into_iter().map(|entry| {
        let password = entry.password.map_or_else(|| "-".to_owned(), |password| password.to_string());
        (entry.line, entry.handle.to_string(), entry.name.text().into_owned(), password)
    });
    (entries.collect(), refused.into_iter().map(|refused| (refused.line, refused.why)).collect())
}

fn ada(line: u64) -> Somebody {
    (line, "ada@example.com".into(), "Ada, Countess".into(), "s3cret, \"x\"".into())
}

#[test]
fn what_spreadsheets_write_is_read() {
    for text in [
        "ada@example.com,\"Ada, Countess\",\"s3cret, \"\"x\"\"\"\n",
        "ADA@example.com ,\"Ada, Countess \",\"s3cret, \"\"x\"\"\"",
        "\u{feff}ada@example.com;\"Ada, Countess\";\"s3cret, \"\"x\"\"\"\r\n",
        "ada@example.com\tAda, Countess\t\"s3cret, \"\"x\"\"\"\r\n\r\n",
        "ada@example.com,\"Ada, Countess\",\"s3cret, \"\"x\"\"\",,\n,,\n",
    ] {
        assert_eq!(outcome(text), (vec![ada(1)], vec![]), "{text:?}");
    }
    for text in [
        "Email,Name,Password\nada@example.com,\"Ada, Countess\",\"s3cret, \"\"x\"\"\"\n",
        "\u{feff}password;email;name\r\n\"s3cret, \"\"x\"\"\";ada@example.com;Ada, Countess\r\n",
    ] {
        assert_eq!(outcome(text), (vec![ada(2)], vec![]), "{text:?}");
    }
}

#[test]
fn names_and_passwords_may_be_missing() {
    let expected = vec![(1, "ada@example.com".into(), "ada@example.com".into(), "-".into())];
    for text in ["ada@example.com", "ada@example.com,", "ada@example.com,,\n", "ada@example.com;;"] {
        assert_eq!(outcome(text), (expected.clone(), vec![]), "{text:?}");
    }
    assert_eq!(outcome("email\nada@example.com").0[0].1, "ada@example.com");
    assert_eq!(outcome(""), (vec![], vec![]));
    // A password is taken to the letter.
    assert_eq!(outcome("ada@example.com,, with blanks ").0[0].3, " with blanks ");
}

#[test]
fn what_is_refused_is_named_by_its_line() {
    let text = "email,name,password\n\
                ada,Ada,long enough\n\
                \n\
                ada@example.com,Ada,short\n\
                ada@example.com,Ada,long enough\n\
                ADA@example.com,Ada,long enough\n\
                bob@example.com,Bob,long, enough\n\
                eve@example.com,Eve,\u{1}long enough\n\
                zoe@example.com,\"Zoe\n\nZoe\",long enough\n\
                joe@example.com,Joe,long enough\n";
    let (entries, refused) = outcome(text);
    let lines: Vec<_> = entries.iter().map(|entry| entry.0).collect();
    assert_eq!(lines, [5, 12]);
    let words = [
        (2, "the address: expected an e-mail address"),
        (4, "the password is too short: use at least 8 characters"),
        (6, "the address ada@example.com stands in line 5 already"),
        (7, "too many columns"),
        (8, "cannot be typed"),
        (9, "a field holds a line end"),
    ];
    assert_eq!(refused.len(), words.len(), "{refused:?}");
    for ((line, why), (expected, words)) in refused.iter().zip(words) {
        assert!(*line == expected && why.contains(words), "{line}: {why}");
        assert!(!why.contains("long enough") && !why.contains("short,"), "{why}");
    }
    assert_eq!(outcome(b"\xe9@example.com,a\nada@example.com,Ad\xe9").1.len(), 2);
}

#[test]
fn lines_are_counted_whatever_ends_them() {
    for end in ["\n", "\r\n", "\r"] {
        let text = ["", "a", "", "b", "\"c\nd\"", "e", ""].join(end);
        let lines: Vec<_> = outcome(&text).1.into_iter().map(|(line, _)| line).collect();
        assert_eq!(lines, [2, 4, 5, 7], "{text:?}");
    }
}

#[test]
fn a_file_that_is_none_of_this_is_refused_whole() {
    for bytes in
        [&b"\xff\xfea\0"[..], b"\xfe\xff\0a", b"a\0d@example.com", b"email,password,pin\n", b"email,email\n"]
    {
        assert!(read(bytes).is_err(), "{}", bytes.escape_ascii());
    }
}

proptest::proptest! {
    /// Each line of any bytes is an account, refused, or nothing, and none stands for two.
    #[test]
    fn any_bytes_can_be_read(bytes in proptest::collection::vec(proptest::sample::select(b"ab@.,;\"\n\r\t\xff ".to_vec()), 0..200)) {
        if let Ok((entries, refused)) = read(&bytes) {
            let mut lines: Vec<_> = entries.iter().map(|entry| entry.line).chain(refused.iter().map(|refused| refused.line)).collect();
            lines.sort_unstable();
            let all = lines.len();
            lines.dedup();
            assert_eq!(lines.len(), all, "{}", bytes.escape_ascii());
        }
    }
}
