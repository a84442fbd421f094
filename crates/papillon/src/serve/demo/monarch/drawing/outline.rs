//! Closed curves.

use super::Point;

/// Straight pieces between two given points.
const PIECES: u8 = 6;

/// A closed curve with an inside.
pub(super) struct Outline {
    points: Vec<Point>,
    low: Point,
    high: Point,
}

impl Outline {
    /// The smooth curve through these points (Catmull and Rom's).
    pub(super) fn smooth(through: &[Point]) -> Self {
        let count = through.len();
        let at = |index: usize| through[index % count];
        let mut points = Vec::with_capacity(count * usize::from(PIECES));
        for index in 0..count {
            let four = [at(index + count - 1), at(index), at(index + 1), at(index + 2)];
            for piece in 0..PIECES {
                let time = f32::from(piece) / f32::from(PIECES);
                points.push((
                    between(four.map(|point| point.0), time),
                    between(four.map(|point| point.1), time),
                ));
            }
        }
        Self::new(points)
    }

    /// The same curve, smaller, with `centre` where it was.
    pub(super) fn shrunk(&self, centre: Point, scale: f32) -> Self {
        let moved = |(x, y): &Point| (centre.0 + (x - centre.0) * scale, centre.1 + (y - centre.1) * scale);
        Self::new(self.points.iter().map(moved).collect())
    }

    fn new(points: Vec<Point>) -> Self {
        let fold = |start: f32, pick: fn(f32, f32) -> f32| {
            points.iter().fold((start, start), |(x, y), point| (pick(x, point.0), pick(y, point.1)))
        };
        let (low, high) = (fold(f32::INFINITY, f32::min), fold(f32::NEG_INFINITY, f32::max));
        Self { points, low, high }
    }

    /// Whether a point is inside: a ray from it crosses the curve an odd number of times.
    pub(super) fn contains(&self, (x, y): Point) -> bool {
        if x < self.low.0 || x > self.high.0 || y < self.low.1 || y > self.high.1 {
            return false;
        }
        let mut inside = false;
        let mut last = *self.points.last().unwrap_or(&(0.0, 0.0));
        for &point in &self.points {
            let crosses = (point.1 > y) != (last.1 > y);
            // The ends lie on two sides of `y`, so the divisor is not zero.
            if crosses && x < (last.0 - point.0) * (y - point.1) / (last.1 - point.1) + point.0 {
                inside = !inside;
            }
            last = point;
        }
        inside
    }
}

/// A coordinate between the second and the third of four points.
fn between([a, b, c, d]: [f32; 4], time: f32) -> f32 {
    let (square, cube) = (time * time, time * time * time);
    0.5 * (2.0 * b
        + (c - a) * time
        + (2.0 * a - 5.0 * b + 4.0 * c - d) * square
        + (3.0 * b - a - 3.0 * c + d) * cube)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_square_has_an_inside() {
        let square = Outline::smooth(&[(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)]);
        assert!(square.contains((0.0, 0.0)) && square.contains((0.9, 0.9)));
        assert!(!square.contains((1.5, 0.0)) && !square.contains((0.0, -1.5)));
        let small = square.shrunk((0.0, 0.0), 0.5);
        assert!(small.contains((0.4, 0.4)) && !small.contains((0.9, 0.9)));
    }
}
