//! The `papillon` program: the MSN Messenger service, the accounts on it, and clients of it.
//!
//! One file per subcommand, with a folder of the same name beside it where it takes more than one file.
//! `settings.rs` merges the command line, the environment and the configuration file for the service;
//! `client.rs` is the sign-in of all client commands.

mod account;
mod account_command;
mod ban;
mod chat;
mod clean;
mod client;
mod contacts;
mod control;
mod database;
mod doctor;
mod failures;
mod interrupt;
#[cfg(feature = "old-windows")]
mod legacy_tls;
mod listen;
mod listen_address;
mod listeners;
mod logging;
mod names;
mod new_account;
mod open_files;
mod own_addresses;
mod password;
mod picture;
mod pictures;
mod runtime;
mod send;
mod send_file;
mod sentence;
mod serve;
mod settings;
mod signals;
mod size;
mod stdout;
mod usage;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// The system's allocator keeps what a rush of clients has taken (docs/reliability.md has the measurement).
#[cfg(all(feature = "jemalloc", target_os = "linux", target_pointer_width = "64"))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

const EXAMPLES: &str = "\
Examples:
  papillon serve --demo                   try it: a service, two accounts and somebody to talk to
  papillon serve                          run the service on this machine
  papillon doctor                         name each fault of the service, with advice
  papillon account add ada@example.com    let somebody sign in
  papillon chat --account ada@example.com
  papillon send grace@example.com 'Lunch at one?' --account ada@example.com
  papillon help serve                     all options and the configuration file

Exit codes: 0 fine, 1 failed, 2 wrong usage.";

/// The MSN Messenger service, alive again: run it, sign in, talk.
#[derive(Debug, Parser)]
#[command(name = "papillon", version, arg_required_else_help = true, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Runs the service: notification server, switchboard and Passport.
    Serve(Box<serve::ServeArgs>),
    /// Looks at the service and its machine, and names each fault with advice.
    Doctor(Box<doctor::DoctorArgs>),
    /// TLS for old Windows in a process of its own, in front of a service.
    #[cfg(feature = "old-windows")]
    LegacyTls(Box<legacy_tls::LegacyTlsArgs>),
    /// Adds, lists, changes and removes accounts. Works while the service runs.
    Account(account::AccountArgs),
    /// Turns addresses and accounts away, for a time or for good. Works while the service runs.
    Ban(ban::BanArgs),
    /// A messenger for the terminal.
    Chat(Box<chat::ChatArgs>),
    /// Sends a message to a person, and waits until it is delivered.
    Send(Box<send::SendArgs>),
    /// Sends a file to a person, and waits until they have it.
    SendFile(Box<send_file::SendFileArgs>),
    /// Fetches a person's display picture.
    Picture(Box<picture::PictureArgs>),
    /// Shows the contact list, or changes it.
    Contacts(Box<contacts::ContactsArgs>),
    /// Prints everything that happens as JSON, one object a line.
    Listen(Box<listen::ListenArgs>),
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Serve(args) => serve::run(&args),
        Command::Doctor(args) => doctor::run(&args),
        #[cfg(feature = "old-windows")]
        Command::LegacyTls(args) => legacy_tls::run(&args),
        Command::Account(args) => account::run(&args),
        Command::Ban(args) => ban::run(&args),
        Command::Chat(args) => chat::run(&args),
        Command::Send(args) => send::run(&args),
        Command::SendFile(args) => send_file::run(&args),
        Command::Picture(args) => picture::run(&args),
        Command::Contacts(args) => contacts::run(&args),
        Command::Listen(args) => listen::run(&args),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Without standard error there is no reader left.
            let _ = writeln!(io::stderr(), "error: {}", clean::printed(&sentence::of(&error)));
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_well_formed() {
        <Cli as clap::CommandFactory>::command().debug_assert();
    }
}
