//! Lines broken by their width on the screen.

use ratatui::buffer::CellWidth;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;

/// The cells that a cleaned text takes, line ends not counted.
pub(crate) fn width(text: &str) -> usize {
    text.graphemes(true)
        .filter(|cluster| *cluster != "\n")
        .map(|cluster| usize::from(cluster.cell_width()))
        .sum()
}

/// The text in at most `room` cells; where something is left out, `…` stands at the end.
pub(crate) fn cut(text: &str, room: usize) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let Some(room) = room.checked_sub(1) else { return String::new() };
    let mut used = 0;
    let fits = text.graphemes(true).take_while(|cluster| {
        used += usize::from(cluster.cell_width());
        used <= room
    });
    let mut short: String = fits.collect();
    short.truncate(short.trim_end().len());
    short.push('…');
    short
}

/// The text in exactly `room` cells, cut or filled up with blanks.
pub(crate) fn pad(text: &str, room: usize) -> String {
    let mut padded = cut(text, room);
    padded.extend(std::iter::repeat_n(' ', room.saturating_sub(width(&padded))));
    padded
}

/// One character on the screen.
#[derive(Clone, Copy)]
struct Piece<'a> {
    symbol: &'a str,
    style: Style,
    width: usize,
}

/// Breaks styled text, whose own lines are parted by `\n`, into lines of at most `room` cells: at
/// blanks where there are any, else anywhere. There is always at least one line.
pub(crate) fn wrap(text: &[Span<'_>], room: usize) -> Vec<Line<'static>> {
    let room = room.max(1);
    let mut lines = Vec::new();
    let mut line: Vec<Piece<'_>> = Vec::new();
    let pieces = text.iter().flat_map(|span| {
        let pieces = span.content.graphemes(true);
        pieces.map(|symbol| Piece { symbol, style: span.style, width: measure(symbol) })
    });
    for piece in pieces {
        if piece.symbol == "\n" {
            lines.push(join(&line));
            line.clear();
            continue;
        }
        line.push(piece);
        let too_long = line.iter().map(|piece| piece.width).sum::<usize>() > room;
        // Blanks may hang over the end: they are cut off by `join`.
        if too_long && line.len() > 1 && piece.symbol != " " {
            let rest = line.split_off(break_at(&line));
            lines.push(join(&line));
            line = rest;
        }
    }
    lines.push(join(&line));
    lines
}

fn measure(symbol: &str) -> usize {
    if symbol == "\n" { 0 } else { usize::from(symbol.cell_width()) }
}

/// The index at which the next line begins, in a line that became too long with its last piece: after the last
/// blank, or before the last piece when there is none.
fn break_at(line: &[Piece<'_>]) -> usize {
    match line.iter().rposition(|piece| piece.symbol == " ") {
        // A blank with nothing before it would give an empty line, and the same line again.
        Some(blank) if line[..blank].iter().any(|piece| piece.symbol != " ") => blank + 1,
        _ => line.len() - 1,
    }
}

/// Pieces of the same look become one span. Blanks at the end go.
fn join(line: &[Piece<'_>]) -> Line<'static> {
    let end = line.iter().rposition(|piece| piece.symbol != " ").map_or(0, |last| last + 1);
    let mut spans: Vec<Span<'static>> = Vec::new();
    for piece in &line[..end] {
        match spans.last_mut() {
            Some(span) if span.style == piece.style => span.content.to_mut().push_str(piece.symbol),
            _ => spans.push(Span::styled(piece.symbol.to_owned(), piece.style)),
        }
    }
    Line::from(spans)
}

#[cfg(test)]
mod tests {
    use ratatui::style::Stylize;

    use super::*;

    fn wrapped(text: &str, room: usize) -> Vec<String> {
        wrap(&[Span::raw(text)], room).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn lines_break_at_blanks() {
        assert_eq!(wrapped("the quick brown fox", 10), ["the quick", "brown fox"]);
        assert_eq!(wrapped("the quick  brown", 9), ["the quick", "brown"]);
        assert_eq!(wrapped("exactly ten", 11), ["exactly ten"]);
        assert_eq!(wrapped("", 5), [""]);
        assert_eq!(wrapped("a\n\nb", 5), ["a", "", "b"]);
    }

    #[test]
    fn words_that_are_too_long_break_anywhere() {
        assert_eq!(wrapped("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrapped("a abcdefgh", 3), ["a", "abc", "def", "gh"]);
        assert_eq!(wrapped("   abcd", 4), ["   a", "bcd"]);
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(wrapped("日本語日本語", 5), ["日本", "語日", "本語"]);
        assert_eq!(wrapped("日本", 1), ["日", "本"]);
        assert_eq!(wrapped("e\u{301}e\u{301}", 1), ["e\u{301}", "e\u{301}"]);
    }

    #[test]
    fn looks_are_kept_over_the_break() {
        let lines = wrap(&[Span::raw("see "), Span::raw("this cat").bold(), Span::raw(" here")], 8);
        assert_eq!(lines[0].spans, [Span::raw("see "), Span::raw("this").bold()]);
        assert_eq!(lines[1].spans, [Span::raw("cat").bold(), Span::raw(" here")]);
    }

    #[test]
    fn cutting_and_padding() {
        assert_eq!(cut("hello", 5), "hello");
        assert_eq!(cut("hello there", 7), "hello…");
        assert_eq!(cut("日本語", 4), "日…");
        assert_eq!(cut("abc", 0), "");
        assert_eq!(pad("日本語", 5), "日本…");
        assert_eq!(pad("ab", 4), "ab  ");
    }
}
