//! Passport over HTTP: where the login is, and the login.

pub(super) mod login;
pub(super) mod nexus;
