//! Pictures, emoticons and files between two clients over the real service.

#[path = "transfers/ends.rs"]
mod ends;
#[path = "transfers/files.rs"]
mod files;
#[path = "transfers/msnftp.rs"]
mod msnftp;
#[path = "transfers/objects.rs"]
mod objects;
#[path = "transfers/sources.rs"]
mod sources;
