//! A row of the benchmark: what is measured, how, and its targets.

use anyhow::Result;

use crate::bench::Bench;
use crate::contestant::{Contestant, Reference};

/// A row. Its figures come from the same rounds.
#[derive(Debug)]
pub struct Row {
    /// Its name on the command line.
    pub name: &'static str,
    /// The measurement.
    pub what: &'static str,
    /// How it is measured.
    pub method: &'static str,
    /// Its figures.
    pub figures: &'static [Figure],
    /// The contestants of every round, for the program to be compared with.
    pub against: Option<Reference>,
    /// The number of rounds that count.
    pub rounds: usize,
    /// Whether a round that does not count comes before them.
    pub warm_up: bool,
    /// The cores.
    pub placement: Placement,
    /// Makes everything ready for the rounds of one contestant.
    pub start: fn(&Bench, &Contestant) -> Result<Box<dyn Trial>>,
}

/// The cores of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placement {
    /// The program has one core, and the load another one.
    Apart,
    /// Everything runs where there is room.
    Anywhere,
}

/// A figure of a row.
#[derive(Debug)]
pub struct Figure {
    /// Its name, in the words of the table.
    pub what: &'static str,
    /// Its unit, such as `µs`; `×` for a ratio to the reference.
    pub unit: &'static str,
    /// The place of its value among those of a round.
    pub value: usize,
    /// Whether the value is divided by that of the reference in the same round.
    pub is_relative: bool,
    /// Its target.
    pub target: Target,
}

/// The target of a figure: what it has to be, and what it should be.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// It is good to know, and cannot fail.
    None,
    /// No more than that.
    AtMost {
        /// More is a failure.
        must: Option<f64>,
        /// The wish.
        want: Option<f64>,
    },
    /// No less than that.
    AtLeast {
        /// Less is a failure.
        must: Option<f64>,
        /// The wish.
        want: Option<f64>,
    },
}

/// A contestant that is ready.
pub trait Trial {
    /// Measures once; the values in the order that the row's figures name.
    fn round(&mut self) -> Result<Vec<f64>>;
}

/// A trial that is a closure.
impl<F: FnMut() -> Result<Vec<f64>>> Trial for F {
    fn round(&mut self) -> Result<Vec<f64>> {
        self()
    }
}

/// The judgement of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// There is no target.
    None,
    /// As good as one could wish.
    Wanted,
    /// Good enough; a wish is left.
    Met,
    /// Not good enough.
    Missed,
    /// Nothing has to be, but a wish is left.
    Unfulfilled,
}

impl Figure {
    /// A value as it is, with a target.
    pub const fn plain(what: &'static str, unit: &'static str, value: usize, target: Target) -> Self {
        Self { what, unit, value, is_relative: false, target }
    }

    /// A value next to the reference's, with a target.
    pub const fn ratio(what: &'static str, value: usize, target: Target) -> Self {
        Self { what, unit: "×", value, is_relative: true, target }
    }
}

impl Target {
    /// A limit, and a lower one to wish for.
    pub const fn at_most(must: f64, want: f64) -> Self {
        Self::AtMost { must: Some(must), want: Some(want) }
    }

    /// A limit to reach, and a higher one to wish for.
    pub const fn at_least(must: f64, want: f64) -> Self {
        Self::AtLeast { must: Some(must), want: Some(want) }
    }

    /// The judgement of a figure.
    pub fn judge(self, figure: f64) -> Verdict {
        let holds = |limit: f64| match self {
            Self::AtLeast { .. } => figure >= limit,
            _ => figure <= limit,
        };
        match (self.must(), self.want()) {
            (None, None) => Verdict::None,
            // Not a number is no success.
            (Some(must), _) if !holds(must) => Verdict::Missed,
            (_, Some(want)) if holds(want) => Verdict::Wanted,
            (Some(_), _) => Verdict::Met,
            (None, Some(_)) => Verdict::Unfulfilled,
        }
    }

    /// The limit that must hold.
    pub fn must(self) -> Option<f64> {
        match self {
            Self::None => None,
            Self::AtMost { must, .. } | Self::AtLeast { must, .. } => must,
        }
    }

    /// The limit to wish for.
    pub fn want(self) -> Option<f64> {
        match self {
            Self::None => None,
            Self::AtMost { want, .. } | Self::AtLeast { want, .. } => want,
        }
    }

    /// `≤` or `≥`.
    pub fn sign(self) -> &'static str {
        if matches!(self, Self::AtLeast { .. }) { "≥" } else { "≤" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_is_judged_by_what_must_be_and_what_is_wished_for() {
        let target = Target::at_most(3.0, 2.0);
        assert_eq!(
            [4.0, 3.0, 2.0].map(|figure| target.judge(figure)),
            [Verdict::Missed, Verdict::Met, Verdict::Wanted]
        );
        assert_eq!(target.judge(f64::NAN), Verdict::Missed);
        let target = Target::at_least(6.0, 15.0);
        assert_eq!(
            [5.0, 6.0, 15.0].map(|figure| target.judge(figure)),
            [Verdict::Missed, Verdict::Met, Verdict::Wanted]
        );
        let wish = Target::AtMost { must: None, want: Some(150.0) };
        assert_eq!([200.0, 150.0].map(|figure| wish.judge(figure)), [Verdict::Unfulfilled, Verdict::Wanted]);
        assert_eq!(Target::None.judge(1.0), Verdict::None);
    }
}
