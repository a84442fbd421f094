//! Messages that other commands send in the name of the user.

use super::{App, Body, Delivery};
use crate::clean;
use crate::control::Said;

impl App {
    /// Another command has said something, and it was delivered.
    pub(crate) fn said_elsewhere(&mut self, said: &Said) {
        let Some(one) = said.with.first() else { return };
        let tab = self.tab_of(said.conversation, one);
        let text = clean::lines(&said.text).trim_end().to_owned();
        self.push(tab, Body::Said { text, delivery: Delivery::Delivered });
    }
}
