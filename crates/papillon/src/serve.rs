//! `papillon serve`: the service.

mod check;
mod demo;
mod first_steps;
mod lock;
mod options;
mod reload;

use std::fmt::Write as _;
use std::net::SocketAddr;

use anyhow::Context;
use papillon_server::Server;
use tempfile::TempDir;
use tokio::sync::mpsc;

use self::demo::Demo;
use self::lock::Locks;
pub(crate) use self::options::ServeArgs;
use crate::settings::Settings;
use crate::{database, listeners, logging, open_files, runtime, signals, stdout};

/// The name and the address of each open listener.
type Addresses = Vec<(&'static str, SocketAddr)>;

/// Runs the service until it is told to stop.
pub(crate) fn run(args: &ServeArgs) -> anyhow::Result<()> {
    let mut settings = args.settings()?;
    if args.check {
        let _demo = args.demo.then(|| Demo::prepare(&mut settings)).transpose()?;
        return runtime::start()?.block_on(check::run(&settings));
    }
    logging::start(settings.log_format, "info")?;
    open_files::raise(&mut settings.server.limits);
    let folder = runtime::start()?.block_on(serve(args, settings))?;
    // By now the runtime has ended, and with it all tasks that had the folder's files open.
    if let Some(folder) = folder {
        demo::remove(folder);
    }
    tracing::info!("the service has ended");
    Ok(())
}

/// Serves. Returns the folder of a demo.
async fn serve(args: &ServeArgs, mut settings: Settings) -> anyhow::Result<Option<TempDir>> {
    // Two: the first message begins the shutdown, the second cuts its time of grace short.
    let (sender, mut stop) = mpsc::channel(2);
    let (again, asked) = mpsc::channel(1);
    signals::forward(sender.clone())?;
    match args.demo {
        true => signals::forward_hang_ups(sender)?,
        false => signals::hang_ups(again, sender)?,
    }
    // From here on no signal ends the program before the folder has been removed.
    let demo = args.demo.then(|| Demo::prepare(&mut settings)).transpose()?;
    let started = tokio::select! {
        started = start(&settings, demo.as_ref()) => Some(started?),
        // Not even started: there is nothing to end.
        _ = stop.recv() => None,
    };
    // `_locks` stay until the service has ended, and with it every write to the files.
    if let Some((server, addresses, _locks)) = started {
        let _monarch = demo.as_ref().map(|demo| demo.release_monarch(&addresses)).transpose()?;
        let reload = server.reload();
        tokio::select! {
            () = server.run(stop) => {}
            () = reload::keep(args, settings, asked, &reload) => {}
        }
    }
    Ok(demo.map(Demo::into_folder))
}

async fn start(settings: &Settings, demo: Option<&Demo>) -> anyhow::Result<(Server, Addresses, Locks)> {
    settings.see_that_listeners_fit()?;
    // Before the listeners: that their ports are taken would be less than the truth. But a service that cannot
    // listen makes nothing.
    let early = if settings.data_dir().is_dir() { Some(Locks::take(settings).await?) } else { None };
    let listeners = listeners::bind(settings).await?;
    let locks = match early {
        Some(locks) => locks,
        None => Locks::take(settings).await?,
    };
    let addresses = listeners::addresses(&listeners)?;
    let store = database::open(settings).await?;
    if let Some(demo) = demo {
        demo.settle(&*store).await?;
    }
    // The number of the last change as well: accounts that were all removed are not a first start.
    let nobody = store.last_change().await.context("the database cannot be read")? == 0
        && store.people("", 0, 1).await.context("the database cannot be read")?.total == 0;
    let server = Server::bind(settings.server.clone(), store, listeners).await?;
    match nobody {
        true => first_steps::tell(settings, &addresses),
        false => first_steps::tell_setup_page(settings, &addresses),
    }
    let mut lines = String::new();
    for (name, address) in &addresses {
        // Writing to a string cannot fail.
        let _ = writeln!(lines, "listening {name} {address}");
    }
    lines.push_str("ready\n");
    stdout::print(&lines)?;
    tracing::info!(version = env!("CARGO_PKG_VERSION"), data = %settings.data_dir().display(), "the service is ready");
    if let Some(demo) = demo {
        // Last, so that it stands at the bottom of the screen.
        demo.tell(settings, &addresses);
    }
    Ok((server, addresses, locks))
}
