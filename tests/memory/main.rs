//! Measurements that need a process of their own.
#![cfg(target_os = "linux")]

mod budget;

use msnp_testkit::{Ns, TestServer, Wire};
use tokio::sync::{Mutex, MutexGuard};

/// Nothing else grows while memory is measured.
static ALONE: Mutex<()> = Mutex::const_new(());

/// Waits until no other test of this process runs.
async fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().await
}

/// Resident memory of this process, which is also the service's, in KiB.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("VmRSS");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}

/// A line of 64 MiB before the sign-in, and another after it, must not be collected.
#[tokio::test]
async fn a_line_without_end_does_not_grow_the_memory() {
    let _alone = alone().await;
    let server = TestServer::start().await;
    let mut alice = Ns::online(&server, "alice@example.com", 9).await;
    let megabyte = vec![b'x'; 1 << 20];
    let before = resident();
    let mut signed_in = Ns::sign_in(&server, "bob@example.com", 9).await.wire;
    let mut wires = Vec::new();
    for _ in 0..4 {
        wires.push(Wire::connect(server.addresses.msnp).await);
    }
    for wire in wires.iter_mut().chain([&mut signed_in]) {
        for _ in 0..64 {
            if wire.try_send(&megabyte).await.is_err() {
                break;
            }
        }
    }
    let grown = resident().saturating_sub(before);
    assert!(grown < 48 * 1024, "{grown} KiB more than before");
    alice.quiet().await;
}

/// A client that connects and sends nothing costs little memory.
#[tokio::test]
async fn silent_connections_cost_little() {
    let _alone = alone().await;
    let server = TestServer::start().await;
    Wire::connect(server.addresses.msnp).await;
    let before = resident();
    let mut wires = Vec::new();
    for _ in 0..400 {
        let mut wire = Wire::connect(server.addresses.msnp).await;
        wire.send("VER 1 MSNP9 CVR0").await;
        wire.expect("VER 1 MSNP9 CVR0").await;
        wires.push(wire);
    }
    let each = resident().saturating_sub(before) / 400;
    assert!(each < 64, "{each} KiB for each connection, both ends counted");
}
