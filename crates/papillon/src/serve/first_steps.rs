//! What to do next, for somebody who has just started the service for the first time.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::Path;

use papillon_server::tls::old_authority_file;

use crate::logging::LogFormat;
use crate::settings::Settings;

/// The port at which official clients look for Passport.
const PASSPORT_PORT: u16 = 443;

/// Tells how to make an account and where clients connect.
pub(super) fn tell(settings: &Settings, addresses: &[(&'static str, SocketAddr)]) {
    let add = account_command(settings, "add you@example.com");
    if settings.log_format == LogFormat::Json {
        // Whoever reads JSON can do nothing with lines of prose.
        tracing::info!(command = add, "there is no account yet: make one with this command");
        return;
    }
    let text = format!(
        "\nThere is no account yet. To make one:\n\n    {add}\n\nWith --admin as well, it may use the \
         administrators' pages, at /admin. Others register at /register.\n\n{}\n",
        connect(settings, addresses)
    );
    // There is nobody to tell when standard error is gone.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// `papillon account` with these words, for the service that this command line is about.
pub(crate) fn account_command(settings: &Settings, words: &str) -> String {
    let program = std::env::args_os().next().unwrap_or_else(|| "papillon".into());
    command_of(&program, settings, words)
}

fn command_of(program: &OsStr, settings: &Settings, words: &str) -> String {
    let mut command = format!("{} account {words}", quoted(program));
    let mut option = |name: &str, value: &str| command.extend([" --", name, " ", value]);
    if let Some(file) = &settings.file {
        option("config", &quoted(full(file).as_os_str()));
    }
    if settings.data_is_told {
        option("data", &quoted(settings.data_dir().as_os_str()));
    }
    if settings.database_is_told {
        // The address may hold a password.
        option("database", "URL");
    }
    command
}

fn full(path: &Path) -> std::path::PathBuf {
    std::path::absolute(path).unwrap_or_else(|_| path.to_owned())
}

/// A word as a shell reads it.
pub(super) fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+=:@%,".contains(&byte);
    if !word.is_empty() && (word.bytes().all(plain) || cfg!(windows)) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Where clients connect.
pub(super) fn connect(settings: &Settings, addresses: &[(&'static str, SocketAddr)]) -> String {
    let mut lines = vec![String::from("Clients connect here:\n")];
    let address_of = |wanted: &str| addresses.iter().find(|(name, _)| *name == wanted).map(|(_, at)| *at);
    let place = |at: SocketAddr| match (&settings.server.public_host, at.ip()) {
        (Some(host), _) if host.contains(':') => format!("[{host}]:{}", at.port()),
        (Some(host), _) => format!("{host}:{}", at.port()),
        (None, ip) if ip.is_unspecified() => format!("localhost:{}", at.port()),
        (None, _) => at.to_string(),
    };
    if let Some(at) = address_of("msnp") {
        lines.push(format!("    MSNP      {}", place(at)));
    }
    if let Some(at) = address_of("http") {
        lines.push(format!("    Passport  http://{}/rdr/pprdr.asp", place(at)));
    }
    if let Some(at) = address_of("dns") {
        lines.push(format!("    DNS       {} (a machine's only DNS server, instead of the rest)", place(at)));
    }
    if let Some(at) = address_of("https") {
        lines.push(format!("    Passport  https://{}/rdr/pprdr.asp", place(at)));
        let authority = settings.data_dir().join("tls").join("ca.pem");
        if authority.is_file() {
            lines.push(format!(
                "\nThey have to trust this service's certificate authority. Import {}",
                authority.display()
            ));
        }
        let for_old = old_authority_file(&settings.data_dir().join("tls"));
        if settings.server.old_windows && for_old != authority {
            lines.push(format!("Windows 98 to XP cannot use that one: there, import {}", for_old.display()));
        }
        if at.port() != PASSPORT_PORT {
            lines.push(format!(
                "Official clients look for Passport at port {PASSPORT_PORT}: for them, use --https {PASSPORT_PORT}"
            ));
        }
        if !settings.server.old_windows {
            lines.push(String::from("Those on Windows 98 to XP can only sign in with --old-windows."));
        }
    }
    if settings.server.public_host.is_none() && addresses.iter().any(|(_, at)| at.ip().is_unspecified()) {
        lines.push(String::from("From other machines, use this machine's name or address for localhost."));
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_names_what_was_given() {
        let mut settings = Settings::default();
        settings.server.data_dir = "/srv/my data".into();
        let program = OsStr::new("papillon");
        assert_eq!(
            command_of(program, &settings, "add you@example.com"),
            "papillon account add you@example.com"
        );
        settings.data_is_told = true;
        settings.database = Some("postgres://u:hush@h/d".into());
        settings.database_is_told = true;
        assert_eq!(
            command_of(program, &settings, "add you@example.com"),
            "papillon account add you@example.com --data '/srv/my data' --database URL"
        );
    }

    #[test]
    fn the_public_host_is_where_clients_connect() {
        let mut settings = Settings::default();
        let addresses = [
            ("msnp", SocketAddr::from(([0, 0, 0, 0], 1863))),
            ("https", SocketAddr::from(([0, 0, 0, 0], 443))),
        ];
        let text = connect(&settings, &addresses);
        assert!(text.contains("localhost:1863") && text.contains("this machine's name"), "{text}");
        settings.server.public_host = Some("msn.example.org".into());
        let text = connect(&settings, &addresses);
        assert!(text.contains("https://msn.example.org:443/rdr/pprdr.asp"), "{text}");
        assert!(!text.contains("localhost") && !text.contains("--https 443"), "{text}");
    }
}
