//! The credentials that a client sends to the login server.

use super::{Challenge, SCHEME, Secret, after_scheme, pairs};
use crate::{Invalid, wire::percent};

/// The value of the `Authorization` header of a login.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The account name, percent-decoded, without blanks around it, and not checked for being a handle. Not empty.
    pub sign_in: String,
    /// The password, percent-decoded.
    pub password: Secret,
    /// Every other part as the client sent it: the challenge of `USR`, unless the client changed
    /// it (GAIM adds 200 to `ct`). `None` when there is no other part.
    pub challenge: Option<Challenge>,
}

impl Credentials {
    /// The longest header value that is read, in bytes.
    pub const MAX_LEN: usize = 8192;

    /// Reads `Passport1.4 OrgVerb=GET,OrgURL=…,sign-in=…,pwd=…,<challenge>` in any order. A raw
    /// `@` in the name is taken, and so is the scheme written twice.
    ///
    /// # Errors
    /// [`Invalid::Parameter`] when the value is longer than [`Self::MAX_LEN`] or of another scheme, when the
    /// name or the password is not UTF-8, or when the name is empty; [`Invalid::Missing`] when one of the two
    /// is missing.
    pub fn parse(header_value: &str) -> Result<Self, Invalid> {
        if header_value.len() > Self::MAX_LEN {
            return Err(Invalid::Parameter("Authorization"));
        }
        let list = after_scheme(header_value).ok_or(Invalid::Parameter("Authorization"))?;
        let (mut sign_in, mut password, mut rest) = (None, None, String::new());
        for (key, value) in pairs(list) {
            // Both sides of a pair may be coded (ESC).
            let name = percent::decode(key).unwrap_or_default().to_ascii_lowercase();
            match (name.as_str(), value) {
                ("orgverb" | "orgurl" | "", _) => {}
                // Of two the first counts.
                ("sign-in", value) => sign_in = sign_in.or(value),
                ("pwd", value) => password = password.or(value),
                (_, value) => {
                    let part = value.map_or_else(|| key.to_owned(), |value| format!("{key}={value}"));
                    let part = part.trim_ascii();
                    // A challenge is one word; anything else did not come from `USR`.
                    if percent::is_word(part) {
                        rest.push_str(if rest.is_empty() { "" } else { "," });
                        rest.push_str(part);
                    }
                }
            }
        }
        let decode = |coded, what| percent::decode(coded).ok_or(Invalid::Parameter(what));
        let sign_in = decode(sign_in.ok_or(Invalid::Missing("sign-in"))?, "sign-in")?;
        let password = decode(password.ok_or(Invalid::Missing("pwd"))?, "pwd")?;
        // No blank is part of an address, whichever way it is written. (A plus is.)
        let sign_in = sign_in.trim();
        if sign_in.is_empty() {
            return Err(Invalid::Missing("sign-in"));
        }
        Ok(Self {
            sign_in: sign_in.to_owned(),
            password: password.into_owned().into(),
            challenge: Challenge::parse(&rest).ok(),
        })
    }

    /// The header value. It holds the password: don't log it.
    pub fn to_header(&self) -> String {
        let mut value = format!(
            "{SCHEME} OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,sign-in={},pwd={}",
            encode(&self.sign_in),
            encode(self.password.expose())
        );
        if let Some(challenge) = &self.challenge {
            value.push(',');
            value.push_str(challenge.as_str());
        }
        value
    }
}

