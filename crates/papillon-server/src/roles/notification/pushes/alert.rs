//! The document of an alert (`NOT`).

use crate::people::change::Alert;

/// The site and the category of the calendar's alerts: the only ones whose form is known (HYP v2.0).
const SITE: &str = "111100200";
const CATEGORY: &str = "111100201";

/// The alert for one person. It ends with a line end: a client that does not know alerts, and so
/// does not know that a payload follows, finds the beginning of the next command all the same.
pub(super) fn document(alert: &Alert) -> String {
    let id = alert.account.0;
    let (high, low) = (id >> 32 & 0xffff_ffff, id & 0xffff_ffff);
    let (name, site, text) = (escaped(alert.handle.as_str()), escaped(&alert.site), escaped(&alert.text));
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
