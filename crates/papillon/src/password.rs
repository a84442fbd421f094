//! Getting a password without showing it to anybody.

use std::io::{self, IsTerminal, Read};

use anyhow::{Context, bail};
use msnp::Handle;
use zeroize::Zeroizing;

/// The longest password in bytes.
const MAX_LEN: usize = 256;
/// The variable for scripts that cannot write to a pipe.
const VARIABLE: &str = "PAPILLON_PASSWORD";

/// Where the password comes from.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct PasswordSource {
    /// Reads the password from standard input, less one line end. Without this, the variable
    /// PAPILLON_PASSWORD counts, and without that you are asked.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// Reads a new password for `handle`: on a terminal it is asked for twice.
pub(crate) fn read_new(source: &PasswordSource, handle: &Handle) -> anyhow::Result<Zeroizing<String>> {
    read_from(source, || prompt_twice(handle))
}

/// Reads the password with which `handle` signs in.
pub(crate) fn read(source: &PasswordSource, handle: &Handle) -> anyhow::Result<Zeroizing<String>> {
    read_from(source, || prompt(format!("Password for {handle}: ")))
}

fn read_from(
    source: &PasswordSource,
    ask: impl FnOnce() -> anyhow::Result<Zeroizing<String>>,
) -> anyhow::Result<Zeroizing<String>> {
    let password = if source.password_stdin {
        from(io::stdin().lock())?
    } else if let Some(value) = std::env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        let Ok(text) = value.into_string() else { bail!("the password in {VARIABLE} is not valid UTF-8") };
        Zeroizing::new(text)
    } else if io::stdin().is_terminal() {
        ask()?
    } else {
        bail!(
            "there is no terminal to ask for the password at: pipe it in and add --password-stdin, or set {VARIABLE}"
        );
    };
    match password.len() {
        0 => bail!("the password is empty: use 1 to {MAX_LEN} bytes"),
        1..=MAX_LEN => Ok(password),
        _ => bail!("the password is too long: use 1 to {MAX_LEN} bytes"),
    }
}

/// All that comes, less one line end.
fn from(input: impl Read) -> anyhow::Result<Zeroizing<String>> {
    // Room for the line end, and for one byte that shows that there is too much.
    let most = MAX_LEN + 3;
    let mut bytes = Zeroizing::new(Vec::with_capacity(most));
    let read = input.take(most as u64).read_to_end(&mut bytes);
    read.context("the password cannot be read from standard input")?;
    let line = bytes.strip_suffix(b"\n").map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    match std::str::from_utf8(line.unwrap_or(&bytes)) {
        Ok(text) => Ok(Zeroizing::new(text.to_owned())),
        Err(_) => bail!("the password on standard input is not valid UTF-8"),
    }
}

fn prompt(question: String) -> anyhow::Result<Zeroizing<String>> {
    let failed = "the terminal cannot be asked for the password: pipe it in and add --password-stdin";
    rpassword::prompt_password(question).map(Zeroizing::new).context(failed)
}

fn prompt_twice(handle: &Handle) -> anyhow::Result<Zeroizing<String>> {
    let first = prompt(format!("Password for {handle}: "))?;
    let second = prompt(String::from("The same again: "))?;
    if first != second {
        bail!("the two passwords are not the same; nothing was changed");
    }
    Ok(first)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_line_end_goes() {
        for (given, kept) in [
            ("a", "a"),
            ("a\n", "a"),
            ("a\r\n", "a"),
            ("a\n\n", "a\n"),
            ("a\r", "a\r"),
            (" a ", " a "),
            ("\n", ""),
        ] {
            assert_eq!(from(given.as_bytes()).unwrap().as_str(), kept, "{given:?}");
        }
    }

    #[test]
    fn too_much_is_not_read() {
        assert_eq!(from(io::repeat(b'x')).unwrap().len(), MAX_LEN + 3);
        let longest = "x".repeat(MAX_LEN) + "\r\n";
        assert_eq!(from(longest.as_bytes()).unwrap().len(), MAX_LEN);
    }
}
