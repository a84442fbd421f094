//! A random conversation of four accounts with the service in process, its store in memory. After each step two bystanders
//! still hear each other, each request has a reply or an error or has ended its connection, each line of the service can be
//! read, and the outboxes are within their limit. At the end no connection is left.

#![no_main]

mod connection;
mod person;
mod step;
mod talk;
mod words;

use libfuzzer_sys::fuzz_target;
use step::Step;
use talk::Talk;

/// The most steps of one input.
const MOST: usize = 200;

fuzz_target!(|steps: Vec<Step>| {
    let mut talk = Talk::begin();
    for step in steps.iter().take(MOST) {
        talk.take(step);
    }
    talk.end();
});
