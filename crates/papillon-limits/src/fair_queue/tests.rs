//! Tests of the fair queue.

use proptest::prelude::*;

use super::*;

type Queue = FairQueue<char, u32>;

fn queue(weights: &[u32]) -> Queue {
    FairQueue::new(weights, 100, 50)
}

fn push(queue: &mut Queue, lane: usize, key: char, values: impl IntoIterator<Item = u32>) {
    for value in values {
        assert_eq!(queue.push(lane, key, value).expect("room").displaced, None);
    }
}

fn pop(queue: &mut Queue) -> Option<u32> {
    queue.pop(|_| true)
}

fn pop_all(queue: &mut Queue) -> Vec<u32> {
    std::iter::from_fn(|| pop(queue)).collect()
}

#[test]
fn turns_go_round_the_keys_and_a_key_keeps_its_order() {
    let mut queue = queue(&[1]);
    push(&mut queue, 0, 'a', [1, 2, 3, 4]);
    push(&mut queue, 0, 'b', [11, 12]);
    push(&mut queue, 0, 'c', [21, 22]);
    assert_eq!((queue.len(), queue.is_empty()), (8, false));
    // The oldest, the newest, and then only the oldest: none is without a turn.
    assert_eq!([pop(&mut queue), pop(&mut queue), pop(&mut queue)], [Some(1), Some(21), Some(11)]);
    assert_eq!(pop_all(&mut queue), [2, 22, 12, 3, 4]);
    assert!(queue.is_empty() && queue.of_key.is_empty());
}

#[test]
fn every_other_turn_is_for_the_key_that_came_last() {
    let mut queue: FairQueue<u32, u32> = FairQueue::new(&[1], 100, 50);
    for key in 0..10 {
        assert!(queue.push(0, key, key).is_some());
    }
    let mut order = Vec::new();
    for key in 10..14 {
        order.extend([queue.pop(|_| true), queue.pop(|_| true)]);
        assert!(queue.push(0, key, key).is_some());
    }
    assert_eq!(order, [0, 9, 1, 10, 2, 11, 3, 12].map(Some));
}

#[test]
fn lanes_share_by_weight() {
    let mut queue = queue(&[3, 1]);
    push(&mut queue, 0, 'a', 0..30);
    push(&mut queue, 1, 'b', 100..130);
    let order: Vec<_> = (0..12).filter_map(|_| pop(&mut queue)).map(|value| value < 100).collect();
    assert_eq!(order, [true, true, false, true].repeat(3));
}

#[test]
fn one_in_an_empty_lane_does_not_wait_for_a_less_important_one() {
    let mut queue = queue(&[8, 1]);
    push(&mut queue, 1, 'b', 100..150);
    for value in 0..7 {
        push(&mut queue, 0, 'a', [value]);
        assert_eq!(pop(&mut queue), Some(value));
    }
    assert_eq!(pop(&mut queue), Some(100), "the other lane has been left out for long enough");
}

#[test]
fn what_is_not_ready_keeps_its_place() {
    let mut queue = queue(&[4, 1]);
    push(&mut queue, 0, 'a', [1, 2]);
    push(&mut queue, 0, 'b', [11]);
    push(&mut queue, 1, 'c', [21]);
    assert_eq!(queue.pop(|value| *value == 11), Some(11));
    assert_eq!(queue.pop(|value| *value == 2), None, "the first of its key is not ready");
    assert_eq!(queue.pop(|value| *value == 21), Some(21));
    assert_eq!(pop_all(&mut queue), [1, 2]);
}

#[test]
fn a_key_has_no_more_than_its_share() {
    let mut queue = FairQueue::new(&[1, 1], 100, 2);
    assert!(queue.push(0, 'a', 1).is_some() && queue.push(1, 'a', 2).is_some());
    assert_eq!(queue.push(0, 'a', 3), None);
    assert!(queue.push(0, 'b', 4).is_some());
    assert!(pop(&mut queue).is_some() && queue.push(0, 'a', 5).is_some());
}

#[test]
fn a_full_queue_makes_room_where_most_is_taken() {
    let mut queue = FairQueue::new(&[4, 2, 1], 4, 9);
    push(&mut queue, 1, 'a', [1, 2, 3]);
    push(&mut queue, 1, 'b', [11]);
    assert_eq!(queue.push(1, 'a', 4), None, "it is the key with the most");
    assert_eq!(queue.push(2, 'c', 21), None, "a less important lane");
    assert_eq!(queue.push(1, 'c', 21).and_then(|pushed| pushed.displaced), Some(3), "the newest");
    assert_eq!(queue.push(1, 'c', 22), None, "it would only change places");
    assert_eq!(queue.push(0, 'a', 5).and_then(|pushed| pushed.displaced), Some(2));
    assert_eq!(queue.len(), 4);
    assert_eq!(pop_all(&mut queue), [5, 1, 21, 11]);
    assert!(queue.of_key.is_empty());
}

