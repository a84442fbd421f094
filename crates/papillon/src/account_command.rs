//! Command lines to type: `papillon account …` for the service that the settings describe.

use std::ffi::OsStr;
use std::path::Path;

use crate::settings::Settings;

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
    // The file is named above. A folder from another source is not known in the shell in which this is typed.
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
pub(crate) fn quoted(word: &OsStr) -> String {
    let word = word.to_string_lossy();
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/._-+=:@%,".contains(&byte);
    // The shells of Windows have other rules of quoting, each its own.
    if !word.is_empty() && (word.bytes().all(plain) || cfg!(windows)) {
        return word.into_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
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
}
