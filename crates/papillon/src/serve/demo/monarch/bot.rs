//! Monarch's reactions to events.

mod deeds;

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use msnp::{FriendlyName, Handle};
use msnp_client::{Client, Conversation, ConversationId, Event, Events};
use time::OffsetDateTime;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::files::Offer;
use super::reply::{self, Heard};
use super::talk::Talk;

/// So many files, either way, at once.
const FILES: usize = 4;

/// Monarch's memory from one sign-in to the next.
#[derive(Debug, Default)]
pub(super) struct Memory {
    /// The people that were welcomed.
    welcomed: HashSet<Handle>,
    /// The hash of the display picture that was seen last.
    pictures: HashMap<Handle, String>,
    /// The number of replies so far.
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
            // The set keeps tasks that have ended until they are taken out.
            while self.tasks.try_join_next().is_some() {}
        }
    }

    fn react(&mut self, event: Event) {
        match event {
            Event::Online { who, name, .. } => self.welcome(who, &name),
            Event::Message { conversation, from, name, text, emoticons } => {
                let emoticons = emoticons.iter().map(|emoticon| emoticon.shortcut().to_owned()).collect();
                self.answer(conversation, &Said { from, name, text: text.body, emoticons });
            }
            Event::FileOffered { transfer, from, name, size, .. } => {
                self.take(&from, Offer { transfer, name, size });
            }
            Event::ContactAdded { contact, by_them: true } => self.add_back(contact.handle),
            Event::ConversationClosed { conversation } => drop(self.talks.remove(&conversation.id())),
            Event::SignedOut { reason, will_retry } => {
                tracing::debug!(?reason, will_retry, "Monarch is offline");
                // Their voices fall silent with them: nothing is typed into a broken connection.
                self.talks.clear();
            }
            _ => {}
        }
    }

    /// Welcomes a person that is seen for the first time.
    fn welcome(&mut self, who: Handle, name: &FriendlyName) {
        // Once in a demo: contacts come and go, and Monarch signs in again.
        if self.memory.welcomed.insert(who.clone()) {
            let words = reply::welcome(&name.text());
            self.talk_with(&who).voice.say(words);
        }
    }

    fn answer(&mut self, conversation: Conversation, said: &Said) {
        self.memory.turn += 1;
        let (turn, online) = (self.memory.turn, self.online());
        let talk = self.talk(conversation);
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
        let spoken = if reply.takes_long { voice.say_slowly(reply.words) } else { voice.say(reply.words) };
        let Some(spoken) = spoken else { return };
        if let Some(gift) = reply.gift {
            self.give(&said.from, gift, voice.clone(), spoken);
        }
        if !in_company {
            self.look_at(&said.from, voice);
        }
    }

    /// The names of all people online.
    fn online(&self) -> Vec<String> {
        let online = self.client.contacts().into_iter().filter(|contact| contact.presence.is_some());
        online.map(|contact| contact.name.text().into_owned()).collect()
    }

    /// The talk with one person.
    fn talk_with(&mut self, who: &Handle) -> &mut Talk {
        let conversation = self.client.conversation(who);
        self.talk(conversation)
    }

    /// The talk in a conversation.
    fn talk(&mut self, conversation: Conversation) -> &mut Talk {
        let id = conversation.id();
        self.talks.entry(id).or_insert_with(|| Talk::new(conversation, &mut self.tasks))
    }
}
