//! `papillon ban add`: bans an address, a range or an account.

use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use papillon_server::bans::{duration, protection, until};
use papillon_server::moment;
use papillon_store::{BanReason, BanTarget, NewBan, Refusal, StoreError};

use super::{no_account, store};
use crate::new_account::now;
use crate::settings::Settings;
use crate::stdout;

/// The options of `ban add`.
#[derive(Debug, clap::Args)]
pub(super) struct AddArgs {
    /// An address, a range such as 192.0.2.0/24, or the e-mail address of an account.
    ///
    /// An address of IPv6 stands for its /64, because a client with one address of it can take any; with /128 it stands
    /// for itself.
    #[arg(value_name = "WHOM")]
    target: BanTarget,
    /// The reason, for administrators; the person is not told. At most 200 characters.
    #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
    reason: BanReason,
    /// The time for which it holds: 30m, 2h, 3d or 4w. [default: for good]
    #[arg(long = "for", value_name = "TIME", value_parser = duration, conflicts_with = "until")]
    lasts: Option<Duration>,
    /// Its end in UTC: 2030-12-31, which is the first moment of that day, or 2030-12-31T18:00. [default: for good]
    #[arg(long, value_name = "DATE", value_parser = until)]
    until: Option<i64>,
    /// Also bans addresses of this machine and of trusted proxies.
    #[arg(long)]
    force: bool,
}

/// Makes the ban. A running service disconnects the clients that it concerns.
pub(super) async fn run(args: &AddArgs, settings: &Settings) -> anyhow::Result<()> {
    let target = &args.target;
    if let BanTarget::Addresses(range) = target
        && let Some(why) = protection(range, &settings.server.trusted_proxies).filter(|_| !args.force)
    {
        bail!("{target} was not banned: it {why}; to ban it all the same, add --force");
    }
    let made_at = now();
    let ends_at = match args.lasts {
        Some(lasts) => Some(made_at.saturating_add_unsigned(lasts.as_secs())),
        None => args.until,
    };
    if let Some(end) = ends_at.filter(|end| *end <= made_at) {
        bail!("{target} was not banned: {} (UTC) is over; name a later --until", moment(end));
    }
    let store = store(settings).await?;
    let new = NewBan { target: target.clone(), reason: args.reason.clone(), made_by: None, made_at, ends_at };
    store.add_ban(new).await.map_err(|error| explained(error, target))?;
    let end = ends_at.map_or_else(|| "for good".into(), |end| format!("until {} UTC", moment(end)));
    stdout::print(&format!("banned {target} {end}\n"))
}

fn explained(error: StoreError, target: &BanTarget) -> anyhow::Error {
    match (error, target) {
        (StoreError::Refused(Refusal::UnknownAccount), BanTarget::Account(handle)) => no_account(handle),
        (StoreError::Refused(Refusal::TooManyBans), _) => anyhow!(
            "{target} was not banned: there are ten thousand bans; lift some with `papillon ban remove`, or ban \
             larger ranges"
        ),
        (error, _) => Err::<(), _>(error).with_context(|| format!("{target} was not banned")).unwrap_err(),
    }
}
