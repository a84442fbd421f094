//! The fetches of this account's objects by others.

use std::collections::HashSet;

use msnp::Handle;
use msnp::message::Emoticon;
use msnp::object::MsnObject;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// The most fetches that wait for a slow reader; one that is further behind misses the oldest.
const MAX_WAITING: usize = 256;

/// An object by its hash, and the account that fetched it.
type Fetch = (Handle, String);
pub(super) type Receiver = broadcast::Receiver<Fetch>;

/// Tells waiting calls of each fetch.
pub(crate) struct Served(broadcast::Sender<Fetch>);

impl Default for Served {
    fn default() -> Self {
        Self(broadcast::Sender::new(MAX_WAITING))
    }
}

impl Served {
    pub(crate) fn subscribe(&self) -> Receiver {
        self.0.subscribe()
    }

    pub(crate) fn tell(&self, by: &Handle, object: MsnObject) {
        // An error means that no call waits.
        let _ = self.0.send((by.clone(), object.sha1d));
    }
}

/// The pictures of the emoticons of one text, for the members of its conversation at that time.
///
/// ```no_run
/// # async fn example(client: msnp_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// let heart = client.emoticon("(heart)", std::fs::read("heart.png")?.into())?;
/// let conversation = client.conversation(&"grace@example.com".parse()?);
/// let pictures = conversation.send_with("I (heart) you", &[heart]).await?;
/// // Signing out takes the pictures away.
/// let _ = tokio::time::timeout(Duration::from_secs(10), pictures.fetched()).await;
/// client.sign_out().await;
/// # Ok(())
/// # }
/// ```
pub struct Pictures {
    served: Receiver,
    missing: HashSet<Fetch>,
}

impl Pictures {
    pub(crate) fn new<'a>(
        served: Receiver,
        people: impl Iterator<Item = &'a Handle>,
        emoticons: &[Emoticon],
    ) -> Self {
        let of = |who: &Handle| {
            let who = who.clone();
            emoticons.iter().map(move |emoticon| (who.clone(), emoticon.object().sha1d.clone()))
        };
        Self { served, missing: people.flat_map(of).collect() }
    }

    /// Waits until every member has all pictures. It waits for ever where a member does not fetch, because its client
    /// has the picture or shows none. Clients before MSN Messenger 6 are not waited for.
    pub async fn fetched(mut self) {
        while !self.missing.is_empty() {
            match self.served.recv().await {
                Ok(fetch) => drop(self.missing.remove(&fetch)),
                // Missed fetches may be among the awaited ones.
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return,
            }
        }
    }
}
