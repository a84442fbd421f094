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
use step::Script;
use talk::Talk;

fuzz_target!(|script: Script| {
    let mut talk = Talk::begin();
    for step in &script.0 {
        talk.take(step);
    }
    talk.end();
});
