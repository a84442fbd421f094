//! The choice of the emoticons that a text uses.

use std::ops::Range;

use msnp::message::{Emoticon, Emoticons};

use crate::switchboard::MAX_PAYLOAD;

/// The most members whose emoticons one conversation remembers.
pub(super) const MAX_SENDERS: usize = 200;
/// aMSN sends five still ones and five moving ones for one text, in two messages.
const MAX_REMEMBERED: usize = 2 * Emoticons::MAX_PAIRS;

/// Adds announced emoticons to those that wait for their text; of two for one shortcut the later
/// counts.
pub(super) fn remember(known: &mut Vec<Emoticon>, announced: Vec<Emoticon>) {
    for emoticon in announced {
        known.retain(|old| old.shortcut() != emoticon.shortcut());
        known.push(emoticon);
    }
    // A member that announces without end pushes out its own oldest ones, not those of others.
    let surplus = known.len().saturating_sub(MAX_REMEMBERED);
    known.drain(..surplus);
}

/// The emoticons of `known` that occur in the text outside of web addresses, at most five. A shortcut
/// is matched exactly; of two that begin alike, each counts by itself.
pub(super) fn used<T: Clone>(known: &[T], text: &str, shortcut: impl Fn(&T) -> &str) -> Vec<T> {
    let urls = urls(text);
    let is_used = |one: &&T| {
        let shortcut = shortcut(one);
        let mut found = text.match_indices(shortcut).map(|(at, _)| at..at + shortcut.len());
        !shortcut.is_empty() && found.any(|at| !urls.iter().any(|url| overlap(url, &at)))
    };
    known.iter().filter(is_used).take(Emoticons::MAX_PAIRS).cloned().collect()
}

fn overlap(one: &Range<usize>, other: &Range<usize>) -> bool {
    one.start < other.end && other.start < one.end
}

/// The ranges of words that look like addresses: a picture in one would break it (NINA).
fn urls(text: &str) -> Vec<Range<usize>> {
    // `split_whitespace` tells no offsets. Each word is a slice of `text`, so the difference of their addresses is one.
    let start = text.as_ptr() as usize;
    let words = text.split_whitespace().map(|word| {
        let at = word.as_ptr() as usize - start;
        (at, word)
    });
    let url = |(at, word): (usize, &str)| {
        let lower = word.to_ascii_lowercase();
        let begin =
            ["http://", "https://", "ftp://", "www."].iter().filter_map(|sign| lower.find(sign)).min()?;
        Some(at + begin..at + word.len())
    };
    words.filter_map(url).collect()
}

/// The message that goes before a text. Emoticons that do not fit are removed from the list.
pub(super) fn announcement(emoticons: &mut Vec<Emoticon>) -> Option<bytes::Bytes> {
    emoticons.truncate(Emoticons::MAX_PAIRS);
    while !emoticons.is_empty() {
        let message = Emoticons { emoticons: emoticons.clone(), animated: false };
        let payload = message.to_message().to_bytes();
        if payload.len() <= MAX_PAYLOAD {
            return Some(payload);
        }
        // Each pair carries a whole MSNObject, and five of them with long shortcuts exceed one message. The last ones
        // are left out: their shortcuts then stand in the text as letters.
        emoticons.pop();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn used_in(text: &str) -> Vec<&'static str> {
        used(&["(tux)", "(TUX)", ":/", "é", "1", "2", "3", "4"], text, |shortcut| shortcut)
    }

    #[test]
    fn a_shortcut_counts_wherever_it_is_exactly() {
        assert_eq!(used_in("a(tux)b"), ["(tux)"]);
        assert_eq!(used_in("(Tux)"), [""; 0]);
        assert_eq!(used_in("caf\u{e9} (TUX)"), ["(TUX)", "é"]);
        assert_eq!(used_in(""), [""; 0]);
    }

    #[test]
    fn not_inside_addresses() {
        assert_eq!(used_in("see http://a.b/1 and WWW.x.y/2"), [""; 0]);
        assert_eq!(used_in("3http://a.b/1"), ["3"]);
        assert_eq!(used_in("http://a.b :/"), [":/"]);
    }

    #[test]
    fn at_most_five() {
        assert_eq!(used_in("(tux) (TUX) :/ é 1 2 3 4").len(), 5);
    }
}
