use std::net::Ipv4Addr;

use super::super::memory::MemoryLimits;
use super::super::{Share, Tunnel};
use super::*;
use crate::counts::Loss;

const CAPACITY: Capacity = Capacity { all: 4, of_network: 4, pending: 2, pending_of_network: 2 };

fn from(last: u8) -> Option<IpAddr> {
    Some([192, 0, 2, last].into())
}

fn tunnel(share: Share) -> Arc<Tunnel> {
    Tunnel::new(1 << 20, Duration::from_secs(60), share, Arc::default())
}

#[tokio::test]
async fn a_newcomer_ends_the_connection_whose_place_it_gets() {
    let open = Arc::new(OpenConnections::default());
    let first = tunnel(Share::boundless());
    let (place, room) = open.enter(from(1), &CAPACITY).unwrap();
    assert_eq!(room, Room::Found);
    place.attach(first.outbox());
    let (waiting, _) = open.enter(from(1), &CAPACITY).unwrap();
    let (newcomer, room) = open.enter(from(2), &CAPACITY).unwrap();
    assert_eq!(room, Room::Made { from: from(1) });
    assert!(!place.is_kept() && first.outbox().outlook().is_over);
    place.evicted().await;
    // An account that is told after that changes nothing.
    open.belongs_to(AccountId(1), first.outbox());
    // The one that goes before it has an outbox gets one that has ended.
    let (_another, _) = open.enter(from(1), &CAPACITY).unwrap();
    let second = tunnel(Share::boundless());
    assert!(!waiting.is_kept());
    waiting.attach(second.outbox());
    assert!(second.outbox().outlook().is_over);
    assert_eq!(open.count(), 2);
    drop((place, waiting, newcomer, _another));
    open.emptied().await;
    assert!(open.open.lock().owned.is_empty());
}

#[tokio::test]
async fn the_client_of_a_proxy_counts_for_its_own_address() {
    let open = Arc::new(OpenConnections::default());
    let enter = || open.enter(None, &CAPACITY).unwrap().0;
    let client = from(1).unwrap();
    let (one, two) = (enter(), enter());
    assert_eq!(
        (one.settle(client, &CAPACITY), two.settle(client, &CAPACITY)),
        (Ok(Room::Found), Ok(Room::Found))
    );
    one.is_known();
    two.is_known();
    let tunnel = tunnel(Share::boundless());
    one.attach(tunnel.outbox());
    open.belongs_to(AccountId(1), tunnel.outbox());
    let three = enter();
    assert_eq!(three.settle(client, &CAPACITY), Ok(Room::Found));
    drop((one, two, three));
    assert_eq!(open.count(), 0);
}

#[test]
fn the_largest_queues_go_when_memory_is_scarce() {
    let all = 4 << 20;
    let memory = Memory::new(MemoryLimits { all, address: all, account: all });
    let open = Arc::new(OpenConnections::default());
    let capacity = Capacity { all: 10, of_network: 10, pending: 10, pending_of_network: 10 };
    let line = bytes::Bytes::from(vec![b'x'; 100 * 1024]);
    let mut clients = Vec::new();
    for count in [1, 9, 8, 10, 9] {
        let tunnel = tunnel(memory.share(Ipv4Addr::LOCALHOST.into()));
        let (place, _) = open.enter(from(1), &capacity).unwrap();
        place.attach(tunnel.outbox());
        for _ in 0..count {
            Deliveries::new().send(tunnel.outbox(), line.clone());
        }
        clients.push((tunnel, place));
    }
    open.relieve_once();
    let over: Vec<_> =
        clients.iter().map(|(tunnel, _)| tunnel.outbox().loss().map(|(loss, _)| loss)).collect();
    assert_eq!(over, [None, None, None, Some(Loss::MemoryOfAddress), None]);
    drop(clients);
    assert!(memory.is_empty());
}
