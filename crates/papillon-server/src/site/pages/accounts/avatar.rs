//! Uploaded pictures, painted anew as MSN Messenger 6 shows them.

mod jpeg;

use std::io::Cursor;

use image::imageops::{self, FilterType};
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage, RgbaImage};

/// The size of the picture that MSN Messenger 6 shows beside a conversation, in pixels a side.
const SIDE: u32 = 96;
/// The largest picture that is read, in pixels a side.
const MAX_SIDE: u32 = 4096;
/// The most memory that a picture may take while it is read, in bytes: one of the largest size with three channels.
const MAX_MEMORY: u64 = 48 << 20;
/// The most that a file may unpack before its pixels, in bytes: colour profiles and the like, which are not looked at.
const MAX_BEFORE_PIXELS: u64 = 4 << 20;
/// A picture of so many pixels a side is never too large, whatever its format.
const ALWAYS_TAKEN: u32 = 2048;
/// The formats that are read. A file that only pretends to be one of these is not read as anything else.
const FORMATS: [ImageFormat; 4] = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::Bmp];

/// The media type of the picture that [`paint`] makes.
pub(super) const CONTENT_TYPE: &str = "image/png";

/// The reason for which a file is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum NoPicture {
    /// It is something else, or broken.
    #[error("This file is not a picture that can be read: use PNG, JPEG, GIF or BMP.")]
    Unreadable,
    /// It would take too much memory.
    #[error("This picture is too large: use one of at most {ALWAYS_TAKEN} by {ALWAYS_TAKEN} pixels.")]
    TooLarge,
}

/// Makes a PNG of 96 by 96 pixels of the middle of a picture. It takes its time, 48 MiB and some more for its work, and
/// blocks the thread.
pub(super) fn paint(file: &[u8]) -> Result<Vec<u8>, NoPicture> {
    let mut decoder = open(file)?;
    // Cameras note in the file which side is up.
    let orientation = decoder.orientation().map_err(explain)?;
    let picture = middle(&DynamicImage::from_decoder(decoder).map_err(explain)?);
    // Turned only now: the picture itself would be copied for it.
    let mut picture = DynamicImage::from(on_white(&picture));
    picture.apply_orientation(orientation);
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(|_| NoPicture::Unreadable)?;
    Ok(png.into_inner())
}

/// The middle square, at the size that is kept. It is cut out first: filling 96 pixels with the short
/// side of a picture of 1 by 4096 makes one of 96 by 393,216.
fn middle(picture: &DynamicImage) -> RgbaImage {
    let (width, height) = (picture.width(), picture.height());
    let side = width.min(height);
    let square = imageops::crop_imm(picture, (width - side) / 2, (height - side) / 2, side, side);
    imageops::resize(&*square, SIDE, SIDE, FilterType::Triangle)
}

/// Reads the head of a file, and sees that the rest takes no more memory than it may.
fn open(file: &[u8]) -> Result<impl ImageDecoder, NoPicture> {
    let mut reader =
        ImageReader::new(Cursor::new(file)).with_guessed_format().map_err(|_| NoPicture::Unreadable)?;
    let Some(format) = reader.format().filter(|format| FORMATS.contains(format)) else {
        return Err(NoPicture::Unreadable);
    };
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_BEFORE_PIXELS);
    reader.limits(limits.clone());
    let mut decoder = reader.into_decoder().map_err(explain)?;
    let (width, height) = decoder.dimensions();
    // Asked once more before any pixel is read: not every decoder keeps all limits.
    if width > MAX_SIDE || height > MAX_SIDE {
        return Err(NoPicture::TooLarge);
    }
    // Two bytes for each of at most four components.
    let coefficients = match format {
        ImageFormat::Jpeg if !jpeg::is_in_one_scan(file) => u64::from(width) * u64::from(height) * 8,
        _ => 0,
    };
    let needed = decoder.total_bytes() + coefficients;
    let rest = MAX_MEMORY.checked_sub(needed).ok_or(NoPicture::TooLarge)?;
    // A GIF may have its picture in another place than where it is to be, and then takes twice as much.
    limits.max_alloc = Some(rest);
    decoder.set_limits(limits).map_err(explain)?;
    Ok(decoder)
}

fn explain(error: image::ImageError) -> NoPicture {
    match error {
        image::ImageError::Limits(_) => NoPicture::TooLarge,
        _ => NoPicture::Unreadable,
    }
}