/// Codes everything but letters and digits, as the official clients do.
fn encode(text: &str) -> String {
    let mut coded = String::with_capacity(text.len() + 8);
    for char in percent::encode(text).chars() {
        match char {
            '-' => coded.push_str("%2D"),
            '_' => coded.push_str("%5F"),
            '.' => coded.push_str("%2E"),
            '@' => coded.push_str("%40"),
            other => coded.push(other),
        }
    }
    coded
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "lc=1033,id=507,tw=40,fs=1,ru=http%3A%2F%2Fmessenger%2Emsn%2Ecom,\
        ct=1062764229,kpp=1,kv=5,ver=2.1.0173.1,tpf=43f8a4c8ed940c04e3740be46c4d1619";

    #[test]
    fn a_header_of_the_time() {
        let header = format!(
            "Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,\
             sign-in=alice%40example.com,pwd=s%65cret,{CHALLENGE}"
        );
        let credentials = Credentials::parse(&header).unwrap();
        assert_eq!(credentials.sign_in, "alice@example.com");
        assert_eq!(credentials.password.expose(), "secret");
        assert_eq!(credentials.challenge.as_ref().unwrap().as_str(), CHALLENGE);
        assert_eq!(Credentials::parse(&credentials.to_header()), Ok(credentials));
    }

    #[test]
    fn what_other_clients_send_is_taken() {
        for header in [
            "Passport1.4 Passport1.4 OrgVerb=GET,sign-in=a@b.c,pwd=x%3D=%2C,ct=1",
            "passport1.4  pwd=x%3D=%2C, sign-in=a%40b.c, ct=1",
            "Passport1.4 Sign-In=a@b.c,PWD=x==%2c,ct=1,pwd=y",
        ] {
            let credentials = Credentials::parse(header).unwrap();
            assert_eq!(credentials.sign_in, "a@b.c", "{header}");
            assert_eq!(credentials.password.expose(), "x==,", "{header}");
            assert_eq!(credentials.challenge.unwrap().as_str(), "ct=1", "{header}");
        }
    }

    #[test]
    fn blanks_around_the_name_are_ignored() {
        for coded in [
            " a@b.c",
            "a@b.c \t",
            "%20a@b.c",
            "a%40b.c%20%20",
            "%09a@b.c%0d%0a",
            " %20 a@b.c %09",
            "%c2%a0a@b.c%e3%80%80",
        ] {
            for header in [
                format!("Passport1.4 sign-in={coded},pwd=%20x%20,ct=1"),
                format!("Passport1.4 ct=1,pwd=%20x%20,sign-in={coded}"),
            ] {
                let credentials = Credentials::parse(&header).unwrap();
                assert_eq!(credentials.sign_in, "a@b.c", "{header}");
                // Of a password they are a part.
                assert_eq!(credentials.password.expose(), " x ", "{header}");
            }
        }
        for (coded, name) in [("+a@b.c", "+a@b.c"), ("a%20b@c.d", "a b@c.d")] {
            let header = format!("Passport1.4 sign-in={coded},pwd=x");
            assert_eq!(Credentials::parse(&header).unwrap().sign_in, name, "{header}");
        }
    }

    #[test]
    fn what_lacks_a_part_is_refused() {
        for (header, error) in [
            ("", Invalid::Parameter("Authorization")),
            ("Basic YTpi", Invalid::Parameter("Authorization")),
            ("Passport1.4sign-in=a,pwd=b", Invalid::Parameter("Authorization")),
            ("Passport1.4", Invalid::Missing("sign-in")),
            ("Passport1.4 pwd=b", Invalid::Missing("sign-in")),
            ("Passport1.4 sign-in=,pwd=b", Invalid::Missing("sign-in")),
            ("Passport1.4 sign-in=%20,pwd=b", Invalid::Missing("sign-in")),
            ("Passport1.4 sign-in=a", Invalid::Missing("pwd")),
            ("Passport1.4 sign-in=a,pwd", Invalid::Missing("pwd")),
            ("Passport1.4 sign-in=a,pwd=%ff", Invalid::Parameter("pwd")),
        ] {
            assert_eq!(Credentials::parse(header), Err(error), "{header}");
        }
        assert!(Credentials::parse(&format!("Passport1.4 sign-in=a,pwd={}", "b".repeat(8192))).is_err());
    }

    #[test]
    fn debug_hides_the_password() {
        let credentials = Credentials::parse("Passport1.4 sign-in=a,pwd=hunter2").unwrap();
        assert!(!format!("{credentials:?}").contains("hunter2"));
    }

    #[test]
    fn the_longest_header_is_read() {
        let header = |length: usize| {
            let start = "Passport1.4 sign-in=bob%40example.com,pwd=secret,x=";
            format!("{start}{}", "y".repeat(length - start.len()))
        };
        assert!(Credentials::parse(&header(8192)).is_ok());
        assert!(Credentials::parse(&header(8193)).is_err());
    }
}
