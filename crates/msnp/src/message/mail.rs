//! Notifications about the account's mailbox, sent when the profile says it has one.
//!
//! Source: HYP, AMSN and GAIM, see `docs/protocol/sources.md`.

use super::{Headers, Message};

/// `text/x-msmsgsinitialemailnotification`: the number of unread mails, once after sign-in.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct InitialMail {
    /// `Inbox-Unread`.
    pub inbox_unread: u32,
    /// `Folders-Unread`: in all other folders.
    pub folders_unread: u32,
    /// `Inbox-URL`: a path of the mail site.
    pub inbox_url: String,
    /// `Folders-URL`: a path of the mail site.
    pub folders_url: String,
    /// `Post-URL`: the address that the client posts its sign-in to.
    pub post_url: String,
}

impl InitialMail {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "text/x-msmsgsinitialemailnotification";

    /// Reads the body. A field that is missing or cannot be read is empty or zero.
    pub fn parse(message: &Message) -> Self {
        let fields = message.fields();
        Self {
            inbox_unread: fields.read("Inbox-Unread").unwrap_or(0),
            folders_unread: fields.read("Folders-Unread").unwrap_or(0),
            inbox_url: fields.text("Inbox-URL"),
            folders_url: fields.text("Folders-URL"),
            post_url: fields.text("Post-URL"),
        }
    }

    /// The message.
    pub fn to_message(&self) -> Message {
        let mut fields = Headers::default();
        fields.push("Inbox-Unread", self.inbox_unread.to_string());
        fields.push("Folders-Unread", self.folders_unread.to_string());
        fields.push("Inbox-URL", &self.inbox_url);
        fields.push("Folders-URL", &self.folders_url);
        fields.push("Post-URL", &self.post_url);
        Message::of_fields("text/x-msmsgsinitialemailnotification; charset=UTF-8", &fields)
    }
}

/// `text/x-msmsgsemailnotification`: a mail has come.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NewMail {
    /// `From`: the sender's name.
    pub from: String,
    /// `Message-URL`: a path of the mail site.
    pub message_url: String,
    /// `Post-URL`: the address that the client posts its sign-in to.
    pub post_url: String,
    /// `Subject`, coded as in RFC 2047; not decoded here.
    pub subject: String,
    /// `Dest-Folder`: `ACTIVE` is the inbox.
    pub dest_folder: String,
    /// `From-Addr`: the sender's address.
    pub from_addr: String,
    /// `id`: 2 for the mail site.
    pub id: u32,
}

impl NewMail {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "text/x-msmsgsemailnotification";

    /// Reads the body. A field that is missing or cannot be read is empty or zero.
    pub fn parse(message: &Message) -> Self {
        let fields = message.fields();
        Self {
            from: fields.text("From"),
            message_url: fields.text("Message-URL"),
            post_url: fields.text("Post-URL"),
            subject: fields.text("Subject"),
            dest_folder: fields.text("Dest-Folder"),
            from_addr: fields.text("From-Addr"),
            id: fields.read("id").unwrap_or(0),
        }
    }

    /// The message.
    pub fn to_message(&self) -> Message {
        let mut fields = Headers::default();
        fields.push("From", &self.from);
        fields.push("Message-URL", &self.message_url);
        fields.push("Post-URL", &self.post_url);
        fields.push("Subject", &self.subject);
        fields.push("Dest-Folder", &self.dest_folder);
        fields.push("From-Addr", &self.from_addr);
        fields.push("id", self.id.to_string());
        Message::of_fields("text/x-msmsgsemailnotification; charset=UTF-8", &fields)
    }
}

/// `text/x-msmsgsactivemailnotification`: mail was read, moved or deleted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MovedMail {
    /// `Src-Folder`: the folder before; `ACTIVE` is the inbox.
    pub src_folder: String,
    /// `Dest-Folder`: the folder now. The same one when the mail was read.
    pub dest_folder: String,
    /// `Message-Delta`: the number by which the unread mails became fewer.
    pub message_delta: u32,
}

impl MovedMail {
    /// The media type, in lower case.
    pub const MEDIA_TYPE: &str = "text/x-msmsgsactivemailnotification";

    /// Reads the body. A field that is missing or cannot be read is empty or zero.
    pub fn parse(message: &Message) -> Self {
        let fields = message.fields();
        Self {
            src_folder: fields.text("Src-Folder"),
            dest_folder: fields.text("Dest-Folder"),
            message_delta: fields.read("Message-Delta").unwrap_or(0),
        }
    }

    /// The message.
    pub fn to_message(&self) -> Message {
        let mut fields = Headers::default();
        fields.push("Src-Folder", &self.src_folder);
        fields.push("Dest-Folder", &self.dest_folder);
        fields.push("Message-Delta", self.message_delta.to_string());
        Message::of_fields("text/x-msmsgsactivemailnotification; charset=UTF-8", &fields)
    }
}
