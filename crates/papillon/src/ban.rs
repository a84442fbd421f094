//! `papillon ban …`: the addresses and accounts that the service turns away.
//!
//! The commands write to the database, and a running service reads their changes there.

mod add;
mod list;
mod remove;

use std::sync::Arc;

use anyhow::bail;
use clap::Subcommand;
use msnp::Handle;
use papillon_store::Store;

use crate::settings::{Place, Settings};
use crate::{database, logging, runtime};

const EXAMPLES: &str = "\
Examples:
  papillon ban add 192.0.2.7 --for 2h --reason 'guesses passwords'
  papillon ban add 192.0.2.0/24 --until 2030-12-31
  papillon ban add 2001:db8::1                 the whole 2001:db8::/64: a client there has all of it
  papillon ban add mallory@example.com --for 3d --reason spam
  papillon ban list --json
  papillon ban remove 192.0.2.0/24

Clients from a banned address are turned away at every listener but DNS, before anything is read
or computed for them. A banned account cannot sign in; its contact list stays. Clients that a new
ban concerns are disconnected within a second.

Use the same --data, --config or --database as for `papillon serve`. All of these work while the
service runs, and it acts on them at once.";

/// The options of `ban`.
#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true, after_help = EXAMPLES)]
pub(crate) struct BanArgs {
    #[command(subcommand)]
    command: Command,
    #[command(flatten)]
    place: Place,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Bans an address, a range of addresses or an account, or changes the ban that there is.
    Add(add::AddArgs),
    /// Shows the bans in force, and how often each has refused something.
    List(list::ListArgs),
    /// Lifts a ban.
    Remove(remove::RemoveArgs),
}

/// Runs the command.
pub(crate) fn run(args: &BanArgs) -> anyhow::Result<()> {
    let settings = Settings::load(&args.place)?;
    logging::start(settings.log_format, "warn")?;
    runtime::start()?.block_on(async {
        match &args.command {
            Command::Add(add) => add::run(add, &settings).await,
            Command::List(list) => list::run(list, &settings).await,
            Command::Remove(remove) => remove::run(remove, &settings).await,
        }
    })
}

/// The database of a service that has to be there: a ban that no service knows would be worse than none.
async fn store(settings: &Settings) -> anyhow::Result<Arc<dyn Store>> {
    let Some(store) = database::open_existing(settings).await? else {
        bail!(
            "there is no service with its files in {}: start it once, or name its folder with --data DIR",
            settings.data_dir().display()
        );
    };
    Ok(store)
}

fn no_account(handle: &Handle) -> anyhow::Error {
    anyhow::anyhow!(
        "there is no account {handle}. See `papillon account list`; the service may also use another folder \
         (--data DIR)"
    )
}
