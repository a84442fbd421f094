//! `papillon account invite`: makes an invitation.

use std::io::{self, Write};

use anyhow::{Context, bail};
use papillon_server::Registration;
use papillon_store::{InvitationCode, NewInvitation, Refusal, StoreError};

use crate::listen_address::ListenAddress;
use crate::new_account::now;
use crate::settings::Settings;
use crate::{database, stdout};

/// Seconds in a day.
const DAY: i64 = 24 * 3600;

/// The options of `account invite`.
#[derive(Debug, clap::Args)]
pub(super) struct InviteArgs {
    /// The number of accounts for which it is good.
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    uses: u32,
    /// The number of days for which it is good.
    #[arg(long, value_name = "N", default_value_t = 14, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
}

/// Makes an invitation. The code is all of standard output; the rest is said beside it.
pub(super) async fn run(args: &InviteArgs, settings: &Settings) -> anyhow::Result<()> {
    // A code that no service knows would be worse than none.
    let Some(store) = database::open_existing(settings).await? else {
        bail!(
            "there is no service with its files in {}: start it once, or name its folder with --data DIR",
            settings.data_dir().display()
        );
    };
    let code = InvitationCode::from_random(rand::random());
    let made_at = now();
    let expires_at = made_at.saturating_add(i64::from(args.days) * DAY);
    let new = NewInvitation { code: code.clone(), made_by: None, made_at, expires_at, uses: args.uses };
    match store.create_invitation(new).await {
        Err(StoreError::Refused(Refusal::TooManyInvitations)) => {
            bail!(
                "there are a thousand invitations already: revoke some at /admin, or wait until they expire"
            )
        }
        outcome => outcome.context("the invitation was not made")?,
    }
    // Whether anybody hears it does not matter for the invitation.
    let _ = writeln!(io::stderr(), "{}", hint(args, settings, &code));
    stdout::print(&format!("{}\n", code.expose()))
}

/// The uses of the code, and the page for it.
fn hint(args: &InviteArgs, settings: &Settings, code: &InvitationCode) -> String {
    if settings.server.registration == Some(Registration::Closed) {
        return String::from(
            "this service takes no registrations now: see --registration of `papillon serve`",
        );
    }
    let accounts = if args.uses == 1 { "one account".into() } else { format!("{} accounts", args.uses) };
    let days = if args.days == 1 { "one day".into() } else { format!("{} days", args.days) };
    let place = match register_page(settings) {
        Some(page) => format!("{page}?code={}", code.expose()),
        None => String::from("the page /register of this service"),
    };
    format!("good for {accounts} and {days}, at {place}")
}

/// The address of the page, where the settings tell it.
fn register_page(settings: &Settings) -> Option<String> {
    if let Some(url) = &settings.server.front.url {
        return Some(format!("{url}/register"));
    }
    let host = settings.server.public_host.as_deref()?;
    let host = if host.contains(':') { format!("[{host}]") } else { host.to_owned() };
    // Port 0 is chosen by the system: the settings do not tell it.
    let port = |listener: &ListenAddress| listener.port().filter(|port| *port != 0);
    let https = port(&settings.https).map(|port| settings.server.front.https_port.unwrap_or(port));
    match (port(&settings.http), https) {
        (Some(80), _) if !settings.server.https_only => Some(format!("http://{host}/register")),
        (Some(port), _) if !settings.server.https_only => Some(format!("http://{host}:{port}/register")),
        (_, Some(443)) => Some(format!("https://{host}/register")),
        (_, Some(port)) => Some(format!("https://{host}:{port}/register")),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_told_where_it_is_known() {
        let mut settings = Settings::default();
        assert_eq!(register_page(&settings), None);
        settings.server.public_host = Some("msn.example.org".into());
        assert_eq!(register_page(&settings).unwrap(), "http://msn.example.org:8080/register");
        settings.server.https_only = true;
        assert_eq!(register_page(&settings).unwrap(), "https://msn.example.org:8443/register");
        settings.https = ListenAddress::Off;
        assert_eq!(register_page(&settings), None);
        settings.server.https_only = false;
        settings.http = ListenAddress::anywhere(80);
        settings.server.public_host = Some("::1".into());
        assert_eq!(register_page(&settings).unwrap(), "http://[::1]/register");
        settings.server.front.url = Some("https://chat.example.org".parse().unwrap());
        assert_eq!(register_page(&settings).unwrap(), "https://chat.example.org/register");
    }
}
