//! Scrolling back in a conversation.

use super::App;
use crate::chat::draw::transcript;

impl App {
    /// Goes up so many lines of the screen, or down when it is negative.
    pub(super) fn scroll(&mut self, by: isize) {
        let Some(pane) = self.panes().transcript else { return };
        let wanted = self.tab().transcript.scroll.saturating_add_signed(by);
        // Only the way up has an end that must be measured, and that lays out the whole transcript.
        let hidden = if by > 0 { self.height_of(self.current, usize::MAX) } else { usize::MAX };
        let most = hidden.saturating_sub(usize::from(pane.height));
        self.tab_mut().transcript.scroll = wanted.min(most);
    }

    /// Goes to the first line.
    pub(super) fn scroll_to_top(&mut self) {
        self.scroll(isize::MAX);
    }

    /// Goes to the last line.
    pub(super) fn scroll_to_bottom(&mut self) {
        self.tab_mut().transcript.scroll = 0;
    }

    /// The height of a page, less one line that one sees twice.
    pub(super) fn page(&self) -> isize {
        let panes = self.panes();
        let height = panes.transcript.or(panes.list).map_or(2, |pane| pane.height);
        isize::try_from(height.saturating_sub(1).max(1)).unwrap_or(1)
    }

    /// After entries were added: a text that is read further up does not move.
    pub(super) fn hold_position(&mut self, tab: usize, added: usize) {
        if self.tabs[tab].transcript.scroll > 0 {
            let more = self.height_of(tab, added);
            self.tabs[tab].transcript.scroll += more;
        }
    }

    /// The height of a tab's last entries.
    fn height_of(&self, tab: usize, entries: usize) -> usize {
        let width = self.panes().transcript.map_or(80, |pane| pane.width);
        let last = self.tabs[tab].transcript.entries().rev().take(entries);
        last.map(|entry| transcript::lines(self, &self.tabs[tab], entry, width).len()).sum()
    }
}
