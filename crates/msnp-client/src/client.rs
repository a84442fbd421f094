//! The signed-in client.

mod lists;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use msnp::command::{NotificationEvent, NotificationRequest};
use msnp::connection_type::ConnectionType;
use msnp::message::{Emoticon, Text};
use msnp::object::MsnObject;
use msnp::passport::Secret;
use msnp::{FriendlyName, Handle, Privacy, Status};

use crate::core::Core;
use crate::notification::appear;
use crate::{
    Builder, CommandError, Contact, Conversation, ConversationId, Event, FetchError, FileSource, Group,
    PictureError, SendError, Transfer, TransferError, TransferId,
};

/// The time for which signing out waits for requests that are on their way through a gateway.
const FAREWELL: Duration = Duration::from_secs(3);

/// One signed-in account. Clones are handles to the same connection; it is signed out by
/// [`Client::sign_out`], or when the last handle and the events are dropped.
///
/// ```no_run
/// use msnp_client::Client;
/// use msnp_client::msnp::Status;
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let (client, _events) = Client::builder("ada@example.com".parse()?, "secret").sign_in().await?;
///
/// // The list, and the contacts that are online.
/// for contact in client.contacts() {
///     match &contact.presence {
///         Some(presence) => println!("{} is {:?}", contact.name.text(), presence.status),
///         None => println!("{} is offline", contact.name.text()),
///     }
/// }
/// client.add_contact(&"grace@example.com".parse()?).await?;
///
/// // The status and the picture that others see.
/// client.set_status(Status::Busy).await?;
/// client.set_picture(Some(std::fs::read("me.png")?.into())).await?;
///
/// // Talk, pictures, files.
/// let grace = "grace@example.com".parse()?;
/// client.send(&grace, "Lunch at one?").await?;
/// std::fs::write("grace.png", client.fetch_picture(&grace).await?)?;
/// client.send_file(&grace, "menu.pdf").await?.finished().await?;
///
/// client.sign_out().await;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Client {
    core: Arc<Core>,
}

impl Client {
    /// Begins the settings of a sign-in.
    pub fn builder(account: Handle, password: impl Into<String>) -> Builder {
        Builder::new(account, Secret::from(password.into()))
    }

    pub(crate) fn new(core: Arc<Core>) -> Self {
        Self { core }
    }

    /// The account that is signed in.
    pub fn account(&self) -> &Handle {
        &self.core.account
    }

    /// The own friendly name.
    pub fn name(&self) -> FriendlyName {
        self.core.own.read().name.clone()
    }

    /// The own status.
    pub fn status(&self) -> Status {
        self.core.own.read().status
    }

    /// The type of this machine's connection, judged by the addresses that the service sees.
    pub fn connection_type(&self) -> ConnectionType {
        self.core.peers.connection_type()
    }

    /// Every account on any list, sorted by handle. A snapshot.
    pub fn contacts(&self) -> Vec<Contact> {
        self.core.roster.read().contacts()
    }

    /// One account of the lists.
    pub fn contact(&self, who: &Handle) -> Option<Contact> {
        self.core.roster.read().contact(who).cloned()
    }

    /// The groups, by number.
    pub fn groups(&self) -> Vec<Group> {
        self.core.roster.read().groups()
    }

    /// The setting for accounts that are on neither the allow nor the block list.
    pub fn privacy(&self) -> Privacy {
        self.core.roster.read().privacy()
    }

    /// Changes the own status. [`Status::Hidden`] appears offline, and can open no conversations.
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`] for [`Status::Offline`], and any error of the service or the network.
    pub async fn set_status(&self, status: Status) -> Result<(), CommandError> {
        let core = Arc::clone(&self.core);
        self.ask(move |transaction| NotificationRequest::Chg(appear(&core, transaction, status)))
            .await
            .map(drop)
    }

    /// Changes the own friendly name.
    ///
    /// ```no_run
    /// # async fn example(client: msnp_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use msnp_client::msnp::FriendlyName;
    ///
    /// client.set_name(FriendlyName::from_text("Ada Lovelace")?).await?;
    /// println!("now I am {}", client.name().text());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`CommandError::Refused`] for a name that the service does not allow, and any error of the network.
    pub async fn set_name(&self, name: FriendlyName) -> Result<(), CommandError> {
        self.rename_contact(&self.core.account, name).await
    }

