//! What HTTP serves: the sign-in, the gateway, and the pages.

pub(crate) mod gateway;
pub(crate) mod pages;
mod passport;
mod routes;

pub use routes::Site;
