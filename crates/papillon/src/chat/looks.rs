//! The abilities of the terminal.

/// Terminals that have no pictures among their characters.
const PLAIN: &[&str] = &["linux", "dumb", "ansi", "cons25", "vt52", "vt100", "vt102", "vt220", "vt320"];

/// Whether emoji are shown: where the locale is UTF-8, by a terminal that draws with fonts.
pub(crate) fn shows_emoji() -> bool {
    shows(|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
}

fn shows(variable: impl Fn(&str) -> Option<String>) -> bool {
    if cfg!(windows) {
        // The terminal of Windows 11; the console before it has no emoji.
        return variable("WT_SESSION").is_some();
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(&variable).unwrap_or_default();
    let locale = locale.to_ascii_lowercase();
    let is_unicode = locale.contains("utf-8") || locale.contains("utf8");
    is_unicode && variable("TERM").is_some_and(|terminal| !PLAIN.contains(&terminal.as_str()))
}

#[cfg(all(test, not(windows)))]
mod tests {
    use super::*;

    #[test]
    fn emoji_need_a_locale_and_a_terminal() {
        let with = |variables: &[(&str, &str)]| {
            shows(|name| variables.iter().find(|(own, _)| *own == name).map(|(_, value)| (*value).to_owned()))
        };
        assert!(with(&[("LANG", "de_DE.UTF-8"), ("TERM", "xterm-256color")]));
        assert!(with(&[("LC_ALL", "C.utf8"), ("LANG", "C"), ("TERM", "tmux-256color")]));
        assert!(!with(&[("LC_CTYPE", "C"), ("LANG", "de_DE.UTF-8"), ("TERM", "xterm")]));
        assert!(!with(&[("LANG", "de_DE.UTF-8"), ("TERM", "linux")]));
        assert!(!with(&[("LANG", "de_DE.UTF-8")]));
        assert!(!with(&[("TERM", "xterm")]));
    }
}
