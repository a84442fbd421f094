//! The plot: how far each figure is from its target, as SVG.
//!
//! Written by hand: a bar for each figure is less than what any plotting crate would bring along.

use std::fmt::Write;

use super::Entry;
use super::table::number;
use crate::measure::Outcome;
use crate::row::{Figure, Target, Verdict};

const ROW: usize = 22;
const TOP: usize = 84;
const LEFT: usize = 560;
/// The width of a bar that just meets its target.
const FULL: f64 = 260.0;
const RIGHT: usize = 170;
/// Bars end here, in widths of a target.
const MOST: f64 = 1.6;

/// Figures that have a target, next to it: 1 is what must be (or is wished for, where nothing must be).
pub(super) fn svg(entries: &[Entry]) -> String {
    let mut bars = String::new();
    let mut count = 0;
    for (row, outcome) in entries {
        let Outcome::Measured(programs) = outcome else { continue };
        let Some(own) = programs.first() else { continue };
        for (figure, samples) in row.figures.iter().zip(&own.figures) {
            if let Some(limit) = figure.target.must().or(figure.target.want()) {
                bar(&mut bars, TOP + count * ROW, figure, samples.median(), limit);
                count += 1;
            }
        }
    }
    let width = LEFT + (FULL * MOST) as usize + RIGHT;
    let height = TOP + count * ROW + 16;
    let line = LEFT as f64 + FULL;
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"#fff\"/>\n\
         <text x=\"12\" y=\"24\" font-size=\"15\">Papillon next to its targets: shorter is better</text>\n\
         <text x=\"12\" y=\"44\" fill=\"#666\">dashed: what must be; solid: what is wanted; bars of more than {MOST} × are cut</text>\n\
         <text x=\"{line}\" y=\"68\" text-anchor=\"middle\" fill=\"#666\">the target</text>\n\
         <line x1=\"{line}\" x2=\"{line}\" y1=\"{}\" y2=\"{}\" stroke=\"#333\" stroke-dasharray=\"4 3\"/>\n{bars}</svg>\n",
        TOP - 10,
        height - 10,
    )
}

fn bar(bars: &mut String, y: usize, figure: &Figure, value: f64, limit: f64) {
    // Of a target that is to be reached, the inverse: shorter is better for all.
    let share = |value: f64| match figure.target {
        Target::AtLeast { .. } => limit / value,
        _ => value / limit,
    };
    let colour = match figure.target.judge(value) {
        Verdict::Wanted => "#2e7d32",
        Verdict::Met => "#7cb342",
        Verdict::Missed => "#c62828",
        Verdict::Unfulfilled | Verdict::None => "#f9a825",
    };
    // Not a number has no length.
    let length = if value.is_nan() { 0.0 } else { share(value).clamp(0.0, MOST) * FULL };
    let middle = y + ROW / 2 + 4;
    // Writing into text cannot fail.
    let _ = writeln!(
        bars,
        "<text x=\"{}\" y=\"{middle}\" text-anchor=\"end\">{}</text>\
         <rect x=\"{LEFT}\" y=\"{}\" width=\"{length:.1}\" height=\"{}\" fill=\"{colour}\"/>",
        LEFT - 8,
        escape(figure.what),
        y + 3,
        ROW - 6,
    );
    if let Some(want) = figure.target.want().filter(|want| *want != limit) {
        let x = LEFT as f64 + share(want).min(MOST) * FULL;
        let (from, to) = (y + 1, y + ROW - 1);
        let _ =
            writeln!(bars, "<line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{from}\" y2=\"{to}\" stroke=\"#333\"/>");
    }
    // Over the lines, with a rim.
    let _ = writeln!(
        bars,
        "<text x=\"{:.1}\" y=\"{middle}\" stroke=\"#fff\" stroke-width=\"3\" paint-order=\"stroke\">{} {}</text>",
        LEFT as f64 + length + 6.0,
        number(value),
        escape(figure.unit),
    );
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
