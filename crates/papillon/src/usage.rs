//! Wrong usage that clap cannot see: exit code 2, as for an option that cannot be read.

use clap::error::ErrorKind;

/// Ends the program as it ends when the command line cannot be read.
pub(crate) fn wrong_usage(what: &str) -> ! {
    clap::Error::raw(ErrorKind::MissingRequiredArgument, format!("{what}\n")).exit()
}
