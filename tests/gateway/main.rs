//! The HTTP gateway (subject 11), asked with raw requests; and our own client through it.

mod bans;
mod bodies;
mod clients;
mod ends;
mod long_polls;
mod people;
mod proxy;
mod sessions;
mod smuggling;
mod support;
mod transfers;
mod undelivered;
mod ways;
