//! The rows, in the order in which they are measured.

mod burst;
mod conversation;
mod files;
mod gateway;
mod list_changes;
mod memory;
mod old_windows;
mod pair;
mod passwords;
mod peers;
mod presence;
mod relay;
mod relay_calls;
mod relay_instructions;
mod sign_in;
mod storm;
mod talk;
mod workers;

use crate::row::Row;

/// All of them.
pub const ALL: &[&Row] = &[
    &relay::N,
    &relay::U,
    &relay::A,
    &relay::NOISE,
    &burst::N,
    &burst::A,
    &pair::ROW,
    &pair::SWITCHBOARD,
    &relay_calls::ROW,
    &relay_instructions::ROW,
    &relay_instructions::BURST,
    &presence::CPU,
    &presence::INSTRUCTIONS,
    &conversation::CPU,
    &conversation::CALLS,
    &sign_in::CPU,
    &sign_in::CALLS,
    &sign_in::INSTRUCTIONS,
    &list_changes::SQLITE,
    &list_changes::SLOW,
    &list_changes::POSTGRES,
    &passwords::ROW,
    &passwords::BESIDE,
    &workers::ROW,
    &memory::ROW,
    &storm::STRANGERS,
    &storm::MUTUAL,
    &files::SWITCHBOARD,
    &files::RELAYED,
    &files::DIRECT,
    &files::MEMORY,
    &gateway::POLLS,
    &gateway::MEMORY,
    &old_windows::SSL3,
    &old_windows::TLS1,
    &peers::INSPIRCD,
    &peers::INSPIRCD_BURST,
    &peers::NGIRCD,
    &peers::NGIRCD_BURST,
    &peers::NATS,
    &peers::NATS_BURST,
];
