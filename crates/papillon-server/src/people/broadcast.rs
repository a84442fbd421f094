//! What the service itself tells everybody who is signed in to this node.

use msnp::command::{msg, not};
use msnp::message::SystemMessage;
use msnp::wire::Encode;

use crate::delivery::Deliveries;
use crate::people::Session;
use crate::service::Service;

/// The site and the category of the calendar's alerts: the only ones whose form is known (HYP v2.0).
const SITE: &str = "111100200";
const CATEGORY: &str = "111100201";

/// Tells that the service goes down for maintenance in so many minutes. Clients have words of their
/// own for it. Returns to how many people it was sent.
pub(crate) fn maintenance(service: &Service, minutes: u32) -> usize {
    let payload = SystemMessage::shutting_down(minutes).to_message().to_bytes();
    let line = msg::FromService { payload }.to_bytes();
    let sessions = service.sessions.all();
    let mut out = Deliveries::new();
    for session in &sessions {
        out.send(&session.outbox, line.clone());
    }
    sessions.len()
}

/// Shows a text as an alert: the system message knows no text, and nothing else that a service can
/// send is shown. Returns to how many people it was sent.
pub(crate) fn alert(service: &Service, text: &str) -> usize {
    let sessions = service.sessions.all();
    let mut out = Deliveries::new();
    for session in &sessions {
        let site = service.page(session.origin.local, "");
        let xml = document(session, &site, text).into();
        out.send(&session.outbox, not::Push { xml }.to_bytes());
    }
    sessions.len()
}

/// The alert for one person. It ends with a line end: a client that does not know alerts, and so
/// does not know that a payload follows, finds the beginning of the next command all the same.
fn document(session: &Session, site: &str, text: &str) -> String {
    let id = session.account.0;
    let (high, low) = (id >> 32 & 0xffff_ffff, id & 0xffff_ffff);
    let (name, site, text) = (escaped(session.handle.as_str()), escaped(site), escaped(text));
    format!(
        "<NOTIFICATION ver=\"1\" siteid=\"{SITE}\" siteurl=\"{site}\" id=\"1\">\r\n\
         <TO pid=\"0x{high:08x}:0x{low:08x}\" name=\"{name}\" />\r\n\
         <MSG pri=\"\" id=\"1\">\r\n\
         <ACTION url=\"/\"/><SUBSCR url=\"/account\"/><CAT id=\"{CATEGORY}\" />\r\n\
         <BODY lang=\"1033\" icon=\"/mark.gif\"><TEXT>{text}</TEXT></BODY>\r\n\
         </MSG>\r\n</NOTIFICATION>\r\n"
    )
}

fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => escaped.push(' '),
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn a_text_stays_text() {
        assert_eq!(escaped("<a b=\"c\">\r\n&d é"), "&lt;a b=&quot;c&quot;&gt;  &amp;d é");
    }
}
