//! Passwords that can be read from one screen and typed at another.

use std::fmt::Write as _;

/// Butterflies and what they sit on. Sixty-four: six bits a word.
const WORDS: [&str; 64] = [
    "admiral",
    "alder",
    "amber",
    "apollo",
    "argus",
    "aspen",
    "aster",
    "birch",
    "bluebell",
    "brimstone",
    "burdock",
    "cardinal",
    "clover",
    "comma",
    "copper",
    "cowslip",
    "daisy",
    "dandelion",
    "dusky",
    "elder",
    "emperor",
    "fennel",
    "fern",
    "foxglove",
    "garlic",
    "gorse",
    "grayling",
    "hairstreak",
    "hawthorn",
    "heath",
    "heather",
    "hedge",
    "holly",
    "iris",
    "ivy",
    "lavender",
    "lilac",
    "marbled",
    "marigold",
    "meadow",
    "milkweed",
    "mint",
    "monkshood",
    "nettle",
    "oak",
    "orange",
    "painted",
    "peacock",
    "primrose",
    "purple",
    "ringlet",
    "rowan",
    "sage",
    "silver",
    "skipper",
    "sorrel",
    "speckled",
    "swallow",
    "thistle",
    "thyme",
    "vetch",
    "violet",
    "willow",
    "yarrow",
];

/// How many words a password has.
const COUNT: usize = 4;

/// A new password: four words and a number under a hundred, some 30 bits. The service lets nobody guess
/// more than ten times a minute.
pub(super) fn new() -> String {
    let mut password = String::new();
    for _ in 0..COUNT {
        password.push_str(WORDS[rand::random_range(0..WORDS.len())]);
        password.push('-');
    }
    // Writing to a string cannot fail.
    let _ = write!(password, "{:02}", rand::random_range(0..100));
    password
}

/// A new password for no human being.
pub(super) fn for_a_machine() -> String {
    format!("{:032x}", rand::random::<u128>())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn passwords_are_readable_and_differ() {
        let passwords: BTreeSet<String> = (0..100).map(|_| new()).collect();
        assert_eq!(passwords.len(), 100);
        for password in passwords {
            let parts: Vec<_> = password.split('-').collect();
            assert_eq!(parts.len(), COUNT + 1, "{password}");
            assert!(parts[..COUNT].iter().all(|word| WORDS.contains(word)), "{password}");
            assert!(parts[COUNT].len() == 2 && parts[COUNT].parse::<u8>().is_ok(), "{password}");
        }
    }

    #[test]
    fn every_word_counts_once() {
        assert_eq!(WORDS.iter().collect::<BTreeSet<_>>().len(), WORDS.len());
        assert_eq!(for_a_machine().len(), 32);
    }
}
