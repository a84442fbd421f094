//! What Monarch does about what happens.

use std::collections::{HashMap, HashSet};
use std::io::Cursor;
use std::path::Path;
use std::sync::Arc;

use msnp::{FriendlyName, Handle};
use msnp_client::{Client, Conversation, ConversationId, Event, Events};
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::files::{self, Offer};
use super::reply::{self, Heard};
use super::talk::{Talk, Voice};

/// So many files, either way, at once.
const FILES: usize = 4;

/// What Monarch knows from one sign-in to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// Who has been welcomed.
    welcomed: HashSet<Handle>,
    /// The hash of the display picture that was seen last.
    pictures: HashMap<Handle, String>,
    /// How many replies there have been.
    turn: usize,
}

/// Monarch, signed in.
pub(super) struct Bot<'a> {
    client: Client,
    folder: &'a Path,
    memory: &'a mut Memory,
    talks: HashMap<ConversationId, Talk>,
    tasks: JoinSet<()>,
    files: Arc<Semaphore>,
}

/// Something that was said.
struct Said {
    from: Handle,
    name: FriendlyName,
    text: String,
    emoticons: Vec<String>,
}

impl<'a> Bot<'a> {
    pub(super) fn new(client: Client, folder: &'a Path, memory: &'a mut Memory) -> Self {
        let files = Arc::new(Semaphore::new(FILES));
        Self { client, folder, memory, talks: HashMap::new(), tasks: JoinSet::new(), files }
    }

    /// Until it is signed out for good.
    pub(super) async fn live(mut self, mut events: Events) {
        for contact in self.client.contacts() {
            if contact.presence.is_some() {
                self.welcome(contact.handle, &contact.name);
            }
        }
        while let Some(event) = events.next().await {
            self.react(event);
            // What has been done is forgotten.
            while self.tasks.try_join_next().is_some() {}
        }
    }

    fn react(&mut self, event: Event) {
        match event {
            Event::Presence { who, name, presence: Some(_) } => self.welcome(who, &name),
            Event::Message { conversation, from, name, text, emoticons } => {
                let emoticons = emoticons.iter().map(|emoticon| emoticon.shortcut().to_owned()).collect();
                self.answer(conversation, &Said { from, name, text: text.body, emoticons });
            }
            Event::FileOffered { transfer, from, name, size, .. } => {
                self.take(&from, Offer { transfer, name, size });
            }
            Event::ContactAdded { contact, by_them: true } => self.add_back(contact.handle),
            Event::ConversationClosed { conversation } => drop(self.talks.remove(&conversation)),
            Event::SignedOut { reason, will_retry } => {
                tracing::debug!(?reason, will_retry, "Monarch is offline");
                self.talks.clear();
            }
            _ => {}
        }
    }

    /// Says hello to somebody who is seen for the first time.
    fn welcome(&mut self, who: Handle, name: &FriendlyName) {
        if self.memory.welcomed.insert(who.clone()) {
            let words = reply::welcome(&name.text());
            self.talk_with(&who).voice.say(words);
        }
    }

    fn answer(&mut self, id: ConversationId, said: &Said) {
        self.memory.turn += 1;
        let (turn, online) = (self.memory.turn, self.online());
        let Some(talk) = self.talk(id, &said.from) else { return };
        let in_company = talk.conversation.participants().len() > 1;
        let emoticons: Vec<_> = said.emoticons.iter().map(String::as_str).collect();
        let reply = reply::reply(&Heard {
            text: &said.text,
            name: &said.name.text(),
            in_company,
            emoticons: &emoticons,
            online: &online,
            now: OffsetDateTime::now_utc(),
            turn,
            said: &talk.voice.said(),
        });
        let (Some(reply), voice) = (reply, talk.voice.clone()) else { return };
        let heard = if reply.takes_long { voice.say_slowly(reply.words) } else { voice.say(reply.words) };
        if !heard {
            return;
        }
        if let Some(gift) = reply.gift {
            self.give(&said.from, gift, voice.clone());
        }
        if !in_company {
            self.look_at(&said.from, voice);
        }
    }

    /// The names of everybody who is online.
    fn online(&self) -> Vec<String> {
        let online = self.client.contacts().into_iter().filter(|contact| contact.presence.is_some());
        online.map(|contact| contact.name.text().into_owned()).collect()
    }

    fn give(&mut self, to: &Handle, gift: reply::Gift, voice: Voice) {
        let Ok(place) = Arc::clone(&self.files).try_acquire_owned() else {
            voice.say(String::from("But my wings are full: ask me again in a while."));
            return;
        };
        let (client, to, file) = (self.client.clone(), to.clone(), gift.path(self.folder));
        self.tasks.spawn(async move {
            files::give(client, to, file, voice).await;
            drop(place);
        });
    }

    fn take(&mut self, from: &Handle, offer: Offer) {
        let (client, folder) = (self.client.clone(), files::inbox(self.folder));
        let voice = self.talk_with(from).voice.clone();
        let place = Arc::clone(&self.files).try_acquire_owned();
        self.tasks.spawn(async move {
            match &place {
                Ok(_) => files::take(client, offer, folder, voice).await,
                Err(_) => {
                    let words = "My wings are full: offer it again in a while.";
                    files::decline(&client, offer.transfer, words, &voice).await;
                }
            }
        });
    }

    /// Fetches a display picture that is new, and says something about it.
    fn look_at(&mut self, who: &Handle, voice: Voice) {
        let presence = self.client.contact(who).and_then(|contact| contact.presence);
        let Some(picture) = presence.and_then(|presence| presence.picture) else { return };
        let seen = self.memory.pictures.insert(who.clone(), picture.sha1d.clone());
        if seen.is_some_and(|seen| seen == picture.sha1d) {
            return;
        }
        let (client, who) = (self.client.clone(), who.clone());
        self.tasks.spawn(async move {
            match client.fetch_picture(&who).await {
                Ok(data) => drop(voice.say(reply::picture(data.len(), dimensions(&data)))),
                Err(error) => tracing::debug!(%who, %error, "Monarch did not get a picture"),
            }
        });
    }

    fn add_back(&mut self, who: Handle) {
        let client = self.client.clone();
        self.tasks.spawn(async move {
            if let Err(error) = client.add_contact(&who).await {
                tracing::debug!(%who, %error, "Monarch could not add somebody");
            }
        });
    }

    /// The talk in which something was said.
    fn talk(&mut self, id: ConversationId, from: &Handle) -> Option<&mut Talk> {
        if !self.talks.contains_key(&id) {
            let conversation = self.client.conversation(from);
            if conversation.id() != id {
                tracing::debug!(%from, "something was said where Monarch cannot answer");
                return None;
            }
            self.begin(conversation);
        }
        self.talks.get_mut(&id)
    }

    /// The talk with one person.
    fn talk_with(&mut self, who: &Handle) -> &mut Talk {
        let conversation = self.client.conversation(who);
        self.begin(conversation)
    }

    fn begin(&mut self, conversation: Conversation) -> &mut Talk {
        let id = conversation.id();
        self.talks.entry(id).or_insert_with(|| Talk::new(conversation, &mut self.tasks))
    }
}

/// Width and height of a picture; `None` when it is none.
fn dimensions(data: &[u8]) -> Option<(u32, u32)> {
    image::ImageReader::new(Cursor::new(data)).with_guessed_format().ok()?.into_dimensions().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_measured() {
        assert_eq!(dimensions(&super::super::drawing::emoticon()), Some((19, 19)));
        assert_eq!(dimensions(b"no picture"), None);
    }
}
