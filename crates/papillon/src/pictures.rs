//! Pictures from the disk, made to fit legacy clients.

use std::io::Cursor;
use std::path::Path;

use anyhow::Context;
use bytes::Bytes;
use image::imageops::FilterType;
use image::{ImageFormat, ImageReader, Limits};

/// The side of the picture that MSN Messenger 6 shows beside a conversation.
const PICTURE_SIDE: u32 = 96;
/// Larger ones are drawn smaller by MSN Messenger, and cost everybody time.
const EMOTICON_SIDE: u32 = 50;
/// The largest picture that is read, in pixels a side.
const MAX_SIDE: u32 = 8192;
/// The most memory that a picture may take while it is read.
const MAX_MEMORY: u64 = 256 << 20;

/// A display picture: PNG, at most 96 by 96.
pub(crate) fn display_picture(path: &Path) -> anyhow::Result<Bytes> {
    read(path, PICTURE_SIDE)
}

/// An emoticon: PNG, at most 50 by 50.
pub(crate) fn emoticon_picture(path: &Path) -> anyhow::Result<Bytes> {
    read(path, EMOTICON_SIDE)
}

fn read(path: &Path, side: u32) -> anyhow::Result<Bytes> {
    let name = || path.display().to_string();
    let bytes = std::fs::read(path).with_context(|| format!("{} cannot be read", name()))?;
    let mut reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format()?;
    // A small file can claim a picture that would fill the memory.
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_MEMORY);
    reader.limits(limits);
    let is_png = reader.format() == Some(ImageFormat::Png);
    let image =
        reader.decode().with_context(|| format!("{} is not a picture: use PNG, JPEG, GIF or BMP", name()))?;
    // One that fits goes out as it is, with its own compression and colours.
    if is_png && image.width() <= side && image.height() <= side {
        return Ok(bytes.into());
    }
    let image = if image.width() > side || image.height() > side {
        image.resize(side, side, FilterType::Lanczos3)
    } else {
        image
    };
    let mut png = Cursor::new(Vec::new());
    image.to_rgba8().write_to(&mut png, ImageFormat::Png).context("the picture cannot be made smaller")?;
    Ok(png.into_inner().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_made_to_fit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large.bmp");
        image::RgbImage::new(300, 150).save(&path).unwrap();
        let png = display_picture(&path).unwrap();
        let read = image::load_from_memory_with_format(&png, ImageFormat::Png).unwrap();
        assert_eq!((read.width(), read.height()), (96, 48));
        let small = folder.path().join("small.png");
        image::RgbImage::new(19, 19).save(&small).unwrap();
        assert_eq!(emoticon_picture(&small).unwrap()[..], std::fs::read(&small).unwrap()[..], "as it is");
        std::fs::write(&path, "no picture").unwrap();
        assert!(display_picture(&path).is_err() && display_picture(folder.path()).is_err());
    }
}
