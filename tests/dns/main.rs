//! The DNS listener, asked with raw packets, and by `dig`.

mod ask;
mod dig;
mod forwarding;
mod hostile;
mod names;
mod upstream;
