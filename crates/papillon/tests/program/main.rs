//! The real program: its options, its output, its exit codes, and how it ends.

mod accounts;
mod bans;
mod bots;
mod check;
mod clients;
mod demo;
mod dns;
mod doctor;
mod failed_sign_ins;
mod first_start;
mod importing;
mod listeners;
mod live_accounts;
mod old_windows;
#[cfg(unix)]
mod one_service;
mod papillon;
mod precedence;
mod public_url;
mod reload;
mod running;
mod shutdown;
mod too_old;
mod usage;
mod wrong_settings;
