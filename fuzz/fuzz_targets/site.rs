//! Any bytes on a connection of HTTP/1 to the whole site: the sign-in, the gateway, every page.

#![no_main]

use std::cell::OnceCell;

use libfuzzer_sys::fuzz_target;
use papillon_server::fuzzing::World;

thread_local! {
    static WORLD: OnceCell<World> = const { OnceCell::new() };
}

fuzz_target!(|bytes: &[u8]| {
    WORLD.with(|world| world.get_or_init(|| World::new(&["ada@example.com"])).ask(bytes));
});
