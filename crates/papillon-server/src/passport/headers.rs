//! The header values of Passport 1.4 (fact sheet 3.3 to 3.5).

use std::fmt;

use msnp::wire::percent;
use zeroize::Zeroizing;

/// The word before the parameters.
const SCHEME: &str = "Passport1.4";

/// What a client says in `Authorization`: a name and a password. The challenge that follows them
/// is not kept; it proves nothing.
pub(super) struct Authorization {
    /// As the client wrote it, decoded; any text at all.
    pub name: String,
    pub password: Zeroizing<String>,
}

impl Authorization {
    /// Reads `Passport1.4 OrgVerb=GET,…,sign-in=…,pwd=…,…`. The scheme may be there twice, as some
    /// descriptions have it. Of parameters that come twice the first one counts. `None` when it is
    /// another scheme, a name or a password is missing, or what is coded is not UTF-8.
    pub fn parse(value: &str) -> Option<Self> {
        let mut rest = strip_scheme(value.trim())?;
        while let Some(again) = strip_scheme(rest) {
            rest = again;
        }
        let (mut name, mut password) = (None, None);
        for (key, value) in rest.split(',').filter_map(|parameter| parameter.split_once('=')) {
            match &*percent::decode(key.trim())?.to_ascii_lowercase() {
                "sign-in" if name.is_none() => name = Some(percent::decode(value)?.into_owned()),
                "pwd" if password.is_none() => {
                    password = Some(Zeroizing::new(percent::decode(value)?.into_owned()));
                }
                _ => {}
            }
        }
        Some(Self { name: name?, password: password? })
    }
}

/// Hides both: people type a password where the name belongs.
impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization").finish_non_exhaustive()
    }
}

fn strip_scheme(text: &str) -> Option<&str> {
    let (word, rest) = text.split_once([' ', '\t'])?;
    word.eq_ignore_ascii_case(SCHEME).then(|| rest.trim_start())
}

/// The value of `PassportURLs`. No scheme before the host: clients take what stands before the
/// first slash for it. The port is left out when it is the one that clients assume.
pub(super) fn passport_urls(host: &str, port: u16) -> String {
    let port = if port == 443 { String::new() } else { format!(":{port}") };
    format!("DARealm=Passport.Net,DALogin={host}{port}/login2.srf,ConfigVersion=15")
}

/// The value of `Authentication-Info`. Clients look for the text between the quotes after
/// `from-PP=`.
pub(super) fn success(ticket: &str) -> String {
    format!(
        "{SCHEME} da-status=success,tname=MSPAuth,tname=MSPProf,tname=MSPSec,\
         from-PP='{ticket}',ru=http://messenger.msn.com"
    )
}

/// The value of `WWW-Authenticate`. `text` is for people; `cbtxt` comes last because one client
/// shows all that follows it. `page` is an address without commas.
pub(super) fn failure(page: &str, text: &str) -> String {
    let text = percent::encode(text);
    format!("{SCHEME} da-status=failed,srealm=Passport.NET,ts=0,prompt,cburl={page},cbtxt={text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(value: &str) -> Option<(String, String)> {
        Authorization::parse(value).map(|auth| (auth.name, auth.password.to_string()))
    }

    fn pair(name: &str, password: &str) -> Option<(String, String)> {
        Some((name.to_owned(), password.to_owned()))
    }

    #[test]
    fn the_sheets_example_is_read() {
        let value = "Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,\
                     sign-in=alice%40example.com,pwd=s%65cret,lc=1033,id=507,tw=40,fs=1,\
                     ru=http%3A%2F%2Fmessenger%2Emsn%2Ecom,ct=1062764229,kpp=1,kv=5,\
                     ver=2.1.0173.1,tpf=43f8a4c8ed940c04e3740be46c4d1619";
        assert_eq!(parsed(value), pair("alice@example.com", "secret"));
    }

    #[test]
    fn what_clients_vary_is_read() {
        for value in [
            "Passport1.4 Passport1.4 sign-in=a@b.c,pwd=p%2C%3Dq",
            "passport1.4   pwd=p%2C%3Dq, sign-in=a@b.c",
            "Passport1.4 OrgVerb=GET,sign%2Din=a%40b.c,pwd=p%2c=q,pwd=other",
        ] {
            assert_eq!(parsed(value), pair("a@b.c", "p,=q"), "{value}");
        }
        assert_eq!(parsed("Passport1.4 sign-in=a@b.c,pwd=a+b%zz"), pair("a@b.c", "a+b%zz"));
        assert_eq!(parsed("Passport1.4 sign-in=,pwd="), pair("", ""));
    }

    #[test]
    fn what_names_nobody_is_refused() {
        for value in [
            "",
            "Passport1.4",
            "Passport1.4 ",
            "Basic YTpi",
            "Passport1.4 sign-in=a@b.c",
            "Passport1.4 pwd=x",
            "Passport1.4 sign-in=a@b.c,pwd=%ff",
            "Passport1.4sign-in=a@b.c,pwd=x",
        ] {
            assert_eq!(parsed(value), None, "{value}");
        }
    }

    #[test]
    fn debug_hides_everything() {
        let auth = Authorization::parse("Passport1.4 sign-in=a@b.c,pwd=secret").unwrap();
        assert_eq!(format!("{auth:?}"), "Authorization { .. }");
    }

    #[test]
    fn the_login_address_has_no_scheme_and_a_port_where_needed() {
        let urls = passport_urls("login.passport.com", 443);
        assert_eq!(urls, "DARealm=Passport.Net,DALogin=login.passport.com/login2.srf,ConfigVersion=15");
        assert!(passport_urls("[::1]", 8443).contains(",DALogin=[::1]:8443/login2.srf,"));
    }

    #[test]
    fn the_ticket_stands_between_quotes() {
        let value = success("t=1&p=2");
        assert!(value.starts_with("Passport1.4 da-status=success,"));
        let ticket = value.split_once("from-PP='").and_then(|(_, rest)| rest.split_once('\''));
        assert_eq!(ticket, Some(("t=1&p=2", ",ru=http://messenger.msn.com")));
    }

    #[test]
    fn the_text_of_a_failure_is_coded_and_last() {
        let value = failure("http://x/", "No, really.\r\n");
        assert_eq!(
            value,
            "Passport1.4 da-status=failed,srealm=Passport.NET,ts=0,prompt,cburl=http://x/,\
             cbtxt=No%2C%20really.%0D%0A"
        );
    }
}
