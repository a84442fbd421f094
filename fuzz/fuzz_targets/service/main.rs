//! A random conversation of four accounts with the service in process, its store in memory: after each step two bystanders
//! still hear each other, each request has its reply or its error or ends the connection, every line of the service can be
//! read, no more waits for a client than may, and when all have gone nothing is left.

#![no_main]

mod connection;
mod person;
mod step;
mod talk;
mod words;

use libfuzzer_sys::fuzz_target;
use step::Step;
use talk::Talk;

/// More steps than this say nothing new.
const MOST: usize = 200;

fuzz_target!(|steps: Vec<Step>| {
    let mut talk = Talk::begin();
    for step in steps.iter().take(MOST) {
        talk.take(step);
    }
    talk.end();
});