    /// Puts on a display picture (PNG bytes, at most 512 KB), or takes it off.
    ///
    /// # Errors
    ///
    /// [`CommandError::Picture`] when it is too large, and any error of the service or the network.
    pub async fn set_picture(&self, png: Option<Bytes>) -> Result<(), CommandError> {
        match png {
            Some(png) => self.core.pictures.put_on(png)?,
            None => self.core.pictures.take_off(),
        }
        // The description of the picture travels in `CHG`, so the same status is sent once more.
        self.set_status(self.status()).await
    }

    /// Publishes one more custom emoticon (PNG bytes, at most 100 KB).
    ///
    /// # Errors
    ///
    /// [`PictureError::TooLarge`], or [`PictureError::Shortcut`] when the shortcut is empty, longer than 50 characters or
    /// has control characters.
    pub fn add_emoticon(&self, shortcut: &str, png: Bytes) -> Result<(), PictureError> {
        self.core.pictures.add_emoticon(shortcut, png)
    }

    /// The shortcuts of the own custom emoticons, in the order in which they were published.
    pub fn emoticons(&self) -> Vec<String> {
        self.core.pictures.emoticons().iter().map(|own| own.shortcut().to_owned()).collect()
    }

    /// Lets contacts fetch a custom emoticon (as [`Client::add_emoticon`]). Only a text that is given the emoticon
    /// in [`Conversation::send_with`] carries it.
    ///
    /// # Errors
    ///
    /// As [`Client::add_emoticon`].
    pub fn emoticon(&self, shortcut: &str, png: Bytes) -> Result<Emoticon, PictureError> {
        self.core.pictures.emoticon(shortcut, png)
    }

    async fn ask(
        &self,
        build: impl FnOnce(msnp::TransactionId) -> NotificationRequest + Send + 'static,
    ) -> Result<NotificationEvent, CommandError> {
        self.core.notification.ask(build).await
    }

    /// The conversation with one contact: the open one, or a new one that opens with the first
    /// message.
    pub fn conversation(&self, with: &Handle) -> Conversation {
        Conversation::new(&self.core.conversations, self.core.conversations.with(with))
    }

    /// The conversation with this number, also one of several accounts that another account began. Events carry theirs:
    /// this is for programs that keep numbers. `None` when the conversation is forgotten: it is empty, and neither the
    /// program nor an event that waits to be read holds it.
    pub fn conversation_by_id(&self, id: ConversationId) -> Option<Conversation> {
        let conversations = &self.core.conversations;
        conversations.find(id).map(|state| Conversation::new(conversations, state))
    }

    /// Sends a text to one contact and waits until the service has delivered it.
    ///
    /// # Errors
    ///
    /// As [`Conversation::send`].
    pub async fn send(&self, to: &Handle, text: impl Into<Text>) -> Result<(), SendError> {
        self.conversation(to).send(text).await
    }

    /// Fetches a contact's display picture and verifies the bytes against its description. A picture that
    /// was fetched before is not fetched again.
    ///
    /// # Errors
    ///
    /// [`FetchError::NoPicture`] when the contact has none or is not online; otherwise as [`Client::fetch_object`].
    /// While the connection is broken, presence is unknown: that is a [`SendError::Disconnected`] in
    /// [`FetchError::Unreachable`].
    pub async fn fetch_picture(&self, of: &Handle) -> Result<Bytes, FetchError> {
        if !self.core.notification.is_connected() {
            return Err(self.core.notification.gone_or(SendError::Disconnected).await.into());
        }
        let picture = self.contact(of).and_then(|contact| contact.presence?.picture);
        let data = self.fetch_object(of, &picture.ok_or(FetchError::NoPicture)?).await?;
        self.core.events.emit(Event::Picture { of: of.clone(), data: data.clone() });
        Ok(data)
    }

