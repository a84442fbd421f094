//! Invitations by e-mail: `SND` and `SDC`.
//!
//! The service speaks no SMTP. It leaves each invitation as a complete message in `DATA/mail/`,
//! from where the operator's mailer takes it (`for f in mail/*.eml; do sendmail -t < "$f" && rm "$f"; done`).

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use msnp::{FriendlyName, Handle};

/// No more than this many messages wait; a mailer that doesn't run must not fill the disk.
const MAX_WAITING: usize = 1_000;

/// The folder of messages to send.
pub(crate) struct InvitationMail {
    folder: PathBuf,
    host: String,
    number: AtomicU64,
}

/// One invitation by e-mail, of a contact to the service.
pub(crate) struct MailInvitation<'a> {
    pub(crate) from: &'a Handle,
    pub(crate) from_name: &'a FriendlyName,
    pub(crate) to: &'a Handle,
    /// The sender's text (`SDC`).
    pub(crate) text: Option<&'a str>,
}

impl InvitationMail {
    pub(crate) fn new(folder: PathBuf, host: Option<&str>) -> Self {
        Self { folder, host: host.unwrap_or("this server").to_owned(), number: AtomicU64::new(0) }
    }

    /// Leaves the message in the folder. Fails when too many wait there already.
    pub(crate) async fn leave(&self, invitation: &MailInvitation<'_>) -> io::Result<()> {
        let message = self.compose(invitation);
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        // Unique among the processes that share the folder, and in the order of their making.
        let name = format!("{}-{}-{number}.eml", since_epoch.as_millis(), std::process::id());
        let folder = self.folder.clone();
        let written = tokio::task::spawn_blocking(move || {
            make_private(&folder)?;
            // Two at once may both see room: the bound holds within a few.
            if std::fs::read_dir(&folder)?.count() >= MAX_WAITING {
                return Err(io::Error::other(
                    "a thousand messages wait there already; see that a mailer takes them",
                ));
            }
            let path = folder.join(name);
            // The mailer looks for .eml, so a message appears whole or not at all.
            let unfinished = path.with_extension("part");
            std::fs::write(&unfinished, message)?;
            std::fs::rename(unfinished, path)
        });
        written.await.map_err(io::Error::other)?
    }

    fn compose(&self, invitation: &MailInvitation<'_>) -> String {
        let MailInvitation { from, from_name, to, text } = invitation;
        let name = one_line(&from_name.text());
        let mut message = format!(
            "From: {from}\r\nTo: {to}\r\nSubject: An invitation to MSN Messenger\r\nAuto-Submitted: auto-generated\r\n\
             MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\
             Content-Transfer-Encoding: 8bit\r\n\r\n\
             {name} ({from}) invites you to talk on MSN Messenger, at {host}.\r\n",
            host = self.host,
        );
        for line in text.unwrap_or_default().lines() {
            // Quoted: the text is its writer's, not the service's, and no line of it is a single dot.
            message.push_str("\r\n> ");
            message.push_str(&one_line(line));
        }
        message.push_str("\r\n");
        message
    }
}

/// Only the mailer reads invitations. It runs as the same user or as root.
fn make_private(folder: &std::path::Path) -> io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A line of a message holds no line ends and no other control characters.
fn one_line(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_a_sender_writes_becomes_a_header() {
        let mail = InvitationMail::new(PathBuf::new(), Some("msn.example.org"));
        let from = Handle::parse("alice@example.com").unwrap();
        let name = FriendlyName::from_text("Al\r\nBcc: everybody@example.com").unwrap();
        let to = Handle::parse("bob@example.com").unwrap();
        let text = Some("Come!\r\n.\r\nBcc: x@example.com");
        let message = mail.compose(&MailInvitation { from: &from, from_name: &name, to: &to, text });
        assert!(message.lines().all(|line| !line.starts_with("Bcc") && line != "."), "{message}");
        let (headers, _) = message.split_once("\r\n\r\n").unwrap();
        assert_eq!(headers.lines().count(), 7);
    }
}
