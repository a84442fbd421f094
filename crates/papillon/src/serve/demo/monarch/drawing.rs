//! Monarch's looks: a butterfly drawn by the program itself.
//!
//! Coordinates go from -1 to 1, y downwards; only the right half is described, the left is its mirror.

mod outline;
mod shapes;

use std::io::Cursor;

use image::{ImageFormat, Rgba, RgbaImage};

use self::outline::Outline;
use self::shapes::{ANTENNA, FOREWING, HINDWING, SPOTS, VEINS};

type Point = (f32, f32);

/// Each pixel is the mean of this many samples in each direction.
const SAMPLES: u32 = 4;

const ORANGE: [f32; 3] = [240.0, 127.0, 22.0];
const AMBER: [f32; 3] = [252.0, 176.0, 58.0];
const BLACK: [f32; 3] = [24.0, 17.0, 15.0];
const WHITE: [f32; 3] = [255.0, 250.0, 240.0];
const SKY: [f32; 3] = [214.0, 235.0, 250.0];
const GRASS: [f32; 3] = [174.0, 214.0, 158.0];

/// The picture for contact lists and windows: 96 by 96 pixels, in a meadow.
pub(super) fn display_picture() -> Vec<u8> {
    png(&draw(96, true))
}

/// The emoticon: 19 by 19 pixels on nothing.
pub(super) fn emoticon() -> Vec<u8> {
    png(&draw(19, false))
}

/// The portrait that is sent as a file.
pub(super) fn portrait() -> Vec<u8> {
    png(&draw(320, true))
}

fn png(picture: &RgbaImage) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    // PNG takes every RGBA picture, and memory takes every byte.
    if let Err(error) = picture.write_to(&mut bytes, ImageFormat::Png) {
        tracing::error!(%error, "Monarch's picture cannot be coded");
    }
    bytes.into_inner()
}

fn draw(side: u32, meadow: bool) -> RgbaImage {
    let butterfly = Butterfly::new(side);
    let mut picture = RgbaImage::new(side, side);
    for y in 0..side {
        // The left half; with an odd side the middle column is its own mirror.
        for x in 0..side.div_ceil(2) {
            let pixel = butterfly.pixel(x, y, side, meadow);
            picture.put_pixel(x, y, pixel);
            picture.put_pixel(side - 1 - x, y, pixel);
        }
    }
    picture
}

struct Butterfly {
    wings: [Outline; 2],
    /// The same without their black margins.
    cells: [Outline; 2],
    /// Small pictures have no room for fine lines.
    is_small: bool,
}

impl Butterfly {
    fn new(side: u32) -> Self {
        let is_small = side < 48;
        let margin = if is_small { 0.68 } else { 0.845 };
        let cells = [
            Outline::smooth(&FOREWING).shrunk((0.30, -0.20), margin),
            Outline::smooth(&HINDWING).shrunk((0.30, 0.24), margin - 0.02),
        ];
        Self { wings: [Outline::smooth(&FOREWING), Outline::smooth(&HINDWING)], cells, is_small }
    }

    /// The mean of the pixel's samples.
    fn pixel(&self, x: u32, y: u32, side: u32, meadow: bool) -> Rgba<u8> {
        let at = |pixel: u32, sample: u32| {
            let centre = pixel as f32 + (sample as f32 + 0.5) / SAMPLES as f32;
            centre / side as f32 * 2.0 - 1.0
        };
        let (mut sum, mut opaque) = ([0.0; 3], 0.0);
        for (i, j) in (0..SAMPLES).flat_map(|i| (0..SAMPLES).map(move |j| (i, j))) {
            let point = (at(x, i).abs(), at(y, j));
            let behind = || meadow.then(|| mixed(SKY, GRASS, (point.1 + 1.0) / 2.0));
            if let Some(colour) = self.colour(point).or_else(behind) {
                opaque += 1.0;
                sum.iter_mut().zip(colour).for_each(|(sum, part)| *sum += part);
            }
        }
        let [red, green, blue] = sum.map(|part| (part / f32::max(opaque, 1.0)).round() as u8);
        let alpha = opaque / (SAMPLES * SAMPLES) as f32 * 255.0;
        Rgba([red, green, blue, alpha.round() as u8])
    }

    fn colour(&self, point: Point) -> Option<[f32; 3]> {
        if self.is_body(point) {
            return Some(BLACK);
        }
        // The forewing lies over the hindwing.
        let wing = (0..2).find(|wing| self.wings[*wing].contains(point))?;
        if self.is_small {
            return Some(if self.cells[wing].contains(point) { ORANGE } else { BLACK });
        }
        if SPOTS.iter().any(|(spot, radius)| distance(point, *spot) < *radius) {
            return Some(WHITE);
        }
        let dark = is_tip(point)
            || !self.cells[wing].contains(point)
            || VEINS.iter().any(|(from, to, width)| to_line(point, *from, *to) < *width);
        // Lighter towards the body.
        Some(if dark { BLACK } else { mixed(AMBER, ORANGE, distance(point, (0.0, 0.0)) * 1.2) })
    }

    fn is_body(&self, (x, y): Point) -> bool {
        let ellipse = |centre: f32, width: f32, height: f32| {
            (x / width).powi(2) + ((y - centre) / height).powi(2) < 1.0
        };
        let wider = if self.is_small { 1.6 } else { 1.0 };
        let antenna =
            ANTENNA.windows(2).any(|part| to_line((x, y), part[0], part[1]) < 0.012 * wider * wider * wider);
        let knob = distance((x, y), ANTENNA[3]) < 0.03 * wider;
        ellipse(0.12, 0.05 * wider, 0.40) || ellipse(-0.30, 0.055 * wider, 0.065) || antenna || knob
    }
}

/// The dark corner of the forewing.
fn is_tip((x, y): Point) -> bool {
    x * 0.75 - y > 1.13
}

fn mixed(from: [f32; 3], to: [f32; 3], share: f32) -> [f32; 3] {
    let share = share.clamp(0.0, 1.0);
    [0, 1, 2].map(|part| from[part] + (to[part] - from[part]) * share)
}

fn distance(a: Point, b: Point) -> f32 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// The distance of `point` from the line between two points.
fn to_line(point: Point, from: Point, to: Point) -> f32 {
    let along = (to.0 - from.0, to.1 - from.1);
    let square = along.0 * along.0 + along.1 * along.1;
    let share = ((point.0 - from.0) * along.0 + (point.1 - from.1) * along.1) / square.max(f32::EPSILON);
    let share = share.clamp(0.0, 1.0);
    distance(point, (from.0 + along.0 * share, from.1 + along.1 * share))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_have_the_sizes_messenger_wants() {
        for (data, side) in [(display_picture(), 96), (emoticon(), 19)] {
            let picture = image::load_from_memory_with_format(&data, ImageFormat::Png).unwrap().to_rgba8();
            assert_eq!(picture.dimensions(), (side, side));
            // Published pictures have at most 100 KB; Messenger's own had fewer than 30.
            assert!(data.len() < 30_000, "{}", data.len());
        }
    }

    #[test]
    fn the_emoticon_stands_on_nothing_and_is_orange() {
        let picture = draw(19, false);
        assert_eq!(picture.get_pixel(0, 18).0[3], 0);
        let orange = picture.pixels().filter(|pixel| pixel.0[3] == 255 && pixel.0[0] > 200).count();
        assert!(orange > 40, "{orange}");
    }

    #[test]
    fn both_halves_are_alike() {
        let picture = draw(96, true);
        assert!(picture.enumerate_pixels().all(|(x, y, pixel)| pixel == picture.get_pixel(95 - x, y)));
    }
}
