//! The settings of a client, given before it signs in.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use msnp::passport::Secret;
use msnp::{Dialect, FriendlyName, Handle, Status};
use tokio::sync::mpsc;

use crate::assembly::assemble;
use crate::core::Own;
use crate::events::EventSender;
use crate::notification::{self, NotificationHandle};
use crate::settings::{Nexus, Settings, Where};
use crate::{Client, Events, SignInError, Trust};

/// The number of requests that may wait for the notification connection.
const MAX_COMMANDS: usize = 64;

/// Whether pictures and files may go over a TCP connection between the two clients. Such a connection tells each
/// side the other's addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DirectConnections {
    /// Only through the switchboard. Files with clients before MSN Messenger 6, which have no such way, fail with
    /// [`TransferError::NeedsDirect`](crate::TransferError::NeedsDirect).
    #[default]
    Never,
    /// Used where the addresses of both sides allow it.
    Auto,
    /// `Auto`, and also over loopback addresses: for programs that know that both ends are on
    /// this machine, such as tests.
    SameMachine,
}

/// The policy for a broken connection to the service. The client never reconnects after the same account signed in
/// elsewhere (`OUT OTH`).
///
/// While the connection is broken, requests to the client fail. The events tell of both ends:
///
/// ```no_run
/// # async fn example(builder: msnp_client::Builder) -> Result<(), Box<dyn std::error::Error>> {
/// use std::time::Duration;
///
/// use msnp_client::{Event, Reconnect};
///
/// let patient = Reconnect { first: Duration::from_secs(5), longest: Duration::from_secs(300), attempts: Some(50) };
/// let (_client, mut events) = builder.reconnect(patient).sign_in().await?;
/// while let Some(event) = events.next().await {
///     match event {
///         Event::SignedOut { reason, will_retry: true } => eprintln!("broken off: {reason:?}"),
///         Event::SignedIn => eprintln!("here again"),
///         Event::SignedOut { reason, will_retry: false } => eprintln!("over: {reason:?}"),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reconnect {
    /// The wait before the first attempt; it doubles each time.
    pub first: Duration,
    /// The longest wait.
    pub longest: Duration,
    /// The number of attempts; `None` for ever.
    pub attempts: Option<u32>,
}

impl Default for Reconnect {
    /// After a second, then after ever longer waits up to a minute, for ever.
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_secs(60), attempts: None }
    }
}

/// A custom emoticon to publish: the characters and the picture's bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EmoticonFile {
    /// The characters that stand for the picture in a text.
    pub shortcut: String,
    /// PNG, at most 100 KB.
    pub data: Bytes,
}

/// The settings of a sign-in. Made by [`Client::builder`].
///
/// ```no_run
/// use std::time::Duration;
///
/// use msnp_client::msnp::Status;
/// use msnp_client::{Client, Reconnect, Trust};
///
/// # async fn example() -> Result<(), Box<dyn std::error::Error>> {
/// let (client, events) = Client::builder("ada@example.com".parse()?, "secret")
///     .server("msn.example.org")
///     .trust(Trust::Authorities(std::fs::read("ca.pem")?))
///     .status(Status::Away)
///     .picture(std::fs::read("me.png")?)
///     .emoticon("(heart)", std::fs::read("heart.png")?)
///     .reconnect(Reconnect { longest: Duration::from_secs(600), ..Reconnect::default() })
///     .sign_in()
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Builder {
    account: Handle,
    password: Secret,
    place: Where,
    trust: Trust,
    dialect: Dialect,
    status: Status,
    picture: Option<Bytes>,
    emoticons: Vec<EmoticonFile>,
    direct: DirectConnections,
    reconnect: Option<Reconnect>,
}

impl Builder {
    pub(crate) fn new(account: Handle, password: Secret) -> Self {
        Self {
            account,
            password,
            place: Where::default(),
            trust: Trust::default(),
            dialect: Dialect::NEWEST,
            status: Status::Online,
            picture: None,
            emoticons: Vec::new(),
            direct: DirectConnections::default(),
            reconnect: Some(Reconnect::default()),
        }
    }

    /// The notification server or dispatch server, `HOST[:PORT]`. The default is the host of the
    /// [gateway](Builder::gateway), or else this machine. The default port is 1863.
    pub fn server(mut self, server: impl Into<String>) -> Self {
        self.place.server = Some(server.into());
        self
    }

