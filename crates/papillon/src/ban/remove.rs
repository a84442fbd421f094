//! `papillon ban remove`: lifts a ban.

use anyhow::{Context, anyhow};
use papillon_store::{Ban, BanTarget, Refusal, StoreError};

use super::{no_account, store};
use crate::new_account::now;
use crate::settings::Settings;
use crate::stdout;

/// The options of `ban remove`.
#[derive(Debug, clap::Args)]
pub(super) struct RemoveArgs {
    /// The address, range or account, as `papillon ban list` shows it.
    #[arg(value_name = "WHOM")]
    target: BanTarget,
}

/// Lifts the ban.
pub(super) async fn run(args: &RemoveArgs, settings: &Settings) -> anyhow::Result<()> {
    let (store, target) = (store(settings).await?, &args.target);
    match (store.lift_ban(target).await, target) {
        (Ok(()), _) => stdout::print(&format!("lifted the ban of {target}\n")),
        (Err(StoreError::Refused(Refusal::UnknownAccount)), BanTarget::Account(handle)) => {
            Err(no_account(handle))
        }
        (Err(StoreError::Refused(Refusal::NotBanned)), _) => {
            let bans = store.bans(now()).await.context("the bans cannot be read")?;
            Err(not_banned(target, &bans))
        }
        (Err(error), _) => Err(error).with_context(|| format!("the ban of {target} was not lifted")),
    }
}

/// The error for a target without a ban; it names one that concerns the target all the same.
fn not_banned(target: &BanTarget, bans: &[Ban]) -> anyhow::Error {
    let overlaps = |ban: &&Ban| match (&ban.target, target) {
        (BanTarget::Addresses(banned), BanTarget::Addresses(asked)) => banned.overlaps(asked),
        _ => false,
    };
    match bans.iter().find(overlaps) {
        Some(ban) => anyhow!(
            "there is no ban of {target}, but one of {}: lift that with `papillon ban remove {0}`",
            ban.target
        ),
        None => anyhow!("there is no ban of {target}. See `papillon ban list`"),
    }
}
