//! The portions of a long text, each short enough for a message.

use unicode_segmentation::UnicodeSegmentation;

/// The most bytes of text in one message. The service takes 1664 with the headers, which leaves 264 for these.
const MOST: usize = 1_400;

/// The text in parts that each fit into one message, cut at line ends and blanks where there are
/// any.
pub(crate) fn of(text: &str) -> Vec<&str> {
    let mut portions = Vec::new();
    let mut rest = text;
    while on_the_wire(rest) > MOST {
        let (portion, more) = rest.split_at(cut(rest));
        portions.push(portion.trim_end());
        rest = more.trim_start_matches(['\n', ' ']);
    }
    portions.push(rest);
    portions.retain(|portion| !portion.is_empty());
    portions
}

/// A line end is two bytes there.
fn on_the_wire(text: &str) -> usize {
    text.len() + text.matches('\n').count()
}

/// The end of the first portion, in bytes.
fn cut(text: &str) -> usize {
    let mut bytes = 0;
    let mut end = 0;
    for cluster in text.graphemes(true) {
        bytes += on_the_wire(cluster);
        if bytes > MOST {
            break;
        }
        end += cluster.len();
    }
    // A single character is never that long: texts are cleaned.
    let end = if end == 0 { text.len() } else { end };
    let (head, tail) = text.split_at(end);
    if tail.starts_with(['\n', ' ']) {
        return end;
    }
    // Not in the first half: that would make many short portions of one long word.
    let best = head.rfind('\n').filter(|at| *at > end / 2).or_else(|| head.rfind(' '));
    best.filter(|at| *at > end / 2).map_or(end, |at| at + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_texts_stay_whole() {
        assert_eq!(of("hello\nthere"), ["hello\nthere"]);
        assert!(of("").is_empty());
    }

    #[test]
    fn long_texts_are_cut_where_nothing_is_torn() {
        let words = "word ".repeat(1_000);
        let portions = of(words.trim_end());
        assert!(
            portions.len() == 4 && portions.iter().all(|part| part.len() <= MOST && part.ends_with("word"))
        );
        assert_eq!(portions.join(" "), words.trim_end());

        let lines = "a line of text\n".repeat(300);
        let portions = of(lines.trim_end());
        assert!(portions.iter().all(|part| on_the_wire(part) <= MOST && part.ends_with("text")));
        assert_eq!(portions.join("\n"), lines.trim_end());

        let family = "👩‍👩‍👧".repeat(200);
        let portions = of(&family);
        assert!(portions.iter().all(|part| part.len() <= MOST && part.len() % "👩‍👩‍👧".len() == 0));
        assert_eq!(portions.concat(), family);
    }
}
