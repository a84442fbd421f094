//! The file commands, from the offer to the end of the transfer.

use std::path::{Path, PathBuf};
use std::time::Duration;

use msnp::Handle;
use msnp_client::{Transfer, TransferError, TransferId};
use serde_json::{Value, json};
use tokio::time::sleep;

use super::answer::{self, Fields, fields, route_name};
use super::desk::{Desk, Origin};
use super::{FilePath, Rejection};

/// Progress is told this often at most.
const PROGRESS: Duration = Duration::from_millis(250);

/// A transfer by its number in events.
pub(super) const fn number(transfer: u64) -> TransferId {
    TransferId(transfer)
}

/// Offers a file and follows it until they have all of it.
pub(super) async fn send(
    desk: &Desk,
    id: &Value,
    to: &Handle,
    path: &Path,
    direct: bool,
) -> Result<Fields, Rejection> {
    let client = &desk.context.client;
    let transfer = if direct {
        client.send_file(to, path).await?
    } else {
        client.send_file_indirectly(to, path).await?
    };
    desk.tell(answer::sending(id, &transfer)).await;
    follow(desk, transfer.clone()).await?;
    Ok(fields(told(&transfer)))
}

/// Takes an offered file and follows it until all of it is here.
pub(super) async fn accept(desk: &Desk, number: u64, folder: Option<FilePath>) -> Result<Fields, Rejection> {
    let folder = folder.map_or_else(|| desk.context.folder.clone(), |FilePath(folder)| folder);
    let transfer = desk.context.client.accept_file(TransferId(number), &folder).await?;
    let path = follow(desk, transfer.clone()).await?;
    let mut told = fields(told(&transfer));
    told.insert(String::from("path"), path.to_string_lossy().into());
    Ok(told)
}

fn told(transfer: &Transfer) -> Value {
    let progress = transfer.progress();
    json!({
        "transfer": transfer.id().0,
        "size": progress.total,
        "route": progress.route.map(route_name),
    })
}

/// Waits for the end. A guest that disconnects ends it.
async fn follow(desk: &Desk, mut transfer: Transfer) -> Result<PathBuf, TransferError> {
    // The owner's output has all events of the client, progress among them.
    if desk.origin == Origin::Owner {
        return transfer.finished().await;
    }
    let mut hung_up = desk.hung_up.clone();
    let mut watched = transfer.clone();
    tokio::select! {
        // In this order: a transfer that is over does not change any more.
        biased;
        outcome = transfer.finished() => return outcome,
        _ = hung_up.wait_for(|gone| *gone) => {}
        () = tell_progress(desk, &mut watched) => {}
    }
    // It may have ended at this very moment.
    let _ = desk.context.client.cancel_transfer(watched.id()).await;
    transfer.finished().await
}

async fn tell_progress(desk: &Desk, transfer: &mut Transfer) {
    loop {
        let progress = transfer.changed().await;
        desk.tell(answer::progress(transfer.id().0, progress)).await;
        sleep(PROGRESS).await;
    }
}
