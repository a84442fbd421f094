//! `text/x-clientcaps`: third-party clients tell each other their name and abilities.

use super::{Headers, Message};

/// A client's own description. Source: GAIM and aMSN.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ClientCaps {
    /// `Client-Name`: program and version.
    pub client_name: Option<String>,
    /// `Chat-Logging`: whether the conversation is written down.
    pub chat_logging: Option<ChatLogging>,
}

/// Whether a client writes conversations down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ChatLogging {
    /// `Y`.
    Yes,
    /// `N`.
    No,
    /// `S`: in coded form.
    Secure,
}

impl ClientCaps {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "text/x-clientcaps";

    /// Reads the body; nothing has to be in it.
    pub fn parse(message: &Message) -> Self {
        let fields = message.fields();
        let chat_logging = match fields.get("Chat-Logging") {
            Some("Y" | "y") => Some(ChatLogging::Yes),
            Some("N" | "n") => Some(ChatLogging::No),
            Some("S" | "s") => Some(ChatLogging::Secure),
            _ => None,
        };
        Self { client_name: fields.get("Client-Name").map(str::to_owned), chat_logging }
    }

    /// The message.
    pub fn to_message(&self) -> Message {
        let mut fields = Headers::default();
        fields.maybe("Client-Name", self.client_name.as_ref());
        let logging = self.chat_logging.map(|logging| match logging {
            ChatLogging::Yes => "Y",
            ChatLogging::No => "N",
            ChatLogging::Secure => "S",
        });
        fields.maybe("Chat-Logging", logging);
        Message::of_fields(Self::MEDIA_TYPE, &fields)
    }
}