/// The picture on a white ground: MSN Messenger 6 shows no transparency.
fn on_white(picture: &RgbaImage) -> RgbImage {
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let mix = |colour: u8| {
            // At most 255 * 255, so the quotient is a byte.
            let mixed = u32::from(colour) * u32::from(alpha) + 255 * (255 - u32::from(alpha));
            u8::try_from(mixed / 255).unwrap_or(u8::MAX)
        };
        Rgb([mix(red), mix(green), mix(blue)])
    })
}

#[cfg(test)]
mod tests {
    use image::ImageEncoder;

    use super::*;

    fn encoded(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut file = Cursor::new(Vec::new());
        picture.write_to(&mut file, format).unwrap();
        file.into_inner()
    }

    fn painted(file: &[u8]) -> RgbImage {
        let png = paint(file).unwrap();
        let picture = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
        assert_eq!((picture.width(), picture.height()), (SIDE, SIDE));
        assert!(png.len() < 40_000);
        picture.to_rgb8()
    }

    #[test]
    fn every_format_becomes_a_small_png() {
        let red = DynamicImage::from(RgbImage::from_pixel(300, 120, Rgb([255, 0, 0])));
        for format in FORMATS {
            let [r, g, b] = painted(&encoded(&red, format)).get_pixel(48, 48).0;
            assert!(r > 250 && g < 5 && b < 5, "{format:?}");
        }
        painted(&encoded(&DynamicImage::new_rgb8(1, 1), ImageFormat::Png));
        painted(&encoded(&DynamicImage::new_luma16(5, 900), ImageFormat::Png));
    }

    #[test]
    fn the_middle_is_kept() {
        let mut wide = RgbImage::from_pixel(288, 96, Rgb([0, 0, 255]));
        for (x, _, pixel) in wide.enumerate_pixels_mut() {
            if (96..192).contains(&x) {
                *pixel = Rgb([0, 255, 0]);
            }
        }
        let picture = painted(&encoded(&wide.into(), ImageFormat::Png));
        assert_eq!((picture.get_pixel(2, 50).0, picture.get_pixel(93, 50).0), ([0, 255, 0], [0, 255, 0]));
    }

    /// Only the pixel in the middle counts, as nothing else is worked on.
    #[test]
    fn of_a_thread_the_middle_is_kept() {
        for (width, height) in [(1, 4096), (4096, 1), (1, 3), (2, 1)] {
            let mut thread = RgbImage::from_pixel(width, height, Rgb([0, 0, 255]));
            thread.put_pixel((width - 1) / 2, (height - 1) / 2, Rgb([0, 255, 0]));
            let picture = painted(&encoded(&thread.into(), ImageFormat::Png));
            assert!(picture.pixels().all(|pixel| pixel.0 == [0, 255, 0]), "{width}x{height}");
        }
        painted(&encoded(&DynamicImage::new_rgb8(2, 4095), ImageFormat::Png));
        painted(&encoded(&DynamicImage::new_rgb8(4096, 95), ImageFormat::Png));
    }

    #[test]
    fn what_can_be_seen_through_is_white() {
        let clear = DynamicImage::from(image::RgbaImage::from_pixel(10, 10, image::Rgba([9, 9, 9, 0])));
        assert_eq!(painted(&encoded(&clear, ImageFormat::Png)).get_pixel(1, 1).0, [255, 255, 255]);
    }

