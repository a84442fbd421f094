//! `.reg` files: Windows asks one question and then writes them into its registry.
//!
//! The form is the one of Windows 95, which all later versions read: the first line `REGEDIT4`, lines ending in
//! CR LF, nothing but ASCII.

use std::net::Ipv4Addr;

/// The key under which MSN Messenger 5.0 to 6.2 keeps the notification server of the last sign-in, to try it first
/// (KRU).
const MESSENGER: &str = r"HKEY_CURRENT_USER\Software\Microsoft\MSNMessenger";
/// The key of the settings of Internet Explorer, which MSN Messenger uses for HTTPS.
const INTERNET: &str = r"HKEY_CURRENT_USER\Software\Microsoft\Windows\CurrentVersion\Internet Settings";
/// "Use SSL 3.0" (0x20) and "Use TLS 1.0" (0x80): the two boxes that Internet Explorer 5 and 6 need ticked here.
const SECURE_PROTOCOLS: u32 = 0x20 | 0x80;

/// Sends MSN Messenger 5.0 to 6.2 to this service. `host` is only named; it holds nothing but the characters that a
/// host's name can. Without an address the remembered server is forgotten, and the client asks by name.
pub(super) fn set(host: &str, address: Option<Ipv4Addr>, port: u16) -> String {
    let server = match address {
        // The list that the client itself leaves there: a host, and the same with its port (seen in use with a
        // server that stood between the client and the service).
        Some(address) => format!("\"{address};{address}:{port}\""),
        None => "-".to_owned(),
    };
    lines(&[
        &format!("; MSN Messenger 5.0 to 6.2 signs in at {host}."),
        "; For Windows 95, 98, Me, NT 4.0, 2000 and XP only. undo.reg takes it back.",
        "",
        &format!("[{MESSENGER}]"),
        &format!("\"Server\"={server}"),
        "",
        &format!("[{INTERNET}]"),
        &format!("\"SecureProtocols\"=dword:{SECURE_PROTOCOLS:08x}"),
    ])
}

/// Undoes [`set`]: the client and Internet Explorer go back to their own settings.
pub(super) fn undo() -> String {
    lines(&[
        "; Takes back what papillon.reg did.",
        "",
        &format!("[{MESSENGER}]"),
        "\"Server\"=-",
        "",
        &format!("[{INTERNET}]"),
        "\"SecureProtocols\"=-",
    ])
}

fn lines(lines: &[&str]) -> String {
    let mut text = String::from("REGEDIT4\r\n\r\n");
    for line in lines {
        text.extend([line, "\r\n"]);
    }
    text.push_str("\r\n");
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_form_is_the_old_one() {
        for text in [set("msn.example.org", Some(Ipv4Addr::new(192, 0, 2, 9)), 1863), undo()] {
            assert!(text.starts_with("REGEDIT4\r\n\r\n") && text.ends_with("\r\n\r\n"), "{text}");
            assert!(text.is_ascii() && text.matches('\n').count() == text.matches("\r\n").count(), "{text}");
            assert_eq!(text.matches('\r').count(), text.matches("\r\n").count(), "{text}");
        }
    }

    #[test]
    fn the_values_are_those_that_the_client_reads() {
        let text = set("msn.example.org", Some(Ipv4Addr::new(192, 0, 2, 9)), 1863);
        assert!(text.contains("\\MSNMessenger]\r\n\"Server\"=\"192.0.2.9;192.0.2.9:1863\"\r\n"), "{text}");
        assert!(text.contains("\"SecureProtocols\"=dword:000000a0\r\n"), "{text}");
        assert!(set("h", None, 1863).contains("\"Server\"=-\r\n"));
    }

    #[test]
    fn everything_that_is_set_is_taken_back() {
        let names = |text: &str| -> Vec<String> {
            let lines = text.lines().filter(|line| line.starts_with(['[', '"']));
            lines.map(|line| line.split('=').next().unwrap_or_default().to_owned()).collect()
        };
        assert_eq!(names(&set("h", None, 1)), names(&undo()));
    }
}
