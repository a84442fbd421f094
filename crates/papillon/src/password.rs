//! Passwords, read without being shown.

use std::io::{self, IsTerminal, Read, Write};

use anyhow::{Context, bail};
use msnp::Handle;
use papillon_server::passport::{
    LONGEST_EVERYWHERE, LONGEST_PASSWORD, RANDOM_PASSWORD_BITS, SHORTEST_PASSWORD, check_new_password,
    random_password, works_everywhere,
};
use zeroize::Zeroizing;

use crate::stdout;

/// The variable for scripts that cannot write to a pipe.
const VARIABLE: &str = "PAPILLON_PASSWORD";

/// The source of the password.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct PasswordSource {
    /// Reads the password from standard input, less one line end. Without this, the variable
    /// PAPILLON_PASSWORD counts, and without that you are asked.
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// The source of a new password.
#[derive(Debug, Clone, Default, clap::Args)]
pub(crate) struct NewPasswordSource {
    #[command(flatten)]
    source: PasswordSource,
    /// Makes a password by chance, and prints it. It works in every client.
    #[arg(long, conflicts_with = "password_stdin")]
    generate: bool,
}

/// A new password.
pub(crate) struct NewPassword {
    /// The password.
    pub(crate) text: Zeroizing<String>,
    /// Whether it was generated here, so that it has to be shown.
    pub(crate) is_generated: bool,
}

impl NewPassword {
    fn generated() -> Self {
        Self { text: random_password(), is_generated: true }
    }

    /// Prints on standard output that a change was `done`, with the password if it was generated; and beside that,
    /// if some clients cannot sign in with it. `again` is the command that makes another one.
    pub(crate) fn tell(&self, done: &str, again: &str) -> anyhow::Result<()> {
        if self.is_generated {
            let password = self.text.as_str();
            return stdout::print(&format!("{done}\npassword {password}\n"));
        }
        stdout::print(&format!("{done}\n"))?;
        if !works_everywhere(&self.text) {
            // It is changed, whether anybody reads this or not.
            let _ = writeln!(
                io::stderr(),
                "note: {CUT_OFF}\nIf one of them is to be used, choose a shorter password, or let one be made: {again}"
            );
        }
        Ok(())
    }
}

/// The note about clients that cut off a long password.
pub(crate) const CUT_OFF: &str = "some clients, such as Pidgin's MSNP9 plug-in and BitlBee, send only the first \
     16 characters of a password and cannot sign in with a longer one";

/// Reads a new password for `handle`: on a terminal it is asked for twice. It is one that the pages would take.
pub(crate) fn read_new(source: &NewPasswordSource, handle: &Handle) -> anyhow::Result<NewPassword> {
    if source.generate {
        return Ok(NewPassword::generated());
    }
    match read_from(&source.source, || prompt_twice(handle))? {
        password if password.is_empty() => Ok(NewPassword::generated()),
        password => {
            check_new_password(&password)?;
            Ok(NewPassword { text: password, is_generated: false })
        }
    }
}

/// Reads the password with which `handle` signs in.
pub(crate) fn read(source: &PasswordSource, handle: &Handle) -> anyhow::Result<Zeroizing<String>> {
    let password = read_from(source, || prompt(format!("Password for {handle}: ")))?;
    if password.is_empty() {
        bail!("the password is empty");
    }
    Ok(password)
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
        // An empty line is allowed; its meaning is the caller's.
        return ask();
    } else {
        bail!(
            "there is no terminal to ask for the password at: pipe it in and add --password-stdin, or set {VARIABLE}"
        );
    };
    match password.len() {
        0 => bail!("the password is empty"),
        1..=LONGEST_PASSWORD => Ok(password),
        _ => bail!("the password is too long: use at most {LONGEST_PASSWORD} bytes"),
    }
}

/// All that comes, less one line end.
fn from(input: impl Read) -> anyhow::Result<Zeroizing<String>> {
    // Room for the line end, and for one byte that shows that there is too much.
    let most = LONGEST_PASSWORD + 3;
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

/// An empty password stands for one that is to be made.
fn prompt_twice(handle: &Handle) -> anyhow::Result<Zeroizing<String>> {
    let first = prompt(format!(
        "{SHORTEST_PASSWORD} to {LONGEST_EVERYWHERE} characters work in every client; some send only the first \
         {LONGEST_EVERYWHERE} of a longer password.\nPassword for {handle} (nothing: one is made, of \
         {RANDOM_PASSWORD_BITS} bits): "
    ))?;
    if first.is_empty() {
        return Ok(first);
    }
    // Before it is typed a second time in vain.
    check_new_password(&first)?;
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
        assert_eq!(from(io::repeat(b'x')).unwrap().len(), LONGEST_PASSWORD + 3);
        let longest = "x".repeat(LONGEST_PASSWORD) + "\r\n";
        assert_eq!(from(longest.as_bytes()).unwrap().len(), LONGEST_PASSWORD);
    }
}
