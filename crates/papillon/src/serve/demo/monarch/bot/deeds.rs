//! Monarch's longer deeds: files, pictures, friendships. Each is a task of its own.

use std::io::Cursor;
use std::sync::Arc;

use msnp::Handle;

use super::super::files::{self, Offer};
use super::super::reply::{self, Gift};
use super::super::talk::{Spoken, Voice};
use super::Bot;

impl Bot<'_> {
    /// Sends a file after the words that go with it.
    pub(super) fn give(&mut self, to: &Handle, gift: Gift, voice: Voice, spoken: Spoken) {
        let Ok(place) = Arc::clone(&self.files).try_acquire_owned() else {
            voice.say(String::from("But my wings are full: ask me again in a while."));
            return;
        };
        let (client, to, file) = (self.client.clone(), to.clone(), gift.path(self.folder));
        self.tasks.spawn(async move {
            // Unsaid words are no reason to keep the file.
            let _ = spoken.await;
            files::give(client, to, file, voice).await;
            drop(place);
        });
    }

    /// Takes a file, or says why not.
    pub(super) fn take(&mut self, from: &Handle, offer: Offer) {
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
    pub(super) fn look_at(&mut self, who: &Handle, voice: Voice) {
        let presence = self.client.contact(who).and_then(|contact| contact.presence);
        let Some(picture) = presence.and_then(|presence| presence.picture) else { return };
        // Noted before the fetch: a picture that cannot be had is not tried again with each text.
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

    /// Adds a person that has added Monarch.
    pub(super) fn add_back(&mut self, who: Handle) {
        let client = self.client.clone();
        self.tasks.spawn(async move {
            if let Err(error) = client.add_contact(&who).await {
                tracing::debug!(%who, %error, "Monarch could not add somebody");
            }
        });
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
        assert_eq!(dimensions(&crate::serve::demo::monarch::drawing::emoticon()), Some((19, 19)));
        assert_eq!(dimensions(b"no picture"), None);
    }
}
