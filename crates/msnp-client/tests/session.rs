//! Signing in, the lists, and what ends or brings back a connection.

#[path = "session/announcements.rs"]
mod announcements;
#[path = "session/first_example.rs"]
mod first_example;
#[path = "session/gateway.rs"]
mod gateway;
#[path = "session/lists.rs"]
mod lists;
#[path = "session/names.rs"]
mod names;
#[path = "session/sign_in.rs"]
mod sign_in;
#[path = "session/staying.rs"]
mod staying;
#[path = "session/who.rs"]
mod who;
