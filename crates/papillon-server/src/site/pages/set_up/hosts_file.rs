//! The lines for the hosts file of a legacy machine.

use std::net::Ipv4Addr;

use crate::addresses::old_hosts;

/// One line for each name, as they stand in the file.
pub(super) fn lines(address: Ipv4Addr) -> Vec<String> {
    old_hosts::needed().map(|name| format!("{address}  {name}")).collect()
}

/// The same as a file to download. Windows' editor knows no other end of a line than CR LF.
pub(super) fn file(address: Ipv4Addr) -> String {
    let mut text =
        String::from("# MSN Messenger signs in at Papillon: add these lines to the hosts file.\r\n");
    for line in lines(address) {
        text.extend([&line, "\r\n"]);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_has_a_line() {
        let text = file(Ipv4Addr::new(192, 0, 2, 9));
        assert!(text.contains("\r\n192.0.2.9  nexus.passport.com\r\n"), "{text}");
        assert_eq!(text.matches('\n').count(), text.matches("\r\n").count());
        assert_eq!(text.lines().count(), old_hosts::needed().count() + 1);
    }
}
