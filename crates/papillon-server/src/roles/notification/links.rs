//! `URL`, `SND`, `SDC`: links to pages, and invitations by e-mail.

use msnp::command::{sdc, snd, url};
use msnp::{ErrorCode, Handle};

use super::{CommandError, Connection, Outcome};
use crate::invitation_mail::MailInvitation;
use crate::people::Class;
use crate::refusals::Refusal;

/// The services whose address a client asks for, and our page for each.
const PAGES: &[(&str, &str)] = &[
    ("INBOX", "/mail"),
    ("FOLDERS", "/mail"),
    ("COMPOSE", "/mail"),
    ("CHGMOB", "/mobile"),
    ("MOBILE", "/mobile"),
    ("PROFILE", "/profile"),
    ("PERSON", "/profile"),
    ("CHAT", "/chat"),
    ("ADDRBOOK", "/profile"),
    ("ADVSEARCH", "/directory"),
    ("INTSEARCH", "/directory"),
];

impl Connection {
    pub(super) fn tell_page(&mut self, request: &url::Request) -> Outcome {
        let (_, path) = PAGES
            .iter()
            .find(|(service, _)| *service == &*request.service)
            .ok_or(CommandError::Error(ErrorCode::InvalidParameter))?;
        self.reply(&url::Reply {
            transaction: request.transaction,
            path: (*path).into(),
            url: self.service.page(self.origin.local, path).into(),
            // The number of a Passport site; our pages need none.
            site: "1".into(),
        });
        Ok(())
    }

    pub(super) async fn invite_by_mail(&mut self, request: snd::Request) -> Outcome {
        self.leave_mail(&request.address, None).await?;
        self.reply(&snd::Reply { transaction: request.transaction });
        Ok(())
    }

    pub(super) async fn invite_by_mail_with_text(&mut self, request: sdc::Request) -> Outcome {
        let text = std::str::from_utf8(&request.text)
            .map_err(|_| CommandError::Error(ErrorCode::InvalidParameter))?
            .to_owned();
        self.leave_mail(&request.address, Some(&text)).await?;
        self.reply(&sdc::Reply { transaction: request.transaction });
        Ok(())
    }

    async fn leave_mail(&mut self, address: &str, text: Option<&str>) -> Outcome {
        let to = Handle::parse(address).map_err(|_| CommandError::Error(ErrorCode::InvalidParameter))?;
        let session = self.session()?;
        // Of all accounts together: a stranger's mailbox must not depend on how many they are.
        if !self.service.rates.take_invitation(&to) {
            let from = self.origin.client.ip();
            self.service.refusals.note(Refusal::InvitationsOfRecipient, Some(from), Some(&session.handle));
            return Err(CommandError::Error(Class::Invitations.error()));
        }
        let name = session.read(|state| state.name.clone());
        let invitation = MailInvitation { from: &session.handle, from_name: &name, to: &to, text };
        self.service.mail.leave(&invitation).await.map_err(|error| {
            tracing::error!(%error, "an invitation could not be left in the mail folder");
            CommandError::Error(ErrorCode::FileOperationFailed)
        })
    }
}
