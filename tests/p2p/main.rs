//! The peer-to-peer layer against lines of real clients, and against scripted peers on the real service.

mod amsn;
mod client;
mod direct;
mod files;
mod msnftp;
mod objects;
mod replay;
mod transcript;
