//! Passport over HTTP: the nexus and the login.

pub(super) mod login;
pub(super) mod nexus;
