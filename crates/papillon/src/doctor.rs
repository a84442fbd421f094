//! `papillon doctor`: looks at the service from its own machine, and names each fault with advice.
//!
//! One file for each check; `report.rs` prints the findings. Nothing is changed: no
//! certificate is made, no folder, no account.

mod certificate;
mod clock;
mod dns;

mod files;

mod listeners;
mod names;
mod old_windows;
mod place;
mod probe;
mod public_host;
mod report;
mod surroundings;

use self::report::{Finding, Report};
use self::surroundings::Surroundings;
use crate::serve::ServeArgs;
use crate::settings::Settings;
use crate::usage::wrong_usage;
use crate::{runtime, sentence};

const EXAMPLES: &str = "\
Examples:
  papillon doctor                                   the service of this user, on the usual ports
  papillon doctor --config /etc/papillon.toml       with the settings of that file
  sudo -u papillon papillon doctor --https 443      as the user, and with the options, of the service

Give it the options and the environment that the service has. It takes all of `papillon serve`, and
changes nothing. Beside a service that runs it tries what clients do; without one it says whether one could
be started.

Each check is a line: ok, warn or FAIL, what was looked at, and what was seen. Under those that are not
ok stands what to do. Exit code 1: something failed.";

/// The options of `doctor`.
#[derive(Debug, clap::Args)]
#[command(
    after_help = EXAMPLES,
    after_long_help = EXAMPLES,
    mut_arg("check", |arg| arg.hide(true)),
    mut_arg("demo", |arg| arg.hide(true))
)]
pub(crate) struct DoctorArgs {
    #[command(flatten)]
    serve: ServeArgs,
    /// Prints a JSON array of objects with check, verdict (ok, warn or fail), seen and advice.
    #[arg(long)]
    json: bool,
}

/// Looks at everything. Fails when anything is wrong.
pub(crate) fn run(args: &DoctorArgs) -> anyhow::Result<()> {
    if args.serve.is_trial() {
        wrong_usage("--check and --demo belong to `papillon serve`; the doctor looks at a service as it is");
    }
    let mut report = Report::new(args.json);
    match args.serve.settings() {
        Ok(settings) => {
            report.add(Finding::ok("settings", sources(&settings)))?;
            let runtime = runtime::start()?;
            runtime.block_on(examine(&settings, &mut report))?;
            // The system's resolver may still be waiting for an answer.
            runtime.shutdown_background();
        }
        Err(error) => report.add(Finding::fail(
            "settings",
            sentence::of(&error),
            "correct that; `papillon serve --help` lists all settings",
        ))?,
    }
    report.finish()
}

/// The sources of the settings.
fn sources(settings: &Settings) -> String {
    match &settings.file {
        Some(file) => format!("read from {}, the environment and the options", file.display()),
        None => String::from("no configuration file; the environment, the options, and defaults"),
    }
}

async fn examine(settings: &Settings, report: &mut Report) -> anyhow::Result<()> {
    let surroundings = Surroundings::look(settings).await;
    // First of all: an absent folder or database is a fault only beside a service that runs.
    let listeners = listeners::probe(settings, &surroundings).await;
    let runs = listeners.service_runs();
    for finding in place::examine(settings.data_dir(), runs) {
        report.add(finding)?;
    }
    let (database, newest) = place::examine_database(settings, runs).await;
    report.add(database)?;
    report.add(clock::examine(settings, newest))?;
    report.add(files::examine(&settings.server.limits))?;
    for finding in listeners.findings(settings).await {
        report.add(finding)?;
    }
    for finding in public_host::examine(settings, &surroundings, &listeners).await {
        report.add(finding)?;
    }
    for finding in certificate::examine(settings, &surroundings, listeners.certificates()) {
        report.add(finding)?;
    }
    if let Some(finding) = old_windows::examine(settings, &listeners).await {
        report.add(finding)?;
    }
    for finding in dns::examine(settings, &surroundings, &listeners).await {
        report.add(finding)?;
    }
    report.add(names::examine(&surroundings).await)
}