    /// Fetches an emoticon, a picture or a background by its description.
    ///
    /// Fetches that need a new switchboard wait for their turn: three at once,
    /// then one in ten seconds.
    ///
    /// # Errors
    ///
    /// [`FetchError`] names the cause: the contact's client, the network or the description.
    pub async fn fetch_object(&self, from: &Handle, object: &MsnObject) -> Result<Bytes, FetchError> {
        self.core.peers.fetch(from, object).await
    }

    /// Offers a file: one on the disk by its path, or any other [`FileSource`]. The transfer reports the progress.
    ///
    /// ```no_run
    /// # async fn example(client: msnp_client::Client) -> Result<(), Box<dyn std::error::Error>> {
    /// use msnp_client::FileSource;
    ///
    /// let grace = "grace@example.com".parse()?;
    /// let mut transfer = client.send_file(&grace, "photo.png").await?;
    /// transfer.finished().await?;
    /// client.send_file(&grace, FileSource::bytes("notes.txt", "Lunch at one")).await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`TransferError::File`] when the file cannot be read, [`TransferError::Name`] when it cannot have that name,
    /// [`TransferError::NeedsDirect`] where the contact's client is too old for the allowed way, and
    /// [`TransferError::TooMany`]. [`Transfer::finished`] tells of later errors.
    pub async fn send_file(
        &self,
        to: &Handle,
        file: impl Into<FileSource>,
    ) -> Result<Transfer, TransferError> {
        self.core.peers.offer(to, file.into(), true).await
    }

    /// Like [`Client::send_file`], never over a direct connection.
    ///
    /// # Errors
    ///
    /// As [`Client::send_file`].
    pub async fn send_file_indirectly(
        &self,
        to: &Handle,
        file: impl Into<FileSource>,
    ) -> Result<Transfer, TransferError> {
        self.core.peers.offer(to, file.into(), false).await
    }

    /// Accepts an offered file: it is written into `folder` under a safe name that is free there.
    ///
    /// # Errors
    ///
    /// [`TransferError::Unknown`] when the offer is over, [`TransferError::File`] when `folder` cannot be written to,
    /// [`TransferError::NeedsDirect`] when the file could only come over a direct connection. [`Transfer::finished`]
    /// tells of later errors.
    pub async fn accept_file(
        &self,
        transfer: TransferId,
        folder: impl AsRef<Path>,
    ) -> Result<Transfer, TransferError> {
        self.core.peers.accept(transfer, folder.as_ref()).await
    }

    /// Refuses an offered file.
    ///
    /// # Errors
    ///
    /// [`TransferError::Unknown`] when the offer is over.
    pub async fn decline_file(&self, transfer: TransferId) -> Result<(), TransferError> {
        self.core.peers.decline(transfer).await
    }

    /// Ends a transfer of either side at any stage.
    ///
    /// # Errors
    ///
    /// [`TransferError::Unknown`] when it is over.
    pub async fn cancel_transfer(&self, transfer: TransferId) -> Result<(), TransferError> {
        self.core.peers.cancel(transfer).await
    }

    /// Leaves all conversations, signs out and waits until the service has closed the connection. The last event is
    /// [`Event::SignedOut`].
    pub async fn sign_out(&self) {
        // The switchboards first: the last event comes with the second step, and many programs end at that.
        self.core.conversations.leave_all().await;
        self.core.notification.sign_out().await;
        // The service notices by itself that a connection is gone whose `OUT` did not get through in that time.
        let _ = tokio::time::timeout(FAREWELL, self.core.settings.through_gateway.ended()).await;
    }
}
