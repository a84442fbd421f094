//! Requests to the service: changes of lists, status, name and pictures.

use std::path::Path;

use bytes::Bytes;
use msnp::{GroupId, Handle};
use msnp_client::{Client, CommandError};

use super::home::at_home;
use crate::chat::action::{Outcome, Request};
use crate::clean;
use crate::names::friendly_name;
use crate::pictures::{display_picture, emoticon_picture};

/// Makes a change.
pub(super) async fn carry_out(client: Client, request: Request) -> Option<Outcome> {
    let result = make(&client, &request).await;
    Some(Outcome::Done { request, result })
}

async fn make(client: &Client, request: &Request) -> Result<(), String> {
    let result = match request {
        Request::Add(who) => client.add_contact(who).await,
        Request::Remove(who) => client.remove_contact(who).await,
        Request::Block(who) => client.block(who).await,
        Request::Unblock(who) => client.unblock(who).await,
        Request::Rename(who, name) => client.rename_contact(who, friendly_name(name)?).await,
        Request::Group(who, group) => put_into_group(client, who, group).await,
        Request::Ungroup(who, group) => match find_group(client, group) {
            Some(group) => client.remove_from_group(who, group).await,
            None => return Err(format!("there is no group {group}")),
        },
        Request::DropGroup(group) => match find_group(client, group) {
            Some(group) => client.remove_group(group).await,
            None => return Err(format!("there is no group {group}")),
        },
        Request::Status(status) => client.set_status(*status).await,
        Request::Name(name) => client.set_name(friendly_name(name)?).await,
        Request::Emoticon(shortcut, path) => {
            let png = read(path, emoticon_picture).await?;
            client.add_emoticon(shortcut, png).map_err(CommandError::from)
        }
        Request::Picture(None) => client.set_picture(None).await,
        Request::Picture(Some(path)) => {
            let png = read(path, display_picture).await?;
            client.set_picture(Some(png)).await
        }
    };
    result.map_err(|error| error.to_string())
}

/// Reads a picture and makes it fit.
async fn read(path: &Path, fit: fn(&Path) -> anyhow::Result<Bytes>) -> Result<Bytes, String> {
    let path = at_home(path);
    // Decoding a large picture takes long enough for keys to be missed.
    let read = tokio::task::spawn_blocking(move || fit(&path)).await;
    read.map_err(anyhow::Error::from).flatten().map_err(|error| crate::sentence::of(&error))
}

fn find_group(client: &Client, name: &str) -> Option<GroupId> {
    let wanted = name.to_lowercase();
    // Users write a name as it is drawn, which is cleaned.
    let fits = |group: &msnp_client::Group| clean::line(&group.name).to_lowercase() == wanted;
    client.groups().iter().find(|group| fits(group)).map(|group| group.id)
}

async fn put_into_group(client: &Client, who: &Handle, name: &str) -> Result<(), CommandError> {
    let group = match find_group(client, name) {
        Some(group) => group,
        None => client.add_group(name).await?,
    };
    client.add_to_group(who, group).await
}
