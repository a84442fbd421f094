//! A picture file becomes a display picture.

use std::io::Cursor;
use std::path::Path;

use image::{ImageFormat, ImageReader, Limits};

/// Display pictures have this many points on each side.
const SIDE: u32 = 96;
/// Larger pictures than this are not read.
const MAX_SIDE: u32 = 20_000;

/// Reads a picture and makes it as large as others expect it. The error is for the user.
pub(super) fn load(path: &Path) -> Result<Vec<u8>, String> {
    let failed = |error: &dyn std::fmt::Display| format!("{}: {error}", path.display());
    let mut reader =
        ImageReader::open(path).and_then(ImageReader::with_guessed_format).map_err(|e| failed(&e))?;
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_SIDE);
    limits.max_image_height = Some(MAX_SIDE);
    reader.limits(limits);
    let picture = reader.decode().map_err(|error| failed(&error))?;
    let picture = picture.resize_to_fill(SIDE, SIDE, image::imageops::FilterType::Lanczos3);
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).map_err(|error| failed(&error))?;
    Ok(png.into_inner())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_picture_becomes_a_small_square_png() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("wide.bmp");
        image::RgbImage::from_pixel(300, 100, image::Rgb([200, 10, 10])).save(&path).unwrap();
        let png = load(&path).unwrap();
        let small = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
        assert_eq!((small.width(), small.height()), (96, 96));
    }

    #[test]
    fn what_is_no_picture_is_refused_in_words() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("not.png");
        std::fs::write(&path, "text").unwrap();
        assert!(load(&path).unwrap_err().contains("not.png"));
        assert!(load(Path::new("/nowhere/at.all")).is_err());
    }
}
