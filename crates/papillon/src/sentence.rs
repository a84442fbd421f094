//! Errors as one sentence for people.

/// The error and its causes in one line. Many errors already quote their cause: that is not said
/// twice.
pub(crate) fn of(error: &anyhow::Error) -> String {
    let mut sentence = String::new();
    for words in error.chain().map(ToString::to_string) {
        if sentence.is_empty() {
            sentence = words;
        } else if !sentence.contains(&words) {
            sentence.push_str(": ");
            sentence.push_str(&words);
        }
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cause_that_is_quoted_is_not_repeated() {
        let error = anyhow::anyhow!("no such file").context("x.toml: no such file");
        assert_eq!(of(&error), "x.toml: no such file");
        let error = anyhow::anyhow!("no such file").context("x.toml cannot be read");
        assert_eq!(of(&error), "x.toml cannot be read: no such file");
    }
}
