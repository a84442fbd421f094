//! An async MSN Messenger client.
