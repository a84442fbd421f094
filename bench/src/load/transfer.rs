//! Files from one client to another, and the least work that moves the same bytes.

pub mod courier;
pub mod end;
pub mod opaque;
pub mod plain;
