//! The two ends of a transfer, each in a process of its own: this program with [`SENDER`] or [`RECEIVER`], followed by
//! [`words`]. They obey the lines of standard input.

use std::io::{BufRead, Write};
use std::path::Path;

use anyhow::{Context, Result};
use msnp::Handle;
use msnp_client::{Client, DirectConnections, Event, Events, TransferRoute, Trust};
use tokio::sync::mpsc;

use crate::population::PASSWORD;
use crate::service::Service;

/// The word of the one that sends.
pub const SENDER: &str = "--sender";
/// The word of the one that receives.
pub const RECEIVER: &str = "--receiver";

/// The rest of the command line of an end.
///
/// # Errors
/// When the service has no HTTPS.
pub fn words(service: &Service, who: &str, route: TransferRoute) -> Result<[String; 4]> {
    let route = if route == TransferRoute::Direct { "direct" } else { "switchboard" };
    let doors = service.doors();
    let https = doors.https.context("the service has no HTTPS")?;
    Ok([doors.msnp.to_string(), https.to_string(), who.into(), route.into()])
}

/// Each line is a handle and a file, which is sent to that account; then the route is printed.
pub fn send(words: &[&str]) -> Result<()> {
    run(words, async |client, mut events, mut lines| {
        // They are not used; none may pile up.
        tokio::spawn(async move { while events.next().await.is_some() {} });
        while let Some(line) = lines.recv().await {
            let (peer, path) = line.split_once(' ').context("a handle and a file")?;
            let mut transfer = client.send_file(&Handle::parse(peer)?, Path::new(path)).await?;
            transfer.finished().await?;
            say(&format!("{:?}", transfer.progress().route))?;
        }
        Ok(())
    })
}

/// Each line is a folder into which the next offered file is received; then it says where that is.
pub fn receive(words: &[&str]) -> Result<()> {
    run(words, async |client, mut events, mut lines| {
        while let Some(folder) = lines.recv().await {
            let transfer = loop {
                if let Event::FileOffered { transfer, .. } = events.next().await.context("signed out")? {
                    break transfer;
                }
            };
            let mut transfer = client.accept_file(transfer, Path::new(&folder)).await?;
            say(&transfer.finished().await?.display().to_string())?;
        }
        Ok(())
    })
}

/// Signs in, says that it is ready, and acts on lines until there are no more.
fn run(
    words: &[&str],
    act: impl AsyncFnOnce(Client, Events, mpsc::UnboundedReceiver<String>) -> Result<()>,
) -> Result<()> {
    let &[msnp, https, who, route] = words else {
        anyhow::bail!("the end of a transfer cannot start: it needs two addresses, an account and a route")
    };
    let direct = if route == "direct" { DirectConnections::SameMachine } else { DirectConnections::Never };
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let (sender, lines) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            // The other end of the channel ends only with the process.
            let _ = sender.send(line);
        }
    });
    runtime.block_on(async {
        let (client, events) = Client::builder(Handle::parse(who)?, PASSWORD)
            .server(msnp.to_owned())
            .nexus(format!("https://{https}/rdr/pprdr.asp"))
            .trust(Trust::Anybody)
            .direct(direct)
            .sign_in()
            .await?;
        say("ready")?;
        act(client, events, lines).await
    })
}

fn say(line: &str) -> Result<()> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}")?;
    Ok(output.flush()?)
}
