//! The properties that hold for every input.

use proptest::prelude::*;

use super::*;

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*", list in "([A-Za-z-]{0,7}[=,' %:/\\[\\]]{0,3}){0,20}") {
        for text in [&text, &list, &format!("Passport1.4 {text}"), &format!("Passport1.4 {list}")] {
            let _ = Credentials::parse(text);
            let _ = PassportUrls::parse(text).map(|urls| urls.endpoint().is_some());
            let _ = PassportUrls::parse(&format!("DALogin={text}"));
            let _ = AuthenticationInfo::parse(text);
            let _ = Failure::parse(&format!("Passport1.4 da-status=failed,{text}"));
            let _ = Challenge::parse(text).map(|challenge| challenge.with(text, text).pairs().count());
        }
    }

    #[test]
    fn credentials_read_back_without_blanks_around_the_name(
        before in "\\s{0,3}", name in "\\S(.{0,18}\\S)?", after in "\\s{0,3}", password: String, time: u64,
        tpf: String, has_challenge: bool,
    ) {
        let challenge = has_challenge.then(|| Challenge::new(time, &tpf));
        let typed = Credentials { sign_in: format!("{before}{name}{after}"), password: password.into(), challenge };
        let read = Credentials { sign_in: name, ..typed.clone() };
        prop_assert_eq!(Credentials::parse(&typed.to_header()), Ok(read));
    }

    #[test]
    fn urls_read_back(host in "[a-z0-9.-]{1,20}", port: Option<u16>, path in "[a-z/.=:]{0,20}", version: u32) {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let mut urls = PassportUrls::new(format!("{host}{port}/{path}"));
        urls.config_version = version;
        prop_assert_eq!(PassportUrls::parse(&urls.to_header_value()), Ok(urls));
    }

    #[test]
    fn answers_read_back(ticket in "[A-Za-z0-9!*$&=.-]{1,99}", url: Option<String>, text: Option<String>) {
        let info = AuthenticationInfo::new(&ticket).unwrap();
        prop_assert_eq!(AuthenticationInfo::parse(&info.to_header_value()), Ok(info));
        let url = url.map(|url| guard(&url));
        let failure = Failure { url, text };
        prop_assert_eq!(Failure::parse(&failure.to_header_value()), Ok(failure));
    }
}
