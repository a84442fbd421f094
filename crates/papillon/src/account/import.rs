//! `papillon account import`: many people at once, from CSV.

mod given_out;
mod making;
mod reading;
mod report;

use std::collections::HashSet;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use papillon_server::counted;
use zeroize::Zeroizing;

use self::given_out::GivenOut;
use self::reading::{Entry, Refused};
use self::report::Report;
use crate::database;
use crate::interrupt::Interrupt;
use crate::settings::Settings;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 64 << 20;

const EXAMPLES: &str = "\
Examples:
  papillon account import people.csv --passwords passwords.csv
  some-program | papillon account import -

A line of people.csv:  ada@example.com,Ada Lovelace,difference1822

The file is CSV in UTF-8, as spreadsheets write it: commas, semicolons or tabs between the columns,
fields in double quotes where they hold one of those. The columns are email, name and password. A
first line with these names is optional and may put them in another order. Without a name the
address is the name. Without a password one is made by chance, which is written to the file that
--passwords names, and nowhere else.

A line that is refused does not stop the others; each is named with its number, and the exit code
is 1 then. Running the same file again adds the missing accounts.";

/// The options of `account import`.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct ImportArgs {
    /// A CSV file of people, or - for standard input.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A new file, which only you can read, for the passwords that are made.
    #[arg(long, value_name = "FILE")]
    passwords: Option<PathBuf>,
}

/// Makes the accounts that the file lists.
pub(super) async fn run(args: &ImportArgs, settings: &Settings) -> anyhow::Result<()> {
    let (entries, refused) = reading::read(&read_all(&args.file)?)?;
    let existing = database::open_existing(settings).await?;
    let known = match &existing {
        Some(store) => store.accounts().await.context("the database cannot be read")?,
        None => Vec::new(),
    };
    let known: HashSet<_> = known.into_iter().map(|account| account.handle).collect();
    let mut report = Report::new(refused);
    // Before anybody waits for a hash in vain.
    let (there, new): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| known.contains(&entry.handle));
    for entry in there {
        report.refused.push(Refused::exists(entry.line, &entry.handle));
    }
    if !new.is_empty() {
        // Before the database is made: without the file for passwords nothing is to be left behind.
        let mut given_out = given_out(args, &new)?;
        let store = match existing {
            Some(store) => store,
            None => database::open(settings).await?,
        };
        making::make(&*store, new, given_out.as_mut(), Interrupt::new()?, &mut report).await;
        if let Some(file) = given_out {
            report.passwords = file.finish();
        }
    }
    report.finish()
}

/// The file for the passwords that are to be made, if there are any.
fn given_out(args: &ImportArgs, new: &[Entry]) -> anyhow::Result<Option<GivenOut>> {
    let without = new.iter().filter(|entry| entry.password.is_none()).count();
    match &args.passwords {
        _ if without == 0 => Ok(None),
        Some(path) => GivenOut::create(path).map(Some),
        None => bail!(
            "{} without a password, and no account was added: say where the passwords that are made for them go, with \
             --passwords FILE",
            counted(without, "line is", "lines are")
        ),
    }
}

fn read_all(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    if path.as_os_str() == "-" {
        io::stdin()
            .lock()
            .take(LARGEST + 1)
            .read_to_end(&mut bytes)
            .context("standard input cannot be read")?;
    } else {
        let failed = || format!("the file {} cannot be read", path.display());
        let file = std::fs::File::open(path).with_context(failed)?;
        // One byte beyond the limit shows that there is too much, without reading all of it.
        file.take(LARGEST + 1).read_to_end(&mut bytes).with_context(failed)?;
    }
    if bytes.len() as u64 > LARGEST {
        bail!(
            "there is too much to read at once, and no account was added: use files of at most {} MB",
            LARGEST >> 20
        );
    }
    Ok(bytes)
}
