//! People on a node with a store of its own: a fixture for the tests of this room, and the changes from outside.

mod broadcasts;
mod doubts;
mod node;
mod outside;
mod reconciled;
mod sessions;

pub(super) use self::node::{Node, handle, invitee, session, told};