    /// As a camera writes it that was held upright.
    #[test]
    fn a_picture_is_turned_as_its_file_says() {
        let (red, green) = (Rgb([255, 0, 0]), Rgb([0, 255, 0]));
        let lying = RgbImage::from_fn(192, 96, |x, _| if x < 96 { red } else { green });
        let turned_right = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
        let mut file = Vec::new();
        let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut file);
        encoder.set_exif_metadata(turned_right).unwrap();
        encoder.encode_image(&lying).unwrap();
        let picture = painted(&file);
        let is_near = |x, y, colour: Rgb<u8>| {
            picture.get_pixel(x, y).0.iter().zip(colour.0).all(|(one, other)| one.abs_diff(other) < 20)
        };
        assert!(is_near(5, 5, red) && is_near(90, 5, red), "the left side is up now");
        assert!(is_near(5, 90, green) && is_near(90, 90, green));
    }

    #[test]
    fn what_is_no_picture_is_refused() {
        let png = encoded(&DynamicImage::new_rgb8(50, 50), ImageFormat::Png);
        for bad in
            [b"".as_slice(), b"GIF89a", b"<svg/>", b"%PDF-1.4", b"RIFF....WEBPVP8 ", &png[..png.len() / 2]]
        {
            assert_eq!(paint(bad), Err(NoPicture::Unreadable), "{:?}", bad.escape_ascii().to_string());
        }
    }

    /// A PNG that says it has this size, colour type and depth, and is well-formed up to there.
    fn claiming(width: u32, height: u32, depth: u8, colour: u8) -> Vec<u8> {
        let mut header = b"IHDR".to_vec();
        header.extend(width.to_be_bytes());
        header.extend(height.to_be_bytes());
        header.extend([depth, colour, 0, 0, 0]);
        let mut crc = u32::MAX;
        for byte in &header {
            crc ^= u32::from(*byte);
            for _ in 0..8 {
                crc = if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 };
            }
        }
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\r".to_vec();
        png.extend(header);
        png.extend((!crc).to_be_bytes());
        png.extend(b"\0\0\x10\0IDAT");
        png
    }

    /// A picture with this in place of its size and of the mark of its frame.
    fn jpeg_claiming(side: u16, frame: u8) -> Vec<u8> {
        let mut file = encoded(&DynamicImage::new_rgb8(2, 2), ImageFormat::Jpeg);
        let start = file.windows(4).position(|part| part == [0xff, 0xc0, 0, 17]).unwrap();
        file[start + 1] = frame;
        file[start + 5..start + 7].copy_from_slice(&side.to_be_bytes());
        file[start + 7..start + 9].copy_from_slice(&side.to_be_bytes());
        file
    }

    /// A picture of this size that is painted in a corner, and so is read into memory of its own first.
    fn gif_beside(side: u16) -> Vec<u8> {
        let mut file = encoded(&DynamicImage::new_rgb8(2, 2), ImageFormat::Gif);
        let side = side.to_le_bytes();
        file[6..8].copy_from_slice(&side);
        file[8..10].copy_from_slice(&side);
        let start = file.windows(9).position(|part| part == [0x2c, 0, 0, 0, 0, 2, 0, 2, 0]).unwrap();
        file[start + 1] = 1;
        file[start + 5..start + 7].copy_from_slice(&side);
        file[start + 7..start + 9].copy_from_slice(&side);
        file
    }

    #[test]
    fn no_more_is_unpacked_than_48_mebibytes() {
        let judged = |file: &[u8]| open(file).map(|_| ()).err();
        let side = MAX_SIDE as u16;
        // Three bytes a pixel are 48 MiB.
        assert_eq!(judged(&claiming(MAX_SIDE, MAX_SIDE, 8, 2)), None);
        assert_eq!(judged(&claiming(MAX_SIDE, MAX_SIDE, 8, 6)), Some(NoPicture::TooLarge));
        assert_eq!(judged(&jpeg_claiming(side, 0xc0)), None);
        // Progressive: the decoder keeps two bytes more for each sample.
        assert_eq!(judged(&jpeg_claiming(side, 0xc2)), Some(NoPicture::TooLarge));
        assert_eq!(judged(&jpeg_claiming(2048, 0xc2)), None);
        assert_eq!(judged(&claiming(ALWAYS_TAKEN, ALWAYS_TAKEN, 16, 6)), None);
        // Both the picture and the part that is drawn onto it.
        assert_eq!(paint(&gif_beside(3000)), Err(NoPicture::TooLarge));
    }

    /// Small files that say they are enormous.
    #[test]
    fn bombs_do_not_go_off() {
        let many = encoded(&DynamicImage::new_luma8(MAX_SIDE + 1, 1), ImageFormat::Png);
        assert_eq!(paint(&many), Err(NoPicture::TooLarge));
        assert_eq!(paint(&claiming(50_000, 50_000, 8, 2)), Err(NoPicture::TooLarge));
        // Eight bytes a pixel are too much before the sides are.
        assert_eq!(paint(&claiming(MAX_SIDE, MAX_SIDE, 16, 6)), Err(NoPicture::TooLarge));
        assert_eq!(paint(&claiming(1, 1, 8, 2)), Err(NoPicture::Unreadable));

        let mut gif = encoded(&DynamicImage::new_rgb8(2, 2), ImageFormat::Gif);
        gif[6..10].copy_from_slice(&[0xff; 4]);
        assert_eq!(paint(&gif), Err(NoPicture::TooLarge));
        let mut bmp = encoded(&DynamicImage::new_rgb8(2, 2), ImageFormat::Bmp);
        bmp[18..22].copy_from_slice(&100_000_u32.to_le_bytes());
        bmp[22..26].copy_from_slice(&100_000_u32.to_le_bytes());
        assert!(paint(&bmp).is_err());
    }
}
