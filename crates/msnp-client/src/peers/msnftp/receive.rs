//! The receiving side of a transfer.

use bytes::BytesMut;
use msnp::message::CancelCode;
use msnp_p2p::msnftp::{MsnftpError, Offer, ReceiveStep, Receiving, accept, endpoint};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Input, OFFER_WAIT, STEP_WAIT, Task};
use crate::peers::incoming::Destination;
use crate::transfer::Reporter;
use crate::{Event, TransferError, TransferRoute};

/// Receives a file: from the offer to the end.
pub(super) async fn run(mut task: Task, offer: Offer) {
    let (mut destination, reporter) = match task.next(OFFER_WAIT).await {
        Ok(Input::Accept { destination, reporter }) => (destination, reporter),
        Ok(Input::Cancel) => {
            task.say_cancel(CancelCode::Reject).await;
            // Declined here: the user knows, and no event follows.
            return task.surroundings.upgrade().into_iter().for_each(|here| here.offers.ended(task.id));
        }
        Ok(Input::Invitation(_)) => return task.ended(Err(TransferError::Broken), None),
        Err(TransferError::TimedOut) => {
            task.say_cancel(CancelCode::Timeout).await;
            return task.ended(Err(TransferError::TimedOut), None);
        }
        Err(_) => return task.ended(Err(TransferError::CancelledByPeer), None),
    };
    let outcome = receive(&mut task, &offer, &mut destination, &reporter).await;
    match &outcome {
        // The peer knows in these two cases. In all others it would wait.
        Err(TransferError::CancelledByPeer) | Ok(()) => {}
        Err(TransferError::Cancelled) => task.say_cancel(CancelCode::OutBandCancel).await,
        Err(_) => task.say_cancel(CancelCode::Fail).await,
    }
    let path = destination.path().to_owned();
    let from = task.peer.clone();
    let transfer = task.id;
    task.ended(outcome.map(|()| Event::FileReceived { transfer, from, path }), Some(&reporter));
}

async fn receive(
    task: &mut Task,
    offer: &Offer,
    destination: &mut Destination,
    reporter: &Reporter,
) -> Result<(), TransferError> {
    let (stream, auth_cookie) = if offer.sender_listens {
        task.say(&accept(task.cookie)).await?;
        let endpoint = loop {
            match task.next(STEP_WAIT).await? {
                Input::Invitation(invitation) => break endpoint(&invitation).ok_or(TransferError::Broken)?,
                Input::Cancel => return Err(TransferError::Cancelled),
                Input::Accept { .. } => {}
            }
        };
        (task.connect(&endpoint).await?, endpoint.auth_cookie)
    } else {
        let listening = task.listen(true).await?;
        task.say(&listening.invitation).await?;
        (listening.accept().await?, listening.auth_cookie)
    };
    let own = task.surroundings()?.account.clone();
    pump(task, stream, Receiving::new(own, auth_cookie, offer.size), destination, reporter).await?;
    destination.finish().await
}

async fn pump(
    task: &mut Task,
    mut stream: TcpStream,
    mut receiving: Receiving,
    destination: &mut Destination,
    reporter: &Reporter,
) -> Result<(), TransferError> {
    let broken = |_| TransferError::Broken;
    stream.write_all(&receiving.opening()).await.map_err(broken)?;
    let mut buffer = BytesMut::with_capacity(64 * 1024);
    loop {
        while let Some(step) = receiving.handle(&mut buffer).map_err(fault)? {
            match step {
                ReceiveStep::Write(bytes) => stream.write_all(&bytes).await.map_err(broken)?,
                ReceiveStep::Data(bytes) => {
                    destination.write(&bytes).await?;
                    reporter.progress(receiving.received(), TransferRoute::Msnftp);
                }
                ReceiveStep::Finished(bytes) => {
                    // All bytes are here; the answer is for the peer's sake only.
                    let _ = stream.write_all(&bytes).await;
                    let _ = stream.shutdown().await;
                    return Ok(());
                }
            }
        }
        buffer.reserve(64 * 1024);
        tokio::select! {
            read = timeout(STEP_WAIT, stream.read_buf(&mut buffer)) => match read {
                Ok(Ok(1..)) => {}
                Ok(_) => return Err(TransferError::Broken),
                Err(_) => return Err(TransferError::TimedOut),
            },
            // Invitations that come now are about nothing that could still be negotiated.
            input = task.inputs.recv() => if matches!(input, None | Some(Input::Cancel)) {
                // The peer may be gone.
                let _ = stream.write_all(&receiving.cancel()).await;
                return Err(TransferError::Cancelled);
            },
        }
    }
}

pub(super) fn fault(error: MsnftpError) -> TransferError {
    tracing::debug!(%error, "an MSNFTP transfer ended early");
    match error {
        MsnftpError::Cancelled => TransferError::CancelledByPeer,
        _ => TransferError::Broken,
    }
}
