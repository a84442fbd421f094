//! The errors of this crate, in words for users.
//!
//! Each variant names the side at fault. The *caller's* argument cannot be used. The *service* refuses, with a
//! code, or does not keep to the protocol. The *network* loses a connection or lets nothing through in time. The
//! *other person* is not there, declines, or sends wrong data. The *library* limits how much goes on at once.

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
