//! The sum of the samples of some rounds: the median, and the spread.

/// The samples of one figure, one for each round.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Samples(Vec<f64>);

impl Samples {
    /// Adds the sample of a round.
    pub fn push(&mut self, sample: f64) {
        self.0.push(sample);
    }

    /// The number of rounds.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// The values, in the order of the rounds.
    pub fn values(&self) -> &[f64] {
        &self.0
    }

    /// The median; the mean of the two in the middle when their number is even. Not a number without samples.
    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        median(&mut sorted)
    }

    /// The least and the greatest.
    pub fn range(&self) -> (f64, f64) {
        let least = self.0.iter().copied().fold(f64::INFINITY, f64::min);
        let greatest = self.0.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (least, greatest)
    }

    /// Round by round, this by the other: what both had in common in a round is not in it.
    pub fn next_to(&self, reference: &Self) -> Self {
        Self(self.0.iter().zip(&reference.0).map(|(own, other)| own / other).collect())
    }
}

/// The median of some values, which are sorted for it.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_is_in_the_middle() {
        assert!(Samples::default().median().is_nan());
        assert_eq!(Samples(vec![3.0, 1.0, 2.0]).median(), 2.0);
        assert_eq!(Samples(vec![4.0, 1.0, 2.0, 3.0]).median(), 2.5);
    }

    #[test]
    fn a_ratio_is_one_of_the_same_round() {
        let (own, other) = (Samples(vec![2.0, 30.0, 3.0]), Samples(vec![1.0, 10.0, 2.0]));
        let ratios = own.next_to(&other);
        assert_eq!(ratios.values(), [2.0, 3.0, 1.5]);
        assert_eq!((ratios.median(), ratios.range()), (2.0, (1.5, 3.0)));
    }
}
