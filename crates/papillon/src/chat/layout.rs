//! The layout of the screen.

use ratatui::layout::Rect;

/// A smaller window than this shows nothing but the wish for a larger one.
const MIN_WIDTH: u16 = 30;
const MIN_HEIGHT: u16 = 12;
/// A narrower window than this shows either the contact list or the conversation.
const BOTH_WIDTH: u16 = 64;
/// The most lines of the input line.
const MAX_INPUT: u16 = 5;
/// The cells before the input line.
pub(crate) const PROMPT: u16 = 2;

/// The parts that need room.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wants {
    /// Whether a person waits for an answer.
    pub(crate) question: bool,
    /// Whether the contact list has the keys.
    pub(crate) list: bool,
    /// The number of lines that are being written.
    pub(crate) input_rows: u16,
}

/// The parts of the screen. All are empty when the window is too small.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Panes {
    /// The own name and status.
    pub(crate) top: Rect,
    /// The line below.
    pub(crate) rule: Rect,
    /// The contact list.
    pub(crate) list: Option<Rect>,
    /// The line between the list and the conversation.
    pub(crate) divider: Option<Rect>,
    /// The names of the tabs.
    pub(crate) tabs: Rect,
    /// The people in the conversation.
    pub(crate) title: Rect,
    /// The transcript.
    pub(crate) transcript: Option<Rect>,
    /// The people that type.
    pub(crate) typing: Rect,
    /// The line below all that.
    pub(crate) floor: Rect,
    /// The question about a person that added this account.
    pub(crate) question: Option<Rect>,
    /// The notice.
    pub(crate) notice: Rect,
    /// The input line.
    pub(crate) input: Rect,
    /// The keys.
    pub(crate) keys: Rect,
}

/// Whether there is room for anything.
pub(crate) fn is_too_small(screen: Rect) -> bool {
    screen.width < MIN_WIDTH || screen.height < MIN_HEIGHT
}

/// The number of cells of a line that is being written.
pub(crate) fn input_room(screen: Rect) -> usize {
    usize::from(screen.width.saturating_sub(PROMPT))
}

/// Shares out the screen.
pub(crate) fn panes(screen: Rect, wants: Wants) -> Panes {
    if is_too_small(screen) {
        return Panes::default();
    }
    let mut rest = screen;
    let top = from_top(&mut rest, 1);
    let rule = from_top(&mut rest, 1);
    let keys = from_bottom(&mut rest, 1);
    // A sixth of a small window: the rest is for the conversation. With `MIN_HEIGHT` that is two lines.
    let input = from_bottom(&mut rest, wants.input_rows.clamp(1, MAX_INPUT.min(screen.height / 6)));
    let notice = from_bottom(&mut rest, 1);
    let question = wants.question.then(|| from_bottom(&mut rest, 1));
    let floor = from_bottom(&mut rest, 1);
    let mut panes = Panes { top, rule, floor, question, notice, input, keys, ..Panes::default() };
    let both = screen.width >= BOTH_WIDTH;
    if both || wants.list {
        let width = if both { (screen.width * 3 / 10).clamp(22, 34) } else { screen.width };
        panes.list = Some(from_left(&mut rest, width));
    }
    if both {
        panes.divider = Some(from_left(&mut rest, 1));
    }
    if both || !wants.list {
        panes.tabs = from_top(&mut rest, 1);
        panes.title = from_top(&mut rest, 1);
        panes.typing = from_bottom(&mut rest, 1);
        panes.transcript = Some(rest);
    }
    panes
}

fn from_top(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    let part = Rect { height, ..*rest };
    *rest = Rect { y: rest.y + height, height: rest.height - height, ..*rest };
    part
}

fn from_bottom(rest: &mut Rect, height: u16) -> Rect {
    let height = height.min(rest.height);
    rest.height -= height;
    Rect { y: rest.y + rest.height, height, ..*rest }
}

fn from_left(rest: &mut Rect, width: u16) -> Rect {
    let width = width.min(rest.width);
    let part = Rect { width, ..*rest };
    *rest = Rect { x: rest.x + width, width: rest.width - width, ..*rest };
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    const WANTS: Wants = Wants { question: true, list: true, input_rows: 40 };

    #[test]
    fn everything_is_inside_the_window_and_something_is_readable() {
        for width in 0..130 {
            for height in 0..40 {
                let screen = Rect::new(0, 0, width, height);
                for list in [true, false] {
                    let panes = panes(screen, Wants { list, ..WANTS });
                    let shown = panes.list.into_iter().chain(panes.transcript);
                    let all = [panes.top, panes.tabs, panes.title, panes.typing, panes.input, panes.keys];
                    for pane in all.into_iter().chain(shown.clone()) {
                        assert_eq!(pane.intersection(screen).area(), pane.area(), "{screen:?} {pane:?}");
                    }
                    let readable = shown.clone().count() > 0 && shown.clone().all(|pane| pane.area() > 0);
                    assert_eq!(readable, !is_too_small(screen), "{screen:?}");
                }
            }
        }
    }

    #[test]
    fn narrow_windows_show_one_of_the_two() {
        let at = |width, list| panes(Rect::new(0, 0, width, 24), Wants { list, ..WANTS });
        assert!(at(63, true).list.is_some() && at(63, true).transcript.is_none());
        assert!(at(63, false).list.is_none() && at(63, false).transcript.is_some());
        assert!(at(64, true).list.is_some() && at(64, true).transcript.is_some());
    }
}
