//! The errors, in words for people.
//!
//! Each enum tells whose fault it is. An *argument* cannot be used: that is the caller's. The service *refuses*, with a
//! code, or does not keep to the *protocol*. The *network* loses a connection or lets nothing through in time. The
//! *other person* is not there, declines, or sends what cannot be right. And what is *too much at once* is a limit of this
//! library.

mod command;
mod fetch;
mod picture;
mod send;
mod sign_in;
mod transfer;

pub use command::CommandError;
pub use fetch::FetchError;
pub use picture::PictureError;
pub use send::SendError;
pub use sign_in::SignInError;
pub use transfer::TransferError;
