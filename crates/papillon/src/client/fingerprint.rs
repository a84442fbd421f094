//! SHA-256 fingerprints of certificates, written as OpenSSL writes them.

/// A fingerprint.
pub(super) type Fingerprint = [u8; 32];

/// The prefix of a fingerprint in the file of known authorities.
pub(super) const PREFIX: &str = "SHA256:";

/// `SHA256:AB:CD:…`
pub(super) fn words(fingerprint: &Fingerprint) -> String {
    let bytes: Vec<_> = fingerprint.iter().map(|byte| format!("{byte:02X}")).collect();
    format!("{PREFIX}{}", bytes.join(":"))
}

/// Reads the form that `words` writes.
pub(super) fn parse(words: &str) -> Option<Fingerprint> {
    let byte = |word: &str| {
        // Signs are read by `from_str_radix`.
        let fits = word.len() == 2 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        u8::from_str_radix(word, 16).ok().filter(|_| fits)
    };
    let bytes: Option<Vec<u8>> = words.strip_prefix(PREFIX)?.split(':').map(byte).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_reads_back() {
        let fingerprint: Fingerprint = std::array::from_fn(|at| at as u8 * 7);
        let words = words(&fingerprint);
        assert!(words.starts_with("SHA256:00:07:0E:"), "{words}");
        assert_eq!(parse(&words), Some(fingerprint));
        for bad in
            ["", "SHA256:", "SHA256:00", &words[7..], &(words.clone() + ":00"), &words.replace("07", "+7")]
        {
            assert_eq!(parse(bad), None, "{bad}");
        }
    }
}
