//! Why a picture did not come.

use crate::SendError;

/// Why there is no picture.
///
/// ```no_run
/// # async fn example(client: msnp_client::Client) -> Result<(), Box<dyn std::error::Error>> {
/// use msnp_client::FetchError;
///
/// match client.fetch_picture(&"grace@example.com".parse()?).await {
///     Ok(png) => println!("{} bytes", png.len()),
///     Err(FetchError::NoPicture) => println!("she shows none"),
///     Err(error) => return Err(error.into()),
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The other person's: they have none, or are not online.
    #[error("they have no display picture now")]
    NoPicture,
    /// The caller's: the description says that somebody else made it.
    #[error("the description is of something that is not theirs")]
    NotTheirs,
    /// They could not be reached.
    #[error(transparent)]
    Unreachable(#[from] SendError),
    /// The other person's: they refused.
    #[error("they refused to send it")]
    Declined,
    /// The other person's: what came is not what the description says.
    #[error("what they sent does not match its description")]
    Corrupt,
    /// The other person's: larger than this client takes.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// The other person's, or the network's: they left or stopped in the middle.
    #[error("they stopped in the middle")]
    Broken,
    /// The other person's: no answer of their client in time.
    #[error("their client did not answer in time")]
    TimedOut,
    /// This library's: too many pictures and files are under way, with them or with everybody.
    #[error("too much is under way at once: wait for some of it")]
    TooMany,
}
