//! The program as people and scripts see it: options, output, exit codes.

mod accounts;
mod program;
mod serving;
mod settings;
