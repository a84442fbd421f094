//! The peer-to-peer layer of MSN Messenger 6, without I/O and without a clock.
