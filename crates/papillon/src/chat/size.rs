//! Numbers of bytes for people.

/// `1.2 MB`; thousands, as file managers count.
pub(crate) fn bytes(count: u64) -> String {
    let mut rest = count as f64;
    for unit in ["bytes", "kB", "MB", "GB"] {
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

#[cfg(test)]
mod tests {
    #[test]
    fn sizes_have_three_digits() {
        for (count, words) in [
            (0, "0 bytes"),
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
