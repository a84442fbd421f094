//! Sizes in bytes, as people write and read them.

/// `1.2 MB`; thousands, as file managers count.
pub(crate) fn bytes(count: u64) -> String {
    if count == 1 {
        return "1 byte".into();
    }
    let mut rest = count as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
        // From 999.5 on, rounding would show four digits: the next unit begins there.
        if rest < 999.5 {
            return if unit == "bytes" || rest >= 99.5 {
                format!("{rest:.0} {unit}")
            } else {
                format!("{rest:.1} {unit}")
            };
        }
        rest /= 1000.0;
    }
    format!("{rest:.1} TB")
}

/// Reads `500`, `20k`, `100M` or `2 GB`; the error lists the forms.
pub(crate) fn parse(text: &str) -> Result<u64, String> {
    let expected = || String::from("expected a number of bytes such as 500k, 100M or 2G");
    let text = text.trim().to_ascii_lowercase();
    let text = text.strip_suffix('b').unwrap_or(&text);
    let digits = text.trim_end_matches(|char: char| !char.is_ascii_digit());
    let unit = match text[digits.len()..].trim() {
        "" => 1,
        "k" => 1_000,
        "m" => 1_000_000,
        "g" => 1_000_000_000,
        "t" => 1_000_000_000_000,
        _ => return Err(expected()),
    };
    let count = digits.parse::<u64>().map_err(|_| expected())?;
    count.checked_mul(unit).ok_or_else(expected)
}

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_are_read_as_people_write_them() {
        for (text, count) in
            [("0", 0), ("500", 500), ("20k", 20_000), ("100M", 100_000_000), ("2 GB", 2_000_000_000)]
        {
            assert_eq!(super::parse(text), Ok(count), "{text}");
        }
        for bad in ["", "k", "-1", "1.5G", "1x", "1 k k", "99999999999T"] {
            assert!(super::parse(bad).unwrap_err().contains("100M"), "{bad}");
        }
    }

    #[test]
    fn sizes_have_three_digits() {
        for (count, words) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1_000, "1.0 kB"),
            (12_345, "12.3 kB"),
            (123_456, "123 kB"),
            (999_600, "1.0 MB"),
            (4_000_000_000, "4.0 GB"),
            (u64::MAX, "18446744.1 TB"),
        ] {
            assert_eq!(super::bytes(count), words);
        }
    }
}
