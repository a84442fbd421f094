//! The codes that MSN Messenger 6 showed as pictures, and the characters that come closest to these.
//!
//! Codes count in upper and in lower case. Those for which there is no such character (`(M)`, `(?)`, `(%)`, `(brb)`)
//! stay as they are written.

use std::ops::Range;

/// Each picture's codes, and its character.
const CODES: &[(&[&str], &str)] = &[
    (&[":-)", ":)"], "🙂"),
    (&[":-D", ":D"], "😃"),
    (&[";-)", ";)"], "😉"),
    (&[":-O", ":O"], "😮"),
    (&[":-P", ":P"], "😛"),
    (&["(H)"], "😎"),
    (&[":-@", ":@"], "😠"),
    (&[":-S", ":S"], "😕"),
    (&[":-$", ":$"], "😳"),
    (&[":-(", ":("], "🙁"),
    (&[":'("], "😢"),
    (&[":-|", ":|"], "😐"),
    (&["(A)"], "😇"),
    (&["8o|"], "😬"),
    (&["8-|"], "🤓"),
    (&["+o("], "🤢"),
    (&["<:o)"], "🥳"),
    (&["|-)"], "😴"),
    (&["*-)"], "🤔"),
    (&[":-#"], "🤐"),
    (&[":-*"], "🤫"),
    (&["^o)"], "🤨"),
    (&["8-)"], "🙄"),
    (&[":^)"], "🤷"),
    (&["(6)"], "😈"),
    (&["(L)"], "💗"),
    (&["(U)"], "💔"),
    (&["(K)"], "💋"),
    (&["(G)"], "🎁"),
    (&["(F)"], "🌹"),
    (&["(W)"], "🥀"),
    (&["(P)"], "📷"),
    (&["(~)"], "🎬"),
    (&["(@)"], "🐱"),
    (&["(&)"], "🐶"),
    (&["(T)"], "📞"),
    (&["(I)"], "💡"),
    (&["(8)"], "🎵"),
    (&["(S)"], "🌙"),
    (&["(*)"], "⭐"),
    (&["(E)"], "📧"),
    (&["(O)"], "🕐"),
    (&["(C)"], "☕"),
    (&["(Y)"], "👍"),
    (&["(N)"], "👎"),
    (&["(B)"], "🍺"),
    (&["(D)"], "🍸"),
    (&["(X)"], "👧"),
    (&["(Z)"], "👦"),
    (&["({)", "(})"], "🤗"),
    (&[":-[", ":["], "🦇"),
    (&["(^)"], "🎂"),
    (&["(#)"], "🌞"),
    (&["(R)"], "🌈"),
    (&["(sn)"], "🐌"),
    (&["(tu)"], "🐢"),
    (&["(bah)"], "🐑"),
    (&["(pl)"], "🍴"),
    (&["(||)"], "🥣"),
    (&["(pi)"], "🍕"),
    (&["(so)"], "⚽"),
    (&["(au)"], "🚗"),
    (&["(ap)"], "🛫"),
    (&["(um)"], "☔"),
    (&["(ip)"], "🌴"),
    (&["(co)"], "💻"),
    (&["(mp)"], "📱"),
    (&["(st)"], "🌧\u{fe0f}"),
    (&["(li)"], "⚡"),
    (&["(mo)"], "💰"),
    (&["(h5)"], "✋"),
    (&["(yn)"], "🤞"),
    (&["(ci)"], "🚬"),
    (&["(xx)"], "🎮"),
];

/// The text with characters for its codes. Addresses of the web stay as they are.
pub(crate) fn shown(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((code, emoji)) = first(rest) {
        shown.push_str(&rest[..code.start]);
        shown.push_str(emoji);
        rest = &rest[code.end..];
    }
    shown + rest
}

/// The first code in a text, and its character.
fn first(text: &str) -> Option<(Range<usize>, &'static str)> {
    let mut before = None;
    let mut address = 0..0;
    for (at, char) in text.char_indices() {
        if before.is_none_or(char::is_whitespace) {
            // A word is judged at its beginning, for all of its characters.
            let word = text[at..].split(char::is_whitespace).next().unwrap_or_default();
            let is_address = word.contains("://") || word.starts_with("www.");
            address = if is_address { at..at + word.len() } else { 0..0 };
        }
        if !address.contains(&at)
            && let Some((length, emoji)) = code_at(before, &text[at..])
        {
            return Some((at..at + length, emoji));
        }
        before = Some(char);
    }
    None
}

/// The longest code that `text` begins with. One that ends, or begins, with a letter or a digit is not part of a word:
/// `:D` is a code, `x:Dan` has none.
fn code_at(before: Option<char>, text: &str) -> Option<(usize, &'static str)> {
    let fits = |code: &&str| {
        // `get` is `None` in the middle of a character, which is no code then.
        let begins = text.get(..code.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(code));
        let is_word = |char: Option<char>| char.is_some_and(char::is_alphanumeric);
        // Only a letter beside a letter joins a word: `:)` may stand anywhere.
        let edge = |edge: Option<char>, beside: Option<char>| !(is_word(edge) && is_word(beside));
        begins
            && edge(code.chars().next(), before)
            && edge(code.chars().next_back(), text[code.len()..].chars().next())
    };
    let codes = CODES.iter().flat_map(|(codes, emoji)| codes.iter().map(move |code| (*code, *emoji)));
    let longest = codes.filter(|(code, _)| fits(code)).max_by_key(|(code, _)| code.len());
    longest.map(|(code, emoji)| (code.len(), emoji))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_shown_in_either_case() {
        for (text, emoji) in [
            (":)", "🙂"),
            ("Hi:-)", "Hi🙂"),
            ("I (l) you (L)!", "I 💗 you 💗!"),
            (":d :D :-d", "😃 😃 😃"),
            ("<:o) 8o| :'( (h5)", "🥳 😬 😢 ✋"),
            ("(y)(N)", "👍👎"),
            ("日本:)é;)", "日本🙂é😉"),
            ("line\n:(", "line\n🙁"),
            ("", ""),
        ] {
            assert_eq!(shown(text), emoji, "{text}");
        }
    }

    #[test]
    fn words_and_addresses_stay() {
        for text in [
            "x:Dan",
            "at 10:pm",
            "http://a.example/(y)/:)",
            "see www.example.com/(8)",
            "(M) (?) (brb)",
            "18-) 18o|",
            "C:\\Dokumente",
            "():",
        ] {
            assert_eq!(shown(text), text);
        }
        assert_eq!(shown("http://x/ :)"), "http://x/ 🙂");
    }

    #[test]
    fn no_code_is_there_twice() {
        let mut seen = HashSet::new();
        for (codes, emoji) in CODES {
            assert!(!emoji.is_ascii());
            assert!(
                codes.iter().all(|code| code.is_ascii() && seen.insert(code.to_ascii_lowercase())),
                "{codes:?}"
            );
        }
    }
}
