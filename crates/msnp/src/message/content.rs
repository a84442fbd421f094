//! The kinds of messages, by their `Content-Type`.

use super::*;

/// A message by its `Content-Type`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Content {
    /// `text/plain`, or a body without a type.
    Text(Text),
    /// `text/x-msmsgscontrol`.
    Typing(TypingUser),
    /// `text/x-msmsgsprofile`.
    Profile(Box<Profile>),
    /// `text/x-msmsgsinitialemailnotification`.
    InitialMail(InitialMail),
    /// `text/x-msmsgsemailnotification`.
    NewMail(NewMail),
    /// `text/x-msmsgsactivemailnotification`.
    MovedMail(MovedMail),
    /// `application/x-msmsgssystemmessage`, or the same under `text/`.
    System(SystemMessage),
    /// `text/x-msmsgsinvite`.
    Invitation(Box<Invitation>),
    /// `text/x-mms-emoticon` and `text/x-mms-animemoticon`.
    Emoticons(Emoticons),
    /// `application/x-msnmsgrp2p`.
    P2p(P2pEnvelope),
    /// `text/x-msnmsgr-datacast`.
    Datacast(Datacast),
    /// `text/x-clientcaps`.
    ClientCaps(ClientCaps),
    /// Any other message, and one that cannot be read as its type.
    Other,
}

impl Content {
    pub(super) fn of(message: &Message) -> Result<Self, Invalid> {
        match message.content_type().unwrap_or_default().to_ascii_lowercase().as_str() {
            Text::MEDIA_TYPE => Ok(Self::Text(Text::parse(message))),
            // That a text is plain goes without saying (RFC 2045, 5.2).
            "" if !message.body.is_empty() => Ok(Self::Text(Text::parse(message))),
            "" => Err(Invalid::Missing("Content-Type")),
            TypingUser::MEDIA_TYPE => TypingUser::parse(message).map(Self::Typing),
            Profile::MEDIA_TYPE => Profile::parse(message).map(Box::new).map(Self::Profile),
            InitialMail::MEDIA_TYPE => Ok(Self::InitialMail(InitialMail::parse(message))),
            NewMail::MEDIA_TYPE => Ok(Self::NewMail(NewMail::parse(message))),
            MovedMail::MEDIA_TYPE => Ok(Self::MovedMail(MovedMail::parse(message))),
            SystemMessage::MEDIA_TYPE | SystemMessage::OTHER_MEDIA_TYPE => {
                SystemMessage::parse(message).map(Self::System)
            }
            Invitation::MEDIA_TYPE => Invitation::parse(message).map(Box::new).map(Self::Invitation),
            Emoticons::MEDIA_TYPE | Emoticons::ANIMATED_MEDIA_TYPE => {
                Emoticons::parse(message).map(Self::Emoticons)
            }
            P2pEnvelope::MEDIA_TYPE => P2pEnvelope::parse(message).map(Self::P2p),
            Datacast::MEDIA_TYPE => Datacast::parse(message).map(Self::Datacast),
            ClientCaps::MEDIA_TYPE => Ok(Self::ClientCaps(ClientCaps::parse(message))),
            _ => Ok(Self::Other),
        }
    }
}
