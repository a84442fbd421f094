//! The commands that send messages.

use std::time::Duration;

use msnp_client::{Client, Conversation, ConversationId};
use serde_json::json;
use tokio::time::timeout;

use super::answer::{Fields, fields};
use super::picture_file::image;
use super::{Address, Body, Context, EmoticonPicture, FilePath, Rejection, Said};
use crate::pictures::emoticon_picture;

/// The longest wait for the pictures of emoticons.
const FETCHING: Duration = Duration::from_secs(10);

/// The conversation that a command means.
pub(super) fn find(
    client: &Client,
    to: Option<Address>,
    conversation: Option<u64>,
) -> Result<Conversation, Rejection> {
    match (to, conversation) {
        (Some(Address(to)), None) => Ok(client.conversation(&to)),
        (None, Some(number)) => client.conversation_by_id(ConversationId(number)).ok_or_else(|| {
            Rejection::new("no-such-conversation", format!("there is no conversation {number}"))
        }),
        (None, None) => Err(Rejection::bad_argument("to whom? Give \"to\" or \"conversation\"")),
        (Some(_), Some(_)) => Err(Rejection::bad_argument("give either \"to\" or \"conversation\"")),
    }
}

/// Says something and waits until it is delivered.
pub(super) async fn send(
    Context { client, said, .. }: &Context,
    talk: &Conversation,
    text: String,
    emoticons: Vec<EmoticonPicture>,
    until_fetched: bool,
) -> Result<Fields, Rejection> {
    // Legacy clients want CR LF between lines.
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    if text.is_empty() {
        return Err(Rejection::bad_argument("the text is empty"));
    }
    let mut brought = Vec::with_capacity(emoticons.len());
    for EmoticonPicture { shortcut, path: FilePath(path) } in emoticons {
        let png = image(path, emoticon_picture).await?;
        brought.push(client.emoticon(&shortcut, png)?);
    }
    let pictures = talk.send_with(text.as_str(), &brought).await?;
    if let Some(said) = said {
        // A messenger that is behind misses texts of others' commands: the command does not wait for it.
        let _ = said.try_send(Said { conversation: talk.id(), with: talk.participants(), text });
    }
    let mut told = fields(json!({ "conversation": talk.id().0 }));
    if until_fetched {
        let fetched = timeout(FETCHING, pictures.fetched()).await.is_ok();
        told.insert(String::from("fetched"), fetched.into());
    }
    Ok(told)
}

/// Sends a message of any type and waits until it is delivered.
pub(super) async fn send_raw(
    talk: &Conversation,
    content_type: &str,
    headers: &[(String, String)],
    body: Body,
) -> Result<Fields, Rejection> {
    let body = body.into_bytes().ok_or_else(|| Rejection::bad_argument("the body is no base64"))?;
    let headers: Vec<_> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    talk.send_raw(content_type, &headers, body).await?;
    Ok(fields(json!({ "conversation": talk.id().0 })))
}
