//! The pages for people and administrators, by raw HTTP, with forms as they are found on the pages.

mod administration;
mod bans;
mod forgery;
mod forms;
mod https_only;
mod invitations;
mod own_account;
mod pictures;
mod registering;
mod sessions;
mod signing_in;

/// Ada. She has an account in most of these tests.
const ADA: &str = "ada@example.com";
/// Another one.
const BOB: &str = "bob@example.com";
/// An administrator.
const ROOT: &str = "root@example.com";
