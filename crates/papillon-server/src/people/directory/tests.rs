//! Visibility in random histories of several people at once. After every step each client shows exactly those of its
//! contacts that the rules let it see, as they are. It has heard of no others, and of no event twice.

mod world;

use proptest::prelude::*;

use self::world::World;

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn each_client_shows_whom_it_may_see(steps in prop::collection::vec(any::<(u8, u8, u8, u8)>(), 0..60)) {
        let mut world = World::new();
        for step in steps {
            world.step(step);
            world.check();
        }
    }
}

/// A history that is not left to chance: all have all others on their lists.
#[test]
fn a_day_of_three_people() {
    use world::Step::*;
    let mut world = World::new();
    for who in 0..3 {
        for other in 0..3 {
            world.carry_out(AddForward(who, other));
            world.check();
        }
        world.carry_out(SignIn(who));
        world.carry_out(State(who, 0));
        world.check();
    }
    for step in [
        Block(0, 1),
        State(0, 1),
        Unblock(0, 1),
        Hide(0),
        SignIn(1),
        State(1, 0),
        Privacy(2, false),
        Allow(2, 0),
        Rename(2),
        State(0, 2),
        RemoveForward(1, 0),
        SignOut(0),
        Disallow(2, 0),
        Privacy(2, true),
    ] {
        world.carry_out(step);
        world.check();
    }
    assert_eq!(world.seen(1), [false, true, true]);
}