    /// The service's HTTPS listener, where signing in begins: `HOST[:PORT]`. The default is port 8443 of the
    /// [server](Builder::server), or 443 where nothing listens at 8443.
    ///
    /// ```no_run
    /// # use msnp_client::Client;
    /// # fn example() -> Result<(), Box<dyn std::error::Error>> {
    /// // As `papillon serve --msnp 127.0.0.1:11863 --https 127.0.0.1:18443` listens.
    /// let builder = Client::builder("ada@example.com".parse()?, "secret")
    ///     .server("127.0.0.1:11863")
    ///     .https("127.0.0.1:18443");
    /// # Ok(())
    /// # }
    /// ```
    pub fn https(mut self, server: impl Into<String>) -> Self {
        self.place.nexus = Nexus::At(server.into());
        self
    }

    /// The Passport nexus where it is not Papillon's: in place of [`Builder::https`], a whole URL.
    pub fn nexus(mut self, url: impl Into<String>) -> Self {
        self.place.nexus = Nexus::Url(url.into());
        self
    }

    /// Goes through an HTTP gateway: `http://HOST[:PORT]/gateway/gateway.dll`. The client still reaches the nexus and
    /// the login server directly.
    pub fn gateway(mut self, url: impl Into<String>) -> Self {
        self.place.gateway = Some(url.into());
        self
    }

    /// The certificates that are trusted at the nexus and the login server.
    pub fn trust(self, trust: Trust) -> Self {
        Self { trust, ..self }
    }

    /// The newest dialect to speak; the default is MSNP9. With MSNP8 there are no pictures and no
    /// emoticons, and files go as before MSN Messenger 6.
    pub fn dialect(self, dialect: Dialect) -> Self {
        Self { dialect, ..self }
    }

    /// The status after sign-in; the default is online. A hidden account can open no conversations.
    pub fn status(self, status: Status) -> Self {
        Self { status, ..self }
    }

    /// The display picture: PNG bytes, at most 512 KB; MSN Messenger shows 96 by 96 pixels.
    pub fn picture(self, png: impl Into<Bytes>) -> Self {
        Self { picture: Some(png.into()), ..self }
    }

    /// A custom emoticon: PNG bytes, at most 100 KB; MSN Messenger shows 19 by 19 pixels. Each
    /// text that has the shortcut carries it.
    pub fn emoticon(mut self, shortcut: impl Into<String>, png: impl Into<Bytes>) -> Self {
        self.emoticons.push(EmoticonFile { shortcut: shortcut.into(), data: png.into() });
        self
    }

    /// Whether direct connections are tried; the default is never.
    pub fn direct(self, direct: DirectConnections) -> Self {
        Self { direct, ..self }
    }

    /// The policy for a broken connection; the default is [`Reconnect::default`]. With `None` a broken connection
    /// ends the events.
    pub fn reconnect(self, policy: impl Into<Option<Reconnect>>) -> Self {
        Self { reconnect: policy.into(), ..self }
    }

    /// Signs in and waits until the contact list is complete.
    ///
    /// # Errors
    ///
    /// [`SignInError`] names the cause: a setting, the password, the service, its certificate or the network.
    pub async fn sign_in(self) -> Result<(Client, Events), SignInError> {
        let settings = Settings::new(&self.place, self.trust, self.dialect, self.direct, self.reconnect)?;
        let (events, receiver) = EventSender::new();
        let (commands, inbox) = mpsc::channel(MAX_COMMANDS);
        let own = Own { name: FriendlyName::from(&self.account), status: self.status };
        let notification = NotificationHandle::new(commands);
        let core = assemble(self.account, self.password, settings, own, events, notification);
        // Before the sign-in: its first `CHG` describes the display picture to the contacts.
        if let Some(png) = self.picture {
            core.pictures.put_on(png)?;
        }
        for emoticon in self.emoticons {
            core.pictures.add_emoticon(&emoticon.shortcut, emoticon.data)?;
        }
        notification::start(&core, inbox, self.status).await?;
        Ok((Client::new(Arc::clone(&core)), receiver.keeping(core)))
    }
}
