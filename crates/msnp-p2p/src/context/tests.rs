use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use msnp::object::{MsnObject, ObjectKind};
use sha1::{Digest, Sha1};

use super::*;

fn object() -> MsnObject {
    MsnObject::new("alice@example.com", ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", b"picture")
}

#[test]
fn an_object_with_its_nul_without_it_and_without_padding() {
    let context = object_context(&object());
    assert!(STANDARD.decode(&context).unwrap().ends_with(b"/>\0"));
    let bare = STANDARD.encode(object().to_string());
    let rest = STANDARD.encode(format!("{}\0rubbish", object()));
    for context in [&context, context.trim_end_matches('='), &bare, bare.trim_end_matches('='), &rest] {
        assert_eq!(parse_object_context(context), Ok(object()));
    }
}

#[test]
fn what_describes_no_object() {
    assert_eq!(parse_object_context("%%%"), Err(ContextError::Base64));
    assert_eq!(parse_object_context(&STANDARD.encode("no object\0")), Err(ContextError::Object));
    assert_eq!(parse_object_context(&STANDARD.encode([0xff, 0])), Err(ContextError::Object));
    assert_eq!(parse_object_context(""), Err(ContextError::Object));
}

#[test]
fn a_path_for_a_location_is_only_a_label() {
    let text = object().to_string().replace("TFR1.tmp", "..\\..\\boot.ini");
    assert_eq!(parse_object_context(&STANDARD.encode(text)).unwrap().location, "..\\..\\boot.ini");
}

#[test]
fn a_file_of_msn_messenger_6() {
    let context = FileContext::new("photo.png", 123_456, None);
    let base64 = context.to_base64();
    assert_eq!(base64.len(), 768);
    let digest = hex::encode(Sha1::digest(STANDARD.decode(&base64).unwrap()));
    assert_eq!(digest, "5c443f837c7abcc8d586cd835b0c790f57a276b5");
    assert_eq!(FileContext::parse(&base64), Ok(context));
}

#[test]
fn a_captured_offer_of_version_3() {
    let context = FileContext { version: 3, ..FileContext::new("a.txt", 0, None) };
    let base64 = context.to_base64();
    assert_eq!(base64.len(), 852);
    let digest = hex::encode(Sha1::digest(STANDARD.decode(&base64).unwrap()));
    assert_eq!(digest, "0a68f210c3ece00daa3a7490e652609263e2d9d8");
    assert_eq!(FileContext::parse(&base64), Ok(context));
}

#[test]
fn a_preview_stands_after_the_announced_length() {
    for version in [0, 2, 3] {
        let preview = Some(Bytes::from_static(b"\x89PNG"));
        let context = FileContext { version, ..FileContext::new("photo.png", u64::MAX, preview) };
        assert_eq!(context.kind, 0);
        assert_eq!(FileContext::parse(&context.to_base64()), Ok(context));
    }
}

fn changed(at: usize, bytes: &[u8], length: usize) -> Result<FileContext, ContextError> {
    let mut context = STANDARD.decode(FileContext::new("a", 1, None).to_base64()).unwrap();
    context[at..at + bytes.len()].copy_from_slice(bytes);
    context.resize(length, 0);
    FileContext::parse(&STANDARD.encode(context))
}

#[test]
fn contexts_that_cannot_be() {
    assert_eq!(changed(0, &[], 3), Err(ContextError::File));
    // The name has no end, or there is none.
    assert_eq!(changed(0, &[], 22), Err(ContextError::File));
    assert_eq!(changed(20, &[0; 2], 539), Err(ContextError::File));
    assert_eq!(FileContext::parse("*"), Err(ContextError::Base64));
}

/// Messenger for Mac writes 583 before 574 bytes.
#[test]
fn any_length_field() {
    let context = FileContext::new("a", 1, None);
    for field in [0, 573, 574, 583, 638, u32::MAX] {
        assert_eq!(changed(0, &field.to_le_bytes(), 574), Ok(context.clone()), "{field}");
    }
    for length in [24, 100, 539, 540, 573] {
        assert_eq!(changed(0, &[], length), Ok(context.clone()), "{length} bytes");
    }
}

/// Messenger for Mac: length, version 0, size, type and the name, 540 bytes.
#[test]
fn an_offer_of_version_0() {
    let context = FileContext { version: 0, ..FileContext::new("r\u{e9}sum\u{e9}.pdf", 123_456, None) };
    let mut bytes = vec![0; 540];
    bytes[0..4].copy_from_slice(&540_u32.to_le_bytes());
    bytes[8..12].copy_from_slice(&123_456_u32.to_le_bytes());
    bytes[16] = 1;
    for (at, unit) in "r\u{e9}sum\u{e9}.pdf".encode_utf16().enumerate() {
        bytes[20 + 2 * at..22 + 2 * at].copy_from_slice(&unit.to_le_bytes());
    }
    assert_eq!(context.to_base64(), STANDARD.encode(&bytes));
    assert_eq!(FileContext::parse(&STANDARD.encode(&bytes)), Ok(context));
}

#[test]
fn names_without_an_end_or_with_half_a_character() {
    assert_eq!(changed(20, &[b'x'; 520], 574).unwrap().name.chars().count(), 260);
    assert_eq!(changed(20, &[0x00, 0xd8, b'a', 0], 574).unwrap().name, "\u{fffd}a");
    let long = FileContext::new(&"𝄞".repeat(200), 1, None);
    assert_eq!(FileContext::parse(&long.to_base64()).unwrap().name, "𝄞".repeat(129));
}

#[test]
fn the_longest_name_and_one_without_an_end() {
    let name = "x".repeat(FileContext::MAX_NAME - 1);
    for longer in ["", "y", "yz"] {
        let context = FileContext::new(&format!("{name}{longer}"), 1, None);
        assert_eq!(FileContext::parse(&context.to_base64()).unwrap().name, name);
    }
    // All 520 bytes of the name, and others after it.
    assert_eq!(changed(20, &[b'x'; 550], 574).unwrap().name.chars().count(), 260);
    assert_eq!(changed(20, &[b'x'; 520], 540).unwrap().name.chars().count(), 260);
    assert_eq!(changed(20, &[b'x'; 519], 539), Err(ContextError::File));
}

/// Where a preview begins: in version 2 after 574 bytes, in others where the length field says if that can be.
#[test]
fn a_preview_begins_after_the_part_before_it() {
    for (version, field, begin) in [
        (0, 10, 540),
        (1, u32::MAX, 540),
        (0, 560, 560),
        (2, 560, 574),
        (3, 574, 574),
        (3, 539, 638),
        (3, 540, 540),
        (3, 10_000, 638),
        (4, 0, 638),
    ] {
        let mut bytes = STANDARD.decode(FileContext::new("a", 1, None).to_base64()).unwrap();
        bytes[0..4].copy_from_slice(&u32::to_le_bytes(field));
        bytes[4..8].copy_from_slice(&u32::to_le_bytes(version));
        bytes[16] = 0;
        bytes.resize(begin, 0);
        bytes.extend_from_slice(b"\x89PNG");
        let read = FileContext::parse(&STANDARD.encode(&bytes)).unwrap();
        assert_eq!(read.preview.as_deref(), Some(&b"\x89PNG"[..]), "version {version}, {field}");
    }
}

#[test]
fn a_shared_background_has_no_preview() {
    for (kind, shown) in [(0, true), (1, true), (2, false), (4, false)] {
        let context = FileContext { kind, ..FileContext::new("a", 1, Some(Bytes::from_static(b"PNG"))) };
        assert_eq!(FileContext::parse(&context.to_base64()).unwrap().preview.is_some(), shown, "{kind}");
    }
}

proptest::proptest! {
    #[test]
    fn no_text_panics_and_files_read_back(text: String, bytes: Vec<u8>, name in "[^\0]{0,100}", size: u64) {
        let _ = (FileContext::parse(&text), parse_object_context(&text));
        let base64 = STANDARD.encode(bytes);
        let _ = (FileContext::parse(&base64), parse_object_context(&base64));
        let context = FileContext::new(&name, size, None);
        proptest::prop_assert_eq!(FileContext::parse(&context.to_base64()), Ok(context));
    }

    /// The length field does not count, and neither does an unknown version.
    #[test]
    fn files_of_any_length_field_are_read(
        name in "[^\0]{1,100}", size: u64, version: u32, field: u32, rest in proptest::collection::vec(0_u8.., 0..99),
    ) {
        let context = FileContext { version, ..FileContext::new(&name, size, None) };
        let mut bytes = STANDARD.decode(context.to_base64()).unwrap();
        bytes[0..4].copy_from_slice(&field.to_le_bytes());
        for extra in [&rest[..0], &rest] {
            let read = FileContext::parse(&STANDARD.encode([&bytes[..], extra].concat())).unwrap();
            proptest::prop_assert_eq!((&read.name, read.size, read.kind), (&context.name, size, 1));
        }
    }

    #[test]
    fn a_preview_of_version_2_is_whole_under_any_length_field(field: u32, preview in proptest::collection::vec(0_u8.., 1..99)) {
        let context = FileContext::new("a", 1, Some(preview.into()));
        let mut bytes = STANDARD.decode(context.to_base64()).unwrap();
        bytes[0..4].copy_from_slice(&field.to_le_bytes());
        proptest::prop_assert_eq!(FileContext::parse(&STANDARD.encode(bytes)), Ok(context));
    }
}
