//! The kind of a JPEG file: whether its decoder has to keep all coefficients until the last scan.

/// The markers of frames (ITU-T T.81, table B.1), without `DHT`, `JPG` and `DAC`, which share their numbers.
const FRAMES: [u8; 13] = [0xc0, 0xc1, 0xc2, 0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];
/// The frames that come in one pass: baseline and extended.
const SEQUENTIAL: [u8; 2] = [0xc0, 0xc1];
const START_OF_SCAN: u8 = 0xda;

/// Whether the whole picture comes in the first scan, so that each row is finished as it is read. Otherwise, or where the
/// file cannot be understood, two bytes for each sample are kept beside the picture.
pub(super) fn is_in_one_scan(file: &[u8]) -> bool {
    let mut components = None;
    let mut rest = file.get(2..).unwrap_or_default();
    while let Some((marker, segment, after)) = next_segment(rest) {
        if FRAMES.contains(&marker) {
            if components.is_some() || !SEQUENTIAL.contains(&marker) {
                return false;
            }
            // One byte for the precision, two for each side.
            components = segment.get(5).copied();
        }
        if marker == START_OF_SCAN {
            return components.is_some() && segment.first().copied() == components;
        }
        rest = after;
    }
    false
}

/// The next marker, the bytes that belong to it, and those after it.
fn next_segment(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let bytes = bytes.strip_prefix(&[0xff])?;
    // Any number of these may fill the space before a marker.
    let start = bytes.iter().position(|byte| *byte != 0xff)?;
    let (marker, bytes) = bytes.get(start..)?.split_first()?;
    let (length, _) = bytes.split_first_chunk()?;
    let (segment, after) = bytes.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
    Some((*marker, segment.get(2..)?, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file with a frame of three components and a scan of so many.
    fn file(frame: u8, scanned: u8) -> Vec<u8> {
        let mut file = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff".to_vec();
        file.extend([frame, 0, 17, 8, 0, 9, 0, 9, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]);
        file.extend([0xff, START_OF_SCAN, 0, 3, scanned]);
        file
    }

    #[test]
    fn only_what_is_whole_in_its_first_scan_is_in_one() {
        assert!(is_in_one_scan(&file(0xc0, 3)) && is_in_one_scan(&file(0xc1, 3)));
        // Progressive, and one component after the other.
        assert!(!is_in_one_scan(&file(0xc2, 3)) && !is_in_one_scan(&file(0xc0, 1)));
    }

    #[test]
    fn what_is_not_understood_is_not_in_one_scan() {
        let whole = file(0xc0, 3);
        for length in 0..whole.len() {
            assert!(!is_in_one_scan(&whole[..length]), "{length}");
        }
        let mut two_frames = whole[..whole.len() - 5].to_vec();
        two_frames.extend(&file(0xc0, 3)[8..]);
        assert!(!is_in_one_scan(&two_frames));
        assert!(!is_in_one_scan(b"\xff\xd8\xff\xda\0\x03\x03"), "no frame");
        assert!(!is_in_one_scan(b"\xff\xd8\xff\xc0\0\x01"), "a length of less than itself");
    }
}
