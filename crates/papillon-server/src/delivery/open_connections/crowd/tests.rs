use super::*;

const CAPACITY: Capacity = Capacity { all: 10, of_network: 6, pending: 5, pending_of_network: 4 };

fn network(last: u8) -> Key {
    Some(Network::of([192, 0, 2, last].into()))
}

/// A crowd whose connections have numbers in their order.
#[derive(Default)]
struct Listeners {
    crowd: Crowd,
    next: u64,
}

impl Listeners {
    fn come(&mut self, key: Key) -> Result<(u64, Option<u64>), Full> {
        let gone = self.crowd.make_room(key, &CAPACITY)?;
        let number = self.next;
        self.next += 1;
        self.crowd.enter(number, key, Stage::Silent);
        Ok((number, gone))
    }

    fn advance(&mut self, number: u64, key: Key, from: Stage, to: Stage) {
        self.crowd.leave(number, key, from);
        self.crowd.enter(number, key, to);
    }
}

#[test]
fn the_oldest_silent_one_of_an_address_goes_for_its_newcomer() {
    let mut listeners = Listeners::default();
    for number in 0..4 {
        assert_eq!(listeners.come(network(1)), Ok((number, None)));
    }
    listeners.advance(0, network(1), Stage::Silent, Stage::Known);
    assert_eq!(listeners.come(network(1)), Ok((4, Some(1))));
    for number in [2, 3, 4] {
        listeners.advance(number, network(1), Stage::Silent, Stage::Known);
    }
    assert_eq!(listeners.come(network(1)), Err(Full::Network), "none is silent");
    assert_eq!(listeners.come(network(2)), Ok((5, None)), "others have their own places");
}

#[test]
fn an_address_with_many_gives_way_to_one_with_few() {
    let mut listeners = Listeners::default();
    for number in 0..4 {
        listeners.come(network(1)).unwrap();
        listeners.advance(number, network(1), Stage::Silent, Stage::Known);
    }
    listeners.come(network(2)).unwrap();
    // All five places of newcomers are taken; the oldest of the fullest goes although it is not silent.
    assert_eq!(listeners.come(network(3)), Ok((5, Some(0))));
    assert_eq!(listeners.come(network(4)), Ok((6, Some(1))));
    // Two of one, and one each of three: nobody has more than this one would.
    assert_eq!(listeners.come(network(2)), Ok((7, Some(4))), "its own silent one");
    assert_eq!(listeners.come(network(1)), Err(Full::All), "it has none");
    assert_eq!(listeners.come(None), Ok((8, Some(2))), "a proxy's connection is as any other");
}

#[test]
fn people_that_have_signed_in_keep_their_places() {
    let mut listeners = Listeners::default();
    for number in 0..10 {
        let key = network(u8::try_from(number / 5).unwrap());
        assert_eq!(listeners.come(key), Ok((number, None)));
        listeners.advance(number, key, Stage::Silent, Stage::SignedIn);
    }
    assert_eq!(listeners.come(network(9)), Err(Full::All));
    listeners.crowd.leave(0, network(0), Stage::SignedIn);
    assert_eq!(listeners.come(network(1)), Ok((10, None)));
    assert_eq!(listeners.come(network(1)), Ok((11, Some(10))), "all six that one address may have");
    listeners.advance(11, network(1), Stage::Silent, Stage::Known);
    assert_eq!(listeners.come(network(1)), Err(Full::Network));
    assert_eq!(listeners.come(network(9)), Err(Full::All), "nobody has more than this one would");
}

#[test]
fn nothing_is_remembered_of_those_that_have_gone() {
    let mut listeners = Listeners::default();
    for number in 0..5 {
        listeners.come(network(u8::try_from(number).unwrap())).unwrap();
    }
    listeners.advance(3, network(3), Stage::Silent, Stage::SignedIn);
    for number in [0, 1, 2, 4] {
        listeners.crowd.leave(number, network(u8::try_from(number).unwrap()), Stage::Silent);
    }
    listeners.crowd.leave(3, network(3), Stage::SignedIn);
    let Crowd { all, pending, groups, by_size } = listeners.crowd;
    assert!(all == 0 && pending == 0 && groups.is_empty() && by_size.is_empty());
}
