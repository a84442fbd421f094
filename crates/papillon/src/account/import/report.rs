//! The report: the outcome of each line.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::anyhow;
use papillon_server::counted;

use super::reading::Refused;
use crate::password::CUT_OFF;
use crate::{sentence, stdout};

/// The most lines of each kind that are named.
const MOST: usize = 20;

/// The outcome of each line.
pub(super) struct Report {
    /// The number of accounts that were made.
    pub(super) added: usize,
    /// The lines that were refused.
    pub(super) refused: Vec<Refused>,
    /// The lines whose passwords some clients cut off.
    pub(super) cut_off: Vec<u64>,
    /// The file with the passwords that were made.
    pub(super) passwords: Option<PathBuf>,
    /// The lines that it has not come to.
    pub(super) left_out: Vec<u64>,
    /// The reason for which it stopped there.
    pub(super) stopped: Option<anyhow::Error>,
}

impl Report {
    pub(super) fn new(refused: Vec<Refused>) -> Self {
        Self { added: 0, refused, cut_off: Vec::new(), left_out: Vec::new(), passwords: None, stopped: None }
    }

    /// Tells it all: how many were added on standard output, the rest beside it. Fails when not everybody has an
    /// account now.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        self.refused.sort_by_key(|refused| refused.line);
        let mut beside = String::new();
        for Refused { line, why } in &self.refused {
            beside.push_str(&format!("line {line}: {why}\n"));
        }
        if !self.cut_off.is_empty() {
            let lines = lines(&self.cut_off);
            beside.push_str(&format!(
                "note: the passwords in {lines} are longer than 16 characters: {CUT_OFF}\n"
            ));
        }
        if let Some(path) = &self.passwords {
            let shown = path.display();
            beside.push_str(&format!(
                "the passwords that were made are in {shown}: give them out, then delete it\n"
            ));
        }
        // The accounts are there, whether anybody reads this or not.
        let _ = io::stderr().write_all(beside.as_bytes());
        stdout::print(&format!("added {}\n", counted(self.added, "account", "accounts")))?;
        match self.stopped {
            Some(error) => Err(anyhow!(
                "stopped: {}; not added: {}. Run this again to add them: accounts that exist already are only named",
                sentence::of(&error),
                lines(&self.left_out)
            )),
            None if self.refused.is_empty() => Ok(()),
            None => Err(anyhow!("not added: {}", counted(self.refused.len(), "line", "lines"))),
        }
    }
}

/// Numbers of lines in words.
fn lines(numbers: &[u64]) -> String {
    let shown: Vec<_> = numbers.iter().take(MOST).map(u64::to_string).collect();
    let more = numbers.len().saturating_sub(MOST);
    let more = if more == 0 { String::new() } else { format!(" and {}", counted(more, "other", "others")) };
    let word = if numbers.len() == 1 { "line" } else { "lines" };
    format!("{word} {}{more}", shown.join(", "))
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn many_lines_are_not_all_named() {
        assert_eq!(lines(&[7]), "line 7");
        assert_eq!(lines(&[7, 9]), "lines 7, 9");
        let many: Vec<_> = (1..=21).collect();
        assert!(lines(&many).ends_with("19, 20 and 1 other"), "{}", lines(&many));
    }
}
