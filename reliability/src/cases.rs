//! The cases, most valuable first.

mod clock;
mod descriptors;
mod disk;
mod endless_lines;
mod guesses;
mod half_open;
mod kill;
mod lengths;
mod one_account;
mod one_address;
mod packet_loss;
mod panics;
mod passwords;
mod postgres;
mod racing_sign_ins;
mod reconnecting;
mod resets;
mod signals;
mod slow_readers;
mod storage;
mod tickets;
mod vanishing;
mod verbs;

use std::pin::Pin;

use anyhow::{Result, anyhow};
use tokio::runtime::Builder;

use crate::bystanders::panic_message;
use crate::ground::Arena;
use crate::report::Report;

/// The future of a case.
type Running = Pin<Box<dyn Future<Output = Result<Report>> + Send>>;

/// A case.
pub struct Case {
    /// Its name on the command line.
    pub name: &'static str,
    /// What is done.
    pub what: &'static str,
    /// Whether it takes minutes however little it does: a short run leaves it out.
    pub is_long: bool,
    run: fn(Arena) -> Running,
}

/// The table of cases: name, what is done, function; `long` keeps one out of short runs.
macro_rules! cases {
    ($($name:literal $what:literal $($module:ident)::+ $(, $long:ident)?;)*) => {
        /// All cases, in the order in which they run.
        pub const ALL: &[Case] = &[
            $(Case {
                name: $name,
                what: $what,
                is_long: cases!(@is $($long)?),
                run: |arena| Box::pin(async move { $($module)::+(&arena).await }),
            },)*
        ];
    };
    (@is) => { false };
    (@is long) => { true };
}

cases! {
    "slow-readers" "clients of both servers take nothing, or a few bytes now and then, of what they ask for" slow_readers::run;
    "half-open" "silent connections and commands that come byte by byte, at every listener" half_open::run;
    "lengths" "lengths of payloads and bodies: none, the most, one more, negative, huge, no numbers" lengths::run;
    "resets" "connections that are reset in the middle of a payload, a body or a hello" resets::run;
    "endless-lines" "bytes without a line end, at every listener" endless_lines::run;
    "verbs" "every verb of both roles and directions in every state, with fit and unfit arguments" verbs::run;
    "guesses" "cookies, conversations' numbers and SessionIDs: guessed, replayed, of others, late" guesses::run;
    "tickets" "tickets forged, changed in one place, expired, void" tickets::run;
    "racing-sign-ins" "one account signs in from everywhere at once" racing_sign_ins::run;
    "kill" "`kill -9` in the middle of list changes, and a restart, again and again" kill::run;
    "disk-full" "the disk of the database is full, and then has room again" disk::full;
    "disk-read-only" "the file system of the database has become read-only" disk::read_only;
    "disk-errors" "every write to the database fails with `EIO`, and later none" disk::errors;
    "files-deleted" "the files of the database are moved away, and put back" disk::deleted;
    "postgres-stopped" "PostgreSQL is stopped at once, and started again" postgres::stopped;
    "postgres-stalled" "PostgreSQL is stopped with `SIGSTOP`, and goes on" postgres::stalled;
    "sigterm" "SIGTERM while everybody talks as fast as they can" signals::term;
    "sighup" "SIGHUP again and again while people talk and sign in" signals::hup;
    "reconnecting" "everybody's connection breaks at once, and everybody is back at once" reconnecting::run;
    "descriptors" "the system gives no more descriptors" descriptors::run;
    "clock" "the clock jumps an hour ahead, and two back" clock::run;
    "packet-loss" "packets are lost, in both directions" packet_loss::run;
    "vanishing" "the cable of clients is pulled" vanishing::run, long;
    "hoarded-cookies" "one account signs in again and again, each time CHG and 8 × XFR" one_account::cookies;
    "unread-lists" "one account with 500 contacts asks for its lists 17 times, reads nothing, and comes again" one_account::lists;
    "unread-address" "one address with many accounts: conversations that nobody reads, handshakes and bodies that do not end" one_address::unread;
    "unread-pages" "one address over HTTP: pages and refusals that nobody reads, long heads, bodies that do not come" one_address::pages;
    "silent-sockets" "900 silent connections of one address" one_address::silent;
    "calls" "one account signs in again and again, calls one person and invites by mail" one_account::calls;
    "list-pushes" "one account puts a person on its list and takes it off, in a loop" one_account::pushes;
    "presence" "one account with 50 friends signs in again and again" one_account::presence;
    "lock-out" "strangers try wrong passwords for an account" passwords::lock_out;
    "guessing-fast" "five addresses guess passwords, 60 at once each" passwords::guessing_fast;
    "guessing" "many addresses guess passwords" passwords::guessing;
    "crowd" "40 right sign-ins of one account at once, from different addresses" passwords::crowd;
    "panics" "a panic in the task of a connection" panics::run;
}

impl Case {
    /// Runs the case on a runtime of its own, so that nothing of it is left for the next one.
    pub fn perform(&self, arena: &Arena) -> Result<Report> {
        let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
        let case = runtime.spawn((self.run)(arena.clone()));
        let outcome = runtime.block_on(case);
        runtime.shutdown_background();
        outcome.unwrap_or_else(|error| Err(anyhow!(panic_message(error))))
    }
}
