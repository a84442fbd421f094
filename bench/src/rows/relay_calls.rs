//! Twenty pairs: the system calls of a message.

use super::talk::Talk;
use crate::cores::Cores;
use crate::meters::system_calls::Counter;
use crate::row::{Figure, Placement, Row, Target};

const TALK: Talk = Talk { conversations: 20, people: 2, window: 1, class: 'N', messages: 20_000 };

/// Without and with `ACK`.
pub(super) const ROW: Row = Row {
    name: "relay-calls",
    what: "system calls of a message, 20 pairs, one message on its way in each",
    method: "perf stat, or strace -c -f; 20,000 messages",
    figures: &[
        Figure::plain(
            "system calls of a message, class N, 20 × 1",
            "",
            0,
            Target::AtMost { must: Some(2.1), want: None },
        ),
        Figure::plain(
            "system calls of a message with ACK, 20 × 1",
            "",
            1,
            Target::AtMost { must: Some(3.15), want: None },
        ),
    ],
    against: None,
    rounds: 3,
    warm_up: false,
    placement: Placement::Apart,
    start: |bench, contestant| {
        let talk = TALK.fit(bench);
        let mut talking = talk.open(contestant, Cores::One)?;
        Ok(Box::new(move || {
            let mut values = Vec::new();
            for class in ['N', 'A'] {
                talking.run(class)?;
                let counter = Counter::start(talking.process().id())?;
                talking.run(class)?;
                values.push(counter.stop()? / talk.messages as f64);
            }
            Ok(values)
        }))
    },
};
