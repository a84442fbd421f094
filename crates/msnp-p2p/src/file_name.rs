//! Safe names for files from peers.

use msnp::invisible_characters::is_invisible;

/// Names that mean devices on Windows, with any extension.
const RESERVED: [&str; 22] = [
    "CON", "PRN", "AUX", "NUL", "COM1", "COM2", "COM3", "COM4", "COM5", "COM6", "COM7", "COM8", "COM9",
    "LPT1", "LPT2", "LPT3", "LPT4", "LPT5", "LPT6", "LPT7", "LPT8", "LPT9",
];

/// The longest name in bytes. File systems take 255; the rest is room for ` (9999)` and `.part`.
const MAX_LEN: usize = 200;

/// Makes a file name of the name that a peer gives: no path, no control or direction characters,
/// no character with a meaning to Windows or a shell, at most 200 bytes with the extension kept.
/// It is never empty, and says nothing about whether such a file is there already.
pub fn safe_file_name(name: &str) -> String {
    // Both separators: the peer's system need not be ours.
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let clean: String = last.chars().filter(|char| !is_unseen(*char)).map(harmless).collect();
    // Windows drops dots and blanks at the end; a dot at the beginning hides a file.
    let clean = clean.trim_matches(|char: char| char == '.' || char.is_whitespace());
    let stem = clean.split('.').next().unwrap_or_default().trim_end();
    let clean = match clean {
        "" => "file".to_owned(),
        _ if RESERVED.iter().any(|name| name.eq_ignore_ascii_case(stem)) => format!("_{clean}"),
        _ => clean.to_owned(),
    };
    shorten(&clean)
}

/// Invisible characters, and joiners: `gpj.exe` turned round would look like something else, and two names could
/// look the same.
fn is_unseen(char: char) -> bool {
    is_invisible(char) || matches!(char, '\u{200c}' | '\u{200d}')
}

fn harmless(char: char) -> char {
    if matches!(char, ':' | '?' | '*' | '<' | '>' | '|' | '"' | '\u{fffd}') { '_' } else { char }
}

fn shorten(name: &str) -> String {
    if name.len() <= MAX_LEN {
        return name.to_owned();
    }
    // An ending of more than 20 bytes is no extension.
    let dot = name.rfind('.').filter(|dot| name.len() - dot <= 20).unwrap_or(name.len());
    let (stem, extension) = name.split_at(dot);
    let stem = &stem[..stem.floor_char_boundary(MAX_LEN - extension.len())];
    // The cut may leave a dot or a blank at the end, which Windows drops.
    format!("{}{extension}", stem.trim_end_matches(|char: char| char == '.' || char.is_whitespace()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_cut_off() {
        for name in ["..\\..\\boot.ini", "/etc/boot.ini", "c:\\boot.ini", "a/b\\boot.ini"] {
            assert_eq!(safe_file_name(name), "boot.ini", "{name}");
        }
    }

    #[test]
    fn meanings_are_taken_away() {
        for (name, safe) in [
            ("", "file"),
            ("..", "file"),
            ("a/", "file"),
            (" . . ", "file"),
            (".bashrc", "bashrc"),
            ("nul", "_nul"),
            ("COM1.txt", "_COM1.txt"),
            ("con .txt", "_con .txt"),
            ("console.txt", "console.txt"),
            ("a:b?c*d<e>f|g\"h", "a_b_c_d_e_f_g_h"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("tab\tbell\u{7}.txt", "tabbell.txt"),
            ("trailing. . .", "trailing"),
            ("Übung – 写真.png", "Übung – 写真.png"),
        ] {
            assert_eq!(safe_file_name(name), safe, "{name:?}");
        }
    }

    #[test]
    fn long_names_keep_their_extension() {
        let safe = safe_file_name(&format!("{}.tar", "写".repeat(260)));
        assert!(safe.len() <= 200 && safe.ends_with("写.tar"));
        assert_eq!(safe_file_name(&"x".repeat(300)).len(), 200);
        // Found by fuzzing: blanks of any kind where the cut is.
        let blanks = |blank: &str| format!("{}{}{}", "x".repeat(190), blank.repeat(20), "y".repeat(20));
        for blank in [" ", ".", "\u{a0}", "\u{3000}"] {
            assert_eq!(safe_file_name(&blanks(blank)), "x".repeat(190), "{blank:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn every_name_is_safe(name in "(?s).{0,300}") {
            let safe = safe_file_name(&name);
            proptest::prop_assert!(!safe.is_empty() && safe.len() <= 201);
            let harmful = |char: char| char.is_control() || "/\\:?*<>|\"".contains(char);
            proptest::prop_assert!(!safe.contains(harmful) && !safe.starts_with('.'));
        }
    }

    #[test]
    fn only_a_short_ending_is_an_extension() {
        let name = |ending: usize| format!("{}.{}", "x".repeat(300), "e".repeat(ending));
        let kept = safe_file_name(&name(19));
        assert_eq!((kept.len(), kept.ends_with(&format!("x.{}", "e".repeat(19)))), (200, true));
        assert_eq!(safe_file_name(&name(20)), "x".repeat(200));
        assert_eq!(safe_file_name(&"x".repeat(200)), "x".repeat(200));
        // No dot and no blank stands at the cut.
        assert_eq!(safe_file_name(&format!("{} .{}.tar", "x".repeat(190), "y".repeat(100))), {
            format!("{} .{}.tar", "x".repeat(190), "y".repeat(4))
        });
        assert_eq!(safe_file_name(&format!("{}. .{}", "x".repeat(198), "y".repeat(100))), "x".repeat(198));
    }
}
