//! The configuration file. Every error names the file and the line.

use std::fmt::Display;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context, anyhow};
use toml::de::{DeTable, DeValue};

use super::Settings;
use super::keys::{KEYS, TABLES, names};

/// Reads the file at `path` into `settings`.
pub(super) fn apply(settings: &mut Settings, path: &Path) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path).with_context(|| {
        format!("the configuration file {} cannot be read: see --config FILE", path.display())
    })?;
    File { path, text: &text }.apply(settings)
}

struct File<'a> {
    path: &'a Path,
    text: &'a str,
}

impl File<'_> {
    fn apply(&self, settings: &mut Settings) -> anyhow::Result<()> {
        let top = DeTable::parse(self.text)
            .map_err(|error| self.wrong(error.span().unwrap_or(0..0), error.message()))?;
        self.apply_table(settings, "", top.get_ref())
    }

    fn apply_table(&self, settings: &mut Settings, table: &str, entries: &DeTable<'_>) -> anyhow::Result<()> {
        for (name, value) in entries {
            let written = name.get_ref().as_ref();
            if table.is_empty() && TABLES.contains(&written) {
                let inner = value.get_ref().as_table().ok_or_else(|| {
                    self.wrong(value.span(), format_args!("{written} is a table: write [{written}]"))
                })?;
                self.apply_table(settings, written, inner)?;
                continue;
            }
            let place = if table.is_empty() { String::from("at the top") } else { format!("in [{table}]") };
            let key = KEYS.iter().find(|key| key.table == table && key.name == written).ok_or_else(|| {
                let known = names(table);
                self.wrong(
                    name.span(),
                    format_args!("unknown key {written:?} {place}; the keys there are: {known}"),
                )
            })?;
            // As text, so that one function reads a setting from all three sources.
            let text = plain(value.get_ref()).ok_or_else(|| {
                let found = value.get_ref().type_str();
                self.wrong(
                    value.span(),
                    format_args!(
                        "bad value for {written}: expected text, a whole number, true or false, not {found}"
                    ),
                )
            })?;
            (key.set)(settings, &text).map_err(|expected| {
                self.wrong(value.span(), format_args!("bad value for {written}: {expected}"))
            })?;
        }
        Ok(())
    }

    fn wrong(&self, span: Range<usize>, words: impl Display) -> anyhow::Error {
        let before = self.text.bytes().take(span.start);
        let line = 1 + before.filter(|byte| *byte == b'\n').count();
        anyhow!("{}, line {line}: {words}", self.path.display())
    }
}

