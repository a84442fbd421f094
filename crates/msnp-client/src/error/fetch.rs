//! The errors of fetching a picture.

use crate::SendError;

/// The reason for which a picture could not be fetched.
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
    /// The other person's: the account has no picture, or is not online.
    #[error("they have no display picture now")]
    NoPicture,
    /// The caller's: the description names another creator.
    #[error("the description names another account than theirs")]
    NotTheirs,
    /// The account could not be reached.
    #[error(transparent)]
    Unreachable(#[from] SendError),
    /// The other person's: the client refused.
    #[error("they refused to send it")]
    Declined,
    /// The other person's: the data do not match the description.
    #[error("the picture that they sent does not match its description")]
    Corrupt,
    /// The other person's: larger than this client takes.
    #[error("it is larger than {limit} bytes")]
    TooLarge {
        /// In bytes.
        limit: u64,
    },
    /// The other person's, or the network's: the client left or stopped in the middle.
    #[error("they stopped in the middle")]
    Broken,
    /// The other person's: the client did not answer in time.
    #[error("their client did not answer in time")]
    TimedOut,
    /// This library's: too many pictures and files are under way, with this account or with all.
    #[error("too much is under way at once: wait for some of it")]
    TooMany,
}
