//! The sending side of a transfer.

use bytes::BytesMut;
use msnp::message::{CancelCode, Invitation};
use msnp_p2p::msnftp::{SendStep, Sending, endpoint};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::sleep;

use super::receive::fault;
use super::{Input, OFFER_WAIT, STEP_WAIT, Task};
use crate::file_source::OutgoingFile;
use crate::transfer::Reporter;
use crate::{Event, TransferError, TransferRoute};

/// The number of bytes that are put together for one write.
const CHUNK: usize = 64 * 1024;

/// Sends a file: from the offer to the end.
pub(super) async fn run(mut task: Task, name: String, file: OutgoingFile, reporter: Reporter) {
    let outcome = send(&mut task, name, file, &reporter).await;
    match &outcome {
        Ok(())
        // In these cases the peer knows, or cannot be told.
        | Err(TransferError::Declined | TransferError::CancelledByPeer | TransferError::Unreachable(_)) => {}
        Err(TransferError::Cancelled) => task.say_cancel(CancelCode::OutBandCancel).await,
        Err(TransferError::TimedOut) => task.say_cancel(CancelCode::Timeout).await,
        Err(_) => task.say_cancel(CancelCode::Fail).await,
    }
    let (transfer, to) = (task.id, task.peer.clone());
    task.ended(outcome.map(|()| Event::FileSent { transfer, to }), Some(&reporter));
}

async fn send(
    task: &mut Task,
    name: String,
    file: OutgoingFile,
    reporter: &Reporter,
) -> Result<(), TransferError> {
    let size = file.size();
    task.say(&Invitation::file(task.cookie, name, size)).await?;
    let answer = match task.next(OFFER_WAIT).await? {
        Input::Invitation(answer) => answer,
        Input::Cancel | Input::Accept { .. } => return Err(TransferError::Cancelled),
    };
    let (stream, auth_cookie) = if answer.sender_connect == Some(true) {
        let endpoint = endpoint(&answer).ok_or(TransferError::Broken)?;
        (task.connect(&endpoint).await?, endpoint.auth_cookie)
    } else {
        let listening = task.listen(false).await?;
        task.say(&listening.invitation).await?;
        let stream = tokio::select! {
            stream = listening.accept() => stream?,
            input = task.next(STEP_WAIT) => match input? {
                Input::Cancel => return Err(TransferError::Cancelled),
                Input::Invitation(_) | Input::Accept { .. } => return Err(TransferError::Broken),
            },
        };
        (stream, listening.auth_cookie)
    };
    let sending = Sending::new(task.peer.clone(), auth_cookie, size);
    pump(task, stream, sending, file, reporter).await
}

/// Reads and writes at the same time: the receiver may cancel in the middle.
async fn pump(
    task: &mut Task,
    mut stream: TcpStream,
    mut sending: Sending,
    mut file: OutgoingFile,
    reporter: &Reporter,
) -> Result<(), TransferError> {
    // `read_buf` and `write_buf` are cancel-safe: the branches that lose a round have moved no bytes.
    let (mut reader, mut writer) = stream.split();
    let (mut said, mut out) = (BytesMut::with_capacity(512), BytesMut::with_capacity(CHUNK + 4096));
    loop {
        while let Some(step) = sending.handle(&mut said).map_err(fault)? {
            match step {
                SendStep::Write(bytes) => out.extend_from_slice(&bytes),
                SendStep::Finished => return Ok(()),
            }
        }
        // Not before: the progress that is reported is at most one chunk ahead of the wire.
        if out.is_empty() {
            fill(&mut out, &mut sending, &mut file).await?;
            reporter.progress(sending.sent(), TransferRoute::Msnftp);
        }
        tokio::select! {
            read = reader.read_buf(&mut said) => if !matches!(read, Ok(1..)) {
                return Err(TransferError::Broken);
            },
            written = writer.write_buf(&mut out), if !out.is_empty() => if written.is_err() {
                return Err(TransferError::Broken);
            },
            input = task.inputs.recv() => if matches!(input, None | Some(Input::Cancel)) {
                // The peer may be gone.
                let _ = writer.write_all(&sending.cancel()).await;
                return Err(TransferError::Cancelled);
            },
            // Begun anew with each step: a slow peer may take all its time, a silent one may not.
            () = sleep(STEP_WAIT) => return Err(TransferError::TimedOut),
        }
    }
}

async fn fill(
    out: &mut BytesMut,
    sending: &mut Sending,
    file: &mut OutgoingFile,
) -> Result<(), TransferError> {
    while out.len() < CHUNK
        && let Some((header, offset, length)) = sending.next_block()
    {
        out.extend_from_slice(&header);
        if length > 0 {
            let block = file.read(offset, length).await?;
            out.extend_from_slice(&block);
        }
    }
    Ok(())
}
