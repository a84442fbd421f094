//! The peer-to-peer layer against what real clients said, and against scripted peers on the real
//! service.

mod replay;
mod transcript;
