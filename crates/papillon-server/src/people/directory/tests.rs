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

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    /// The same while other tasks have their turn in the middle of `CHG` and `ADD`: between the introductions of these.
    #[test]
    fn nobody_is_told_of_a_contact_before_its_introduction_or_twice(
        steps in prop::collection::vec(any::<(u8, u8, u8, u8)>(), 0..120)
    ) {
        let mut world = World::one_by_one();
        for step in steps {
            world.step(step);
            world.check();
        }
        world.finish();
        world.check();
    }
}

/// Three tasks, turn by turn: one goes online, and meanwhile its contacts hide, go, come, and change.
#[test]
fn a_contact_that_goes_before_its_introduction_was_never_there() {
    use world::Step::*;
    let mut world = World::one_by_one();
    for other in 1..4 {
        world.carry_out(AddForward(0, other));
        world.carry_out(SignIn(other));
        world.carry_out(State(other, 0));
    }
    world.carry_out(SignIn(0));
    world.carry_out(State(0, 0));
    // `FLN` of one that has not been shown, and `ILN` after `NLN`, fail in the world's clients.
    world.carry_out(Hide(1));
    world.carry_out(State(2, 1));
    world.carry_out(SignIn(3));
    world.carry_out(State(3, 2));
    world.carry_out(State(1, 1));
    world.carry_out(Hide(1));
    for _ in 0..3 {
        world.carry_out(Introduce(0));
    }
    world.check();
    assert_eq!(world.seen(0), [false, false, true]);

    // The same with one more contact, by `ADD`.
    world.carry_out(RemoveForward(0, 2));
    world.carry_out(AddForward(0, 2));
    world.carry_out(State(2, 0));
    world.carry_out(Hide(2));
    world.carry_out(Introduce(0));
    world.check();
    assert_eq!(world.seen(0), [false, false, false]);
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
