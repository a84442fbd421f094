//! The history of the last hour and day, for the pages of administrators.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::Mutex;

/// The time from one note to the next: one bar of the hour.
pub(crate) const STEP: Duration = Duration::from_secs(60);
/// Bars of the hour.
const MINUTES: usize = 60;
/// Minutes in a bar of the day.
const QUARTER: usize = 15;
/// Bars of the day.
const QUARTERS: usize = 96;

/// Counts since the start, but for the people, who are those of now.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) people: u64,
    pub(crate) messages: u64,
    pub(crate) sign_ins: u64,
    pub(crate) failed_sign_ins: u64,
    pub(crate) refusals: u64,
}

/// The last hour by minutes, and the last day by quarters of an hour. Its size is bounded.
#[derive(Debug, Default)]
pub(crate) struct History(Mutex<Rings>);

#[derive(Debug, Default)]
struct Rings {
    last: Totals,
    minutes: VecDeque<Totals>,
    quarter: Totals,
    minutes_of_quarter: usize,
    quarters: VecDeque<Totals>,
}

impl History {
    /// Notes the totals at the end of a minute.
    pub(crate) fn note(&self, totals: Totals) {
        let mut rings = self.0.lock();
        let minute = totals.since(&rings.last);
        rings.last = totals;
        push(&mut rings.minutes, minute, MINUTES);
        rings.quarter = rings.quarter.and(&minute);
        rings.minutes_of_quarter += 1;
        if rings.minutes_of_quarter == QUARTER {
            let quarter = std::mem::take(&mut rings.quarter);
            rings.minutes_of_quarter = 0;
            push(&mut rings.quarters, quarter, QUARTERS);
        }
    }

    /// The minutes of the last hour, the oldest first; fewer after a start.
    pub(crate) fn hour(&self) -> Vec<Totals> {
        self.0.lock().minutes.iter().copied().collect()
    }

    /// The quarters of an hour of the last day, the oldest first; fewer after a start. The last one may not be over.
    pub(crate) fn day(&self) -> Vec<Totals> {
        let rings = self.0.lock();
        let current = (rings.minutes_of_quarter > 0).then_some(rings.quarter);
        let before = rings.quarters.len().saturating_sub(QUARTERS - usize::from(current.is_some()));
        rings.quarters.iter().skip(before).copied().chain(current).collect()
    }
}

/// The bars of an hour (`false`), or of a day.
pub(crate) const fn bars(day: bool) -> usize {
    if day { QUARTERS } else { MINUTES }
}

fn push(ring: &mut VecDeque<Totals>, bar: Totals, most: usize) {
    if ring.len() == most {
        ring.pop_front();
    }
    ring.push_back(bar);
}

impl Totals {
    /// The part that came after `before`.
    fn since(&self, before: &Self) -> Self {
        Self {
            people: self.people,
            messages: self.messages.saturating_sub(before.messages),
            sign_ins: self.sign_ins.saturating_sub(before.sign_ins),
            failed_sign_ins: self.failed_sign_ins.saturating_sub(before.failed_sign_ins),
            refusals: self.refusals.saturating_sub(before.refusals),
        }
    }

    /// Two spans of time together: the most people, and the sum of the rest.
    fn and(&self, other: &Self) -> Self {
        Self {
            people: self.people.max(other.people),
            messages: self.messages + other.messages,
            sign_ins: self.sign_ins + other.sign_ins,
            failed_sign_ins: self.failed_sign_ins + other.failed_sign_ins,
            refusals: self.refusals + other.refusals,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn totals(minute: u64) -> Totals {
        let people = if minute.is_multiple_of(15) { 9 } else { 1 };
        Totals { people, messages: minute * 2, ..Totals::default() }
    }

    #[test]
    fn an_hour_and_a_day_are_kept_and_no_more() {
        let history = History::default();
        assert!(history.hour().is_empty() && history.day().is_empty());
        for minute in 1..=2 * 24 * 60 + 7 {
            history.note(totals(minute));
            assert!(history.hour().len() <= bars(false) && history.day().len() <= bars(true));
        }
        let (hour, day) = (history.hour(), history.day());
        assert_eq!((hour.len(), day.len()), (60, 96));
        assert!(hour.iter().all(|minute| minute.messages == 2));
        assert!(day[..95].iter().all(|quarter| (quarter.people, quarter.messages) == (9, 30)));
        assert_eq!((day[95].people, day[95].messages), (1, 14), "the quarter that is not over");
    }

    #[test]
    fn a_young_service_has_few_bars() {
        let history = History::default();
        history.note(totals(1));
        history.note(totals(2));
        assert_eq!(history.hour().len(), 2);
        assert_eq!(history.day().iter().map(|quarter| quarter.messages).collect::<Vec<_>>(), [4]);
    }
}
