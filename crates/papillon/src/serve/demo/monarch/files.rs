//! The files that Monarch gives and takes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{fs, io};

use msnp::Handle;
use msnp_client::{Client, TransferError, TransferId};
use sha2::{Digest, Sha256};

use super::reply::{self, Gift};
use super::talk::Voice;

/// The largest file that is taken.
const LARGEST: u64 = 64 << 20;

const LETTER: &str = "\
Dear friend,

this letter came to you through a switchboard: in packets of at most 1202 bytes,
each of them acknowledged, as MSN Messenger 6 sent files in 2003.

I am well. There is milkweed here, and the winters in Michoacan are mild.
Do write back: send me a file, and I shall tell you what I got.

    Monarch
";

impl Gift {
    fn name(self) -> &'static str {
        match self {
            Self::Portrait => "monarch.png",
            Self::Letter => "letter.txt",
        }
    }

    /// The file in Monarch's folder.
    pub(super) fn path(self, folder: &Path) -> PathBuf {
        folder.join(self.name())
    }
}

/// Writes the files that can be given.
pub(super) fn prepare(folder: &Path, portrait: &[u8]) -> io::Result<()> {
    fs::create_dir_all(inbox(folder))?;
    fs::write(Gift::Portrait.path(folder), portrait)?;
    fs::write(Gift::Letter.path(folder), LETTER)
}

/// The folder in which received files are for a moment.
pub(super) fn inbox(folder: &Path) -> PathBuf {
    folder.join("received")
}

/// Sends a file, and comments on how that went.
pub(super) async fn give(client: Client, to: Handle, file: PathBuf, voice: Voice) {
    let offered = match client.send_file_indirectly(&to, &file).await {
        // A client before MSN Messenger 6 has no other way. All others get the file through the service of the demo.
        Err(TransferError::NeedsDirect) => client.send_file(&to, &file).await,
        offered => offered,
    };
    let sent = match offered {
        Ok(mut transfer) => transfer.finished().await,
        Err(error) => Err(error),
    };
    voice.say(match sent {
        Ok(_) => String::from("There you are."),
        Err(TransferError::Declined) => String::from("You don't want it? I keep it, then."),
        Err(error) => format!("I could not send you the file: {error}."),
    });
}

/// The offer of a file.
pub(super) struct Offer {
    /// Its number.
    pub(super) transfer: TransferId,
    /// A safe name.
    pub(super) name: String,
    /// Bytes.
    pub(super) size: u64,
}

/// Takes a file, tells its size and its hash, and removes it.
pub(super) async fn take(client: Client, offer: Offer, folder: PathBuf, voice: Voice) {
    if offer.size > LARGEST {
        return decline(&client, offer.transfer, "That is more than I can carry: I take 64 MiB.", &voice)
            .await;
    }
    voice.say(match receive(&client, offer.transfer, &folder).await {
        Ok((size, digest)) => reply::thanks(&offer.name, size, &digest),
        Err(error) => format!("Your file did not arrive: {error}."),
    });
}

/// Refuses a file.
pub(super) async fn decline(client: &Client, transfer: TransferId, why: &str, voice: &Voice) {
    if let Err(error) = client.decline_file(transfer).await {
        tracing::debug!(%error, "a file could not be declined");
    }
    voice.say(why.to_owned());
}

async fn receive(client: &Client, offer: TransferId, folder: &Path) -> Result<(u64, String), TransferError> {
    let path = client.accept_file(offer, folder).await?.finished().await?;
    let named = |error: io::Error| TransferError::File {
        path: path.display().to_string(),
        reason: error.to_string(),
    };
    let file = path.clone();
    let digest = tokio::task::spawn_blocking(move || {
        let digest = digest(&file);
        // The folder goes with the demo; this only saves room.
        let _ = fs::remove_file(&file);
        digest
    });
    digest.await.map_err(io::Error::other).and_then(|digest| digest).map_err(named)
}

/// The size and the SHA-256 of a file.
fn digest(path: &Path) -> io::Result<(u64, String)> {
    let mut file = fs::File::open(path)?;
    let mut sha256 = Sink { hash: Sha256::new() };
    let size = io::copy(&mut file, &mut sha256)?;
    let mut hexadecimal = String::with_capacity(64);
    for byte in sha256.hash.finalize() {
        // Writing to a string cannot fail.
        let _ = write!(hexadecimal, "{byte:02x}");
    }
    Ok((size, hexadecimal))
}

struct Sink {
    hash: Sha256,
}

impl io::Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.hash.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn size_and_digest_of_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("abc");
        fs::write(&path, "abc").unwrap();
        let digest = digest(&path).unwrap();
        assert_eq!(digest.0, 3);
        assert_eq!(digest.1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }

    #[test]
    fn gifts_are_there() {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path(), b"png").unwrap();
        assert_eq!(fs::read(Gift::Portrait.path(folder.path())).unwrap(), b"png");
        assert!(fs::read_to_string(Gift::Letter.path(folder.path())).unwrap().contains("switchboard"));
    }
}
