//! Which kind of message it is.

use super::*;

/// A message by its `Content-Type`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// `text/plain`.
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
    /// Anything else, and what is not what its type says.
    Other,
}

impl Content {
    pub(super) fn of(message: &Message) -> Self {
        let content = match message.content_type().unwrap_or_default().to_ascii_lowercase().as_str() {
            Text::MEDIA_TYPE => Text::parse(message).map(Self::Text),
            TypingUser::MEDIA_TYPE => TypingUser::parse(message).map(Self::Typing),
            Profile::MEDIA_TYPE => Profile::parse(message).map(Box::new).map(Self::Profile),
            InitialMail::MEDIA_TYPE => InitialMail::parse(message).map(Self::InitialMail),
            NewMail::MEDIA_TYPE => NewMail::parse(message).map(Self::NewMail),
            MovedMail::MEDIA_TYPE => MovedMail::parse(message).map(Self::MovedMail),
            SystemMessage::MEDIA_TYPE | SystemMessage::OTHER_MEDIA_TYPE => {
                SystemMessage::parse(message).map(Self::System)
            }
            Invitation::MEDIA_TYPE => Invitation::parse(message).map(Box::new).map(Self::Invitation),
            Emoticons::MEDIA_TYPE | Emoticons::ANIMATED_MEDIA_TYPE => {
                Emoticons::parse(message).map(Self::Emoticons)
            }
            P2pEnvelope::MEDIA_TYPE => P2pEnvelope::parse(message).map(Self::P2p),
            Datacast::MEDIA_TYPE => Datacast::parse(message).map(Self::Datacast),
            ClientCaps::MEDIA_TYPE => ClientCaps::parse(message).map(Self::ClientCaps),
            _ => Ok(Self::Other),
        };
        content.unwrap_or(Self::Other)
    }
}
