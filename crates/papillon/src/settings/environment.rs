//! The environment: `PAPILLON_HTTP`, `PAPILLON_LIMITS_CONNECTIONS` and so on.

use std::ffi::OsString;

use anyhow::{anyhow, bail};

use super::Settings;
use super::keys::{KEYS, TABLES};

/// The value of a variable. An empty one counts as not set: that is how compose files and shells
/// pass on a variable that they do not have.
pub(crate) fn value(name: &str) -> Option<OsString> {
    std::env::var_os(name).filter(|value| !value.is_empty())
}

/// Reads the variables into `settings`.
pub(super) fn apply(settings: &mut Settings) -> anyhow::Result<()> {
    refuse_unknown(std::env::vars_os().map(|(name, _)| name))?;
    for key in KEYS {
        let variable = key.variable();
        let Some(value) = value(&variable) else { continue };
        let text =
            value.to_str().ok_or_else(|| anyhow!("the environment variable {variable} is not UTF-8"))?;
        (key.set)(settings, text)
            .map_err(|expected| anyhow!("bad value in the environment variable {variable}: {expected}"))?;
    }
    Ok(())
}

/// A limit that is misspelt would silently not hold. Other names that begin with `PAPILLON_` may
/// be somebody else's.
fn refuse_unknown(names: impl Iterator<Item = OsString>) -> anyhow::Result<()> {
    for name in names.filter_map(|name| name.into_string().ok()) {
        let ours = |table: &str| name.starts_with(&format!("PAPILLON_{}_", table.to_ascii_uppercase()));
        if let Some(table) = TABLES.iter().find(|table| ours(table))
            && !KEYS.iter().any(|key| key.variable() == name)
        {
            let known = super::keys::names(table);
            bail!("unknown environment variable {name}; the keys of {table} are: {known}");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_limit_is_refused() {
        let check = |name: &str| refuse_unknown([OsString::from(name)].into_iter());
        assert!(check("PAPILLON_LIMITS_CONNECTIONS").is_ok());
        assert!(check("PAPILLON_TIMEOUTS_SIGN_IN").is_ok());
        assert!(check("PAPILLON_SERVICE_HOST").is_ok());
        let error = check("PAPILLON_LIMITS_CONECTIONS").unwrap_err().to_string();
        assert!(error.contains("PAPILLON_LIMITS_CONECTIONS") && error.contains("connections"), "{error}");
    }
}
