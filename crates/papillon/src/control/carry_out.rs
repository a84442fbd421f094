//! The commands, carried out.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use msnp::Handle;
use msnp_client::Client;
use serde_json::{Value, json};

use super::answer::{Fields, fields};
use super::contact_entry::contacts_as_json;
use super::desk::Desk;
use super::picture_file::image;
use super::{Address, Body, Command, FilePath, Rejection, files, talking};
use crate::names::{friendly_name, status, status_name};
use crate::pictures::display_picture;

type Outcome = Result<Fields, Rejection>;

/// Carries out a command; returns the fields of its answer.
pub(super) async fn carry_out(desk: &Desk, id: &Value, command: Command) -> Outcome {
    let client = &desk.context.client;
    match command {
        Command::Send { to, conversation, text, emoticons, until_fetched } => {
            let talk = talking::find(client, to, conversation)?;
            talking::send(&desk.context, &talk, text, emoticons, until_fetched).await
        }
        Command::Typing { to, conversation } => {
            let talk = talking::find(client, to, conversation)?;
            done(talk.typing().await)
        }
        Command::Nudge { to, conversation } => {
            let talk = talking::find(client, to, conversation)?;
            done(talk.nudge().await)
        }
        Command::SendRaw { to, conversation, content_type, headers, body, encoding } => {
            let talk = talking::find(client, to, conversation)?;
            talking::send_raw(&talk, &content_type, &headers, Body { encoding, body }).await
        }
        Command::Invite { conversation, who: Address(who) } => {
            done(talking::find(client, None, Some(conversation))?.invite(&who).await)
        }
        Command::Leave { conversation } => {
            talking::find(client, None, Some(conversation))?.leave().await;
            Ok(Fields::new())
        }
        Command::SendFile { to: Address(to), path, direct } => {
            files::send(desk, id, &to, &path.0, direct).await
        }
        Command::Accept { transfer, folder } => files::accept(desk, transfer, folder).await,
        Command::Decline { transfer } => done(client.decline_file(files::number(transfer)).await),
        Command::Cancel { transfer } => done(client.cancel_transfer(files::number(transfer)).await),
        Command::Picture { who: Address(who), path } => picture(client, &who, path).await,
        Command::SetPicture { path } => set_picture(client, path).await,
        Command::Contacts {} => Ok(fields(contacts_as_json(client))),
        Command::Add { who: Address(who) } => done(client.add_contact(&who).await),
        Command::Remove { who: Address(who) } => done(client.remove_contact(&who).await),
        Command::Block { who: Address(who) } => done(client.block(&who).await),
        Command::Unblock { who: Address(who) } => done(client.unblock(&who).await),
        Command::Status { status: wanted } => {
            if let Some(word) = wanted {
                client.set_status(status(&word).map_err(Rejection::bad_argument)?).await?;
            }
            Ok(myself(client))
        }
        Command::Name { name } => {
            client.set_name(friendly_name(&name).map_err(Rejection::bad_argument)?).await?;
            Ok(myself(client))
        }
        Command::Quit {} => {
            let text = "only standard input of the program itself ends it; SIGTERM does so too";
            Err(Rejection::new("not-allowed", text))
        }
    }
}

/// There is nothing to say but that.
fn done<E: Into<Rejection>>(result: Result<(), E>) -> Outcome {
    result.map(|()| Fields::new()).map_err(Into::into)
}

fn myself(client: &Client) -> Fields {
    fields(json!({
        "account": client.account().as_str(),
        "name": client.name().text(),
        "status": status_name(Some(client.status())),
    }))
}

async fn picture(client: &Client, who: &Handle, path: Option<FilePath>) -> Outcome {
    // Asked before the fetch, whose error does not tell these two apart.
    match client.contact(who).map(|contact| contact.presence) {
        None => {
            let text = format!("{who} is not on the contact list: `papillon contacts add {who}` adds them");
            return Err(Rejection::new("not-on-list", text));
        }
        Some(None) => {
            let text = format!("{who} is not online: a display picture comes from their own client");
            return Err(Rejection::new("not-online", text));
        }
        Some(Some(_)) => {}
    }
    let data = client.fetch_picture(who).await?;
    let size = data.len();
    let Some(FilePath(path)) = path else {
        // At most 512 KB, so the line stays far below the 8 MiB that the asking side reads.
        return Ok(fields(json!({ "size": size, "data": STANDARD.encode(&data) })));
    };
    tokio::fs::write(&path, &data)
        .await
        .map_err(|error| Rejection::new("file", format!("{} cannot be written: {error}", path.display())))?;
    Ok(fields(json!({ "size": size, "path": path.to_string_lossy() })))
}

async fn set_picture(client: &Client, path: Option<FilePath>) -> Outcome {
    let png = match path {
        Some(FilePath(path)) => Some(image(path, display_picture).await?),
        None => None,
    };
    done(client.set_picture(png).await)
}