/// The value as one would write it on the command line, a list with commas between; `None` when it is none of
/// text, whole numbers, and yes or no.
fn plain(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.as_ref().to_owned()),
        DeValue::Integer(number) => {
            // TOML has hexadecimal numbers, too.
            i64::from_str_radix(number.as_str(), number.radix()).ok().map(|number| number.to_string())
        }
        DeValue::Boolean(value) => Some(value.to_string()),
        DeValue::Array(values) => {
            let values: Option<Vec<_>> = values.iter().map(|value| plain(value.get_ref())).collect();
            values.map(|values| values.join(","))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn apply(text: &str) -> anyhow::Result<Settings> {
        let mut settings = Settings::default();
        File { path: Path::new("papillon.toml"), text }.apply(&mut settings)?;
        Ok(settings)
    }

    fn error(text: &str) -> String {
        apply(text).unwrap_err().to_string()
    }

    #[test]
    fn the_file_in_the_help_holds_every_key_at_its_default() {
        let settings = apply(super::super::DEFAULTS_FILE).unwrap();
        assert_eq!(format!("{settings:?}"), format!("{:?}", Settings::default()));
        let lines: Vec<_> = super::super::DEFAULTS_FILE.lines().collect();
        for key in KEYS {
            let starts =
                |line: &&&str| line.trim_start_matches("# ").starts_with(&format!("{} = ", key.name));
            assert!(lines.iter().any(|line| starts(&line)), "{}", key.name);
        }
    }

    #[test]
    fn the_page_of_limits_has_every_limit_at_its_default() {
        let page = include_str!("../../../../docs/limits.md");
        let (_, limits) = super::super::DEFAULTS_FILE.split_once("[limits]").unwrap();
        let (limits, _) = limits.split_once("\n[").unwrap();
        for line in limits.lines().filter(|line| !line.is_empty()) {
            let (key, value) = line.trim_start_matches("# ").split_once(" = ").unwrap();
            let default = value.split_whitespace().next().unwrap();
            let row = format!("| `{key}` | {default} |");
            assert!(page.lines().any(|line| line.starts_with(&row)), "docs/limits.md has no row {row}");
        }
        for row in page.lines().filter_map(|line| line.strip_prefix("| `")) {
            let (key, rest) = row.split_once('`').unwrap();
            let is_key = key.chars().all(|c| c.is_ascii_lowercase() || c == '_');
            let is_limit = KEYS.iter().any(|known| known.table == "limits" && known.name == key);
            assert!(!is_key || is_limit, "docs/limits.md has a row of {key}{rest}");
        }
    }

    #[test]
    fn values_arrive() {
        let settings = apply("msnp = 1864\npublic_host = 'x.org'\n[limits]\nforward_list = 1_000\n").unwrap();
        assert_eq!(settings.msnp.to_string(), "0.0.0.0:1864");
        assert_eq!(settings.server.public_host.as_deref(), Some("x.org"));
        assert_eq!(settings.server.limits.forward_list, 1000);
        assert!(apply("old_windows = true").unwrap().server.old_windows);
        for names in ["'a.example,b.example'", "['a.example', 'b.example']"] {
            let settings = apply(&format!("tls_name = {names}")).unwrap();
            assert_eq!(settings.server.tls_names, ["a.example", "b.example"]);
        }
        assert_eq!(apply("limits.calls_per_minute = 0x10").unwrap().server.limits.calls_per_minute, 16);
    }

    #[test]
    fn errors_name_the_line() {
        for (text, expected) in [
            ("\n\nmsnpp = 1", "papillon.toml, line 3: unknown key \"msnpp\" at the top"),
            ("[limits]\nconections = 1", "papillon.toml, line 2: unknown key \"conections\" in [limits]"),
            ("\n[limit]\nconnections = 1", "papillon.toml, line 2: unknown key \"limit\" at the top"),
            ("msnp = 'x'", "papillon.toml, line 1: bad value for msnp: expected an address"),
            (
                "[timeouts]\n\nsign_in = 0",
                "papillon.toml, line 3: bad value for sign_in: expected a whole number",
            ),
            ("http = true", "papillon.toml, line 1: bad value for http: expected an address"),
            ("http = 1.5", "papillon.toml, line 1: bad value for http: expected text, a whole number"),
            ("old_windows = 2", "papillon.toml, line 1: bad value for old_windows: expected true or false"),
            ("https_only = 2", "papillon.toml, line 1: bad value for https_only: expected true or false"),
            ("\nlimits = 5", "papillon.toml, line 2: limits is a table"),
            ("a = 1\nb = ", "papillon.toml, line 2: "),
            ("msnp = 1\nmsnp = 2", "papillon.toml, line 2: "),
        ] {
            let error = error(text);
            assert!(error.starts_with(expected), "{text:?}: {error}");
        }
    }

    proptest! {
        #[test]
        fn any_file_is_read_or_refused_at_a_line(
            key in prop::sample::select(KEYS.iter().map(|key| (key.table, key.name)).collect::<Vec<_>>()),
            value in "[ -~é\n]{0,40}",
            noise in "[\\[\\]a-z=\"'# .0-9\n]{0,40}",
        ) {
            let (table, name) = key;
            let table = if table.is_empty() { String::new() } else { format!("[{table}]\n") };
            for text in [format!("{table}{name} = {value}"), format!("{table}{name} = '{value}'"), noise] {
                if let Err(error) = apply(&text) {
                    prop_assert!(error.to_string().starts_with("papillon.toml, line "), "{text:?}: {error}");
                }
            }
        }
    }

    #[test]
    fn a_bad_database_address_is_not_repeated() {
        assert!(!error("database = 'mysql://u:hush@h/d'").contains("hush"));
    }
}