#[test]
fn one_that_gives_up_is_gone() {
    let mut queue = queue(&[1, 1]);
    push(&mut queue, 0, 'a', [1]);
    let number = queue.push(1, 'a', 2).expect("room").number;
    assert_eq!(queue.remove(&'b', number), None);
    assert_eq!(queue.remove(&'a', number), Some(2));
    assert_eq!(queue.remove(&'a', number), None);
    assert_eq!(pop_all(&mut queue), [1]);
    assert!(queue.of_key.is_empty() && queue.lanes.iter().all(|lane| lane.is_empty() && lane.credit == 0));
}

#[test]
fn a_key_changes_lanes_with_all_it_has() {
    let mut queue = queue(&[100, 10, 1]);
    push(&mut queue, 2, 'a', [1]);
    push(&mut queue, 1, 'b', [11]);
    push(&mut queue, 1, 'a', [2]);
    push(&mut queue, 2, 'a', [3]);
    push(&mut queue, 0, 'a', [4]);
    assert_eq!((queue.len_of(&'a', 0..=2), queue.len_of(&'a', 1..=2), queue.len_of(&'b', 2..=2)), (4, 3, 0));
    queue.gather(&'a', 1..=2, 1);
    assert_eq!(pop_all(&mut queue), [4, 11, 1, 2, 3], "in order");
    assert!(queue.of_key.is_empty());
}

proptest! {
    /// While two keys of a lane wait, neither has two turns more than the other.
    #[test]
    fn keys_of_a_lane_have_equal_turns(counts in prop::collection::vec(1..20_u32, 1..8)) {
        let mut queue: FairQueue<usize, usize> = FairQueue::new(&[1], 1_000, 100);
        for (key, count) in counts.iter().enumerate() {
            for _ in 0..*count {
                prop_assert!(queue.push(0, key, key).is_some());
            }
        }
        let mut turns = vec![0; counts.len()];
        while let Some(key) = queue.pop(|_| true) {
            turns[key] += 1;
            let waiting = || (0..counts.len()).filter(|key| turns[*key] < counts[*key]).map(|key| turns[key]);
            let (least, most) = (waiting().min().unwrap_or_default(), waiting().max().unwrap_or_default());
            prop_assert!(most - least <= 1, "{turns:?} of {counts:?}");
        }
        prop_assert_eq!(turns, counts);
    }

    /// A lane that always has something gets its share of any number of turns, but for one round.
    #[test]
    fn no_lane_is_left_out(weights in prop::collection::vec(1..20_u32, 1..6), turns in 1..200_u32) {
        let mut queue: FairQueue<u8, usize> = FairQueue::new(&weights, 2_000, 2_000);
        let mut had = vec![0; weights.len()];
        for lane in 0..weights.len() {
            for _ in 0..turns {
                prop_assert!(queue.push(lane, 0, lane).is_some());
            }
        }
        for _ in 0..turns {
            let lane = queue.pop(|_| true).expect("something waits");
            had[lane] += 1;
        }
        let total: u32 = weights.iter().sum();
        for (had, weight) in had.iter().zip(&weights) {
            prop_assert!(had + 1 >= turns * weight / total, "{had} of {turns} with {weight} of {total}");
        }
    }

    /// Nothing is lost or counted twice, whatever is done.
    #[test]
    fn all_are_accounted_for(steps in prop::collection::vec((0..5_u8, 0..3_usize, 0..4_u8), 0..300)) {
        let mut queue: FairQueue<u8, u64> = FairQueue::new(&[4, 2, 1], 12, 6);
        let mut inside = std::collections::BTreeMap::new();
        for (step, lane, key) in steps {
            match step {
                0 | 1 => {
                    let value = queue.next_number;
                    if let Some(pushed) = queue.push(lane, key, value) {
                        prop_assert_eq!(pushed.number, value);
                        if let Some(displaced) = pushed.displaced {
                            prop_assert!(inside.remove(&displaced).is_some());
                        }
                        inside.insert(value, key);
                    }
                }
                2 => {
                    let value = queue.pop(|value| value % 4 != u64::from(key));
                    if let Some(value) = value {
                        prop_assert!(inside.remove(&value).is_some());
                    }
                }
                3 => queue.gather(&key, 1..=2, lane),
                _ => {
                    if let Some((&value, &key)) = inside.iter().next() {
                        prop_assert_eq!(queue.remove(&key, value), Some(value));
                        inside.remove(&value);
                    }
                }
            }
            let sizes = queue.lanes.iter().zip(0..).map(|(lane, _)| (0..4).map(|key| lane.count(&key)).sum::<usize>());
            prop_assert_eq!((queue.len(), sizes.sum::<usize>()), (inside.len(), inside.len()));
            prop_assert!(queue.len() <= 12 && queue.of_key.values().all(|count| *count <= 6));
        }
        let left = std::iter::from_fn(|| queue.pop(|_| true)).count();
        prop_assert_eq!(left, inside.len());
    }
}
