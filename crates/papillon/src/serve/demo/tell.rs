//! The instructions of the demo. The commands come last: they stand at the bottom of
//! the screen.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;

use super::accounts::Person;
use super::{Addresses, nexus, reachable};
use crate::account_command::quoted;
use crate::logging::LogFormat;
use crate::serve::first_steps::connect;
use crate::settings::Settings;

/// The address at which `papillon chat` looks for the service by default.
const USUAL_SERVER: &str = "127.0.0.1:1863";
/// The port at which it looks for the Passport nexus, at the service's address.
const USUAL_HTTPS: u16 = 8443;

/// Prints the accounts and the commands.
pub(super) fn tell(settings: &Settings, addresses: &Addresses, people: &[Person]) {
    let chat = Chat { program: program(), options: options(settings, addresses) };
    if settings.log_format == LogFormat::Json {
        for person in people {
            // The only passwords that ever come into a log: those of a demo.
            tracing::info!(
                account = %person.handle,
                password = person.password.as_str(),
                command = chat.command(person),
                "an account of the demo"
            );
        }
        return;
    }
    let text = text(settings, addresses, people, &chat);
    // There is nobody to tell when standard error is gone.
    let _ = io::stderr().write_all(text.as_bytes());
}

fn text(settings: &Settings, addresses: &Addresses, people: &[Person], chat: &Chat) -> String {
    let mut text = format!("\n{}\n", connect(settings, addresses));
    text += "This is a demo: it ends with Ctrl-C, and nothing of it stays. Two accounts:\n\n";
    for person in people {
        text += &format!("    {:<22} password  {}\n", person.handle.to_string(), person.password.as_str());
    }
    for (index, person) in people.iter().enumerate() {
        let name = person.name.text();
        text += &match index {
            0 => format!(
                "\nIn a second terminal, sign in as {name} and talk to Monarch, the bot on the list:\n"
            ),
            _ => format!("\nAnd in a third, as {name}:\n"),
        };
        text += &format!("\n    {}\n", chat.command(person));
    }
    text + "\nSay help to Monarch. Say file, and take the file; send it one of yours; invite others to join you.\n\n"
}

/// The command that signs in.
struct Chat {
    program: String,
    options: String,
}

impl Chat {
    /// The whole command, to be copied into another terminal.
    fn command(&self, person: &Person) -> String {
        let Self { program, options } = self;
        let (password, account) = (person.password.as_str(), &person.handle);
        if cfg!(windows) {
            // PowerShell.
            return format!(
                "$env:PAPILLON_PASSWORD='{password}'; & '{program}' chat --account {account}{options}"
            );
        }
        format!("PAPILLON_PASSWORD={password} {program} chat --account {account}{options}")
    }
}

/// This program as another terminal finds it, which may be in another folder.
fn program() -> String {
    let program = std::env::args_os().next().unwrap_or_else(|| "papillon".into());
    let path = Path::new(&program);
    if path.components().count() < 2 {
        return quoted(&program);
    }
    std::path::absolute(path).map_or_else(|_| quoted(&program), |full| quoted(full.as_os_str()))
}

/// The settings that the client needs, and no more.
fn options(settings: &Settings, addresses: &Addresses) -> String {
    let authority = settings.data_dir().join("tls").join("ca.pem");
    let mut options = format!(" --ca {}", quoted(authority.as_os_str()));
    let reach = |name| addresses.iter().find(|(own, _)| *own == name).map(|(_, at)| reachable(*at));
    let (server, https) = (reach("msnp"), reach("https"));
    let is_usual =
        |https: &SocketAddr| server.is_some_and(|at| *https == SocketAddr::new(at.ip(), USUAL_HTTPS));
    let nexus = https.filter(|at| !is_usual(at)).map(nexus);
    let server = server.map(|at| at.to_string()).filter(|at| at != USUAL_SERVER);
    for (name, value) in [("server", server), ("nexus", nexus)] {
        if let Some(value) = value {
            options += &format!(" --{name} {}", quoted(OsStr::new(&value)));
        }
    }
    options
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::serve::demo::accounts::People;

    fn told(addresses: &Addresses) -> (String, Vec<Person>) {
        let mut settings = Settings::default();
        settings.server.data_dir = "/tmp/papillon-demo-x".into();
        let people = People::invent().unwrap().people;
        let chat = Chat { program: String::from("papillon"), options: options(&settings, addresses) };
        (text(&settings, addresses, &people, &chat), people)
    }

    #[test]
    #[cfg(unix)]
    fn the_usual_ports_need_not_be_told() {
        let addresses =
            [("msnp", "0.0.0.0:1863".parse().unwrap()), ("https", "0.0.0.0:8443".parse().unwrap())];
        let (text, people) = told(&addresses);
        for person in people {
            let (password, account) = (person.password.as_str(), &person.handle);
            let command = format!(
                "    PAPILLON_PASSWORD={password} papillon chat --account {account} --ca /tmp/papillon-demo-x/tls/ca.pem\n"
            );
            assert!(text.contains(&command), "{command} is not in {text}");
            assert!(
                text.contains(&format!("{account}")) && text.contains(&format!("password  {password}\n"))
            );
        }
    }

    #[test]
    #[cfg(unix)]
    fn other_ports_are_told() {
        let addresses = [("msnp", "0.0.0.0:1".parse().unwrap()), ("https", "[::]:2".parse().unwrap())];
        let (text, _) = told(&addresses);
        let options = "ca.pem --server 127.0.0.1:1 --nexus 'https://[::1]:2/rdr/pprdr.asp'\n";
        assert!(text.contains(options), "{options} is not in {text}");
    }
}
