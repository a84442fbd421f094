//! Objects of real clients, and texts that are no objects.

use proptest::prelude::*;

use super::*;

/// Creator, Size, Type, Location, Friendly, SHA1D, SHA1C of one object.
type Vector = (&'static str, u64, u32, &'static str, &'static str, &'static str, &'static str);

fn text((creator, size, kind, location, friendly, sha1d, sha1c): Vector) -> String {
    format!(
        "<msnobj Creator=\"{creator}\" Size=\"{size}\" Type=\"{kind}\" Location=\"{location}\" \
         Friendly=\"{friendly}\" SHA1D=\"{sha1d}\" SHA1C=\"{sha1c}\"/>"
    )
}

/// From ECF, two captures of PB, and aMSN 0.95b signed in to a test relay.
#[rustfmt::skip]
const REAL: [Vector; 5] = [
    ("buddy1@hotmail.com", 24539, 3, "TFR2C.tmp", "AAA=", "trC8SlFx2sWQxZMIBAWSEnXc8oQ=", "U32o6bosZzluJq82eAtMpx5dIEI="),
    ("patricia@example.com", 18309, 3, "TFR2C2.tmp", "AAA=", "syMFJjtKlW6kmGD4LJhupqnaYHk=", "8jnf57Am40TvkjEnJC18kPg4ra4="),
    ("alexandria@example.org", 34601, 2, "abkyty.tmp", "AAA=", "C4pYwhEG+ESLbc3QZruc92ZkgTE=", "nZ6PqqhgFu6tGKloKQSbJOEQulM="),
    ("alice@example.com", 5361, 3, "amsn.tmp", "AAA=", "P9TEjRVbrA7FyLJflMeDJetCBik=", "FppvHldr4AbzPZ9hkMIQ2vcgE48="),
    ("alice@example.com", 277, 2, "zz.tmp", "AAA=", "jzXZjYxkoicHjxVyNYoG4kry5FM=", "0pM/8ZD8+yQROaIPiGXBmctmPjE="),
];

/// Printed by HYP and NINA with a hash that belongs to another text.
#[rustfmt::skip]
const EDITED: [Vector; 2] = [
    ("example@passport.com", 18122, 3, "TFRC.tmp", "AAA=", "b0LvR+gGYm6YYzWAThpOkK5j1bk=", "3dvgCHoESxOc9iulr+ihkIw54VG="),
    ("alice@example.com", 978, 2, "TFRC5.dat", "AAA=", "Uz3MQadmIWHed3saSdwcTo/Tc7U=", "e7vZQCbXV30xf3gngY3P3slZhts="),
];

const PICTURE: &str = "<msnobj Creator=\"alice@example.com\" Size=\"1032\" Type=\"3\" \
    Location=\"TFR1.tmp\" Friendly=\"AAA=\" SHA1D=\"u28iUG/BAgUm8rdTopal2EJ0KFc=\" \
    SHA1C=\"fg0b1ywSQooRYYGuekWYGUhuptY=\"/>";

fn blob() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n".iter().copied().chain((0..4).flat_map(|_| 0..=255)).collect()
}

#[test]
fn objects_of_real_clients_are_verified_and_read_back() {
    for vector in REAL {
        let text = text(vector);
        let object = MsnObject::parse(&text).unwrap();
        assert_eq!(object.verify_description(), Description::Verified, "{text}");
        assert_eq!(object.to_string(), text);
        assert_eq!(object.friendly_text().unwrap(), "");
        assert_eq!(MsnObject::from_encoded(&object.to_encoded().unwrap()), Ok(object));
    }
}

#[test]
fn edited_objects_do_not_match() {
    for (vector, right) in
        EDITED.into_iter().zip(["prDTT+d6ovKBKJxJXLf9wrKXh9E=", "rckyAIglvW0w4mUCP7SmZCN29qM="])
    {
        let mut object = MsnObject::parse(&text(vector)).unwrap();
        assert_eq!(object.verify_description(), Description::Mismatch);
        object.sha1c = Some(right.into());
        assert_eq!(object.verify_description(), Description::Verified);
        object.sha1c = None;
        assert_eq!(object.verify_description(), Description::Unverified);
    }
}

#[test]
fn an_object_is_made_from_its_data() {
    let object = MsnObject::new("alice@example.com", ObjectKind::DISPLAY_PICTURE, "TFR1.tmp", "", &blob());
    assert_eq!(object.to_string(), PICTURE);
    assert_eq!(PICTURE.len(), 168);
    assert_eq!(
        object.to_encoded().unwrap().as_str(),
        "%3Cmsnobj%20Creator%3D%22alice%40example.com%22%20Size%3D%221032%22%20Type%3D%223%22%20\
         Location%3D%22TFR1.tmp%22%20Friendly%3D%22AAA%3D%22%20SHA1D%3D%22\
         u28iUG%2FBAgUm8rdTopal2EJ0KFc%3D%22%20SHA1C%3D%22fg0b1ywSQooRYYGuekWYGUhuptY%3D%22%2F%3E"
    );
    assert!(object.verify_data(&blob()));
    assert!(!object.verify_data(&blob()[1..]));
    let mut other = blob();
    other[7] ^= 1;
    assert!(!object.verify_data(&other));
    let emoticon =
        MsnObject::new("alice@example.com", ObjectKind::CUSTOM_EMOTICON, "TFR2.dat", "tux", &blob());
    assert_eq!(emoticon.friendly, "dAB1AHgAAAA=");
    assert_eq!(emoticon.sha1c.as_deref(), Some("kDsmUdmvE7srq4xb2y5903KCUs4="));
    assert_eq!(emoticon.friendly_text().unwrap(), "tux");
}

#[test]
fn lower_case_codes_of_the_official_client_are_read() {
    let encoded = "%3cmsnobj%20Creator%3d%22patricia%40example.com%22%20Size%3d%2218309%22%20Type%3d%223%22\
        %20Location%3d%22TFR2C2.tmp%22%20Friendly%3d%22AAA%3d%22%20SHA1D%3d%22syMFJjtKlW6kmGD4LJhupqnaYHk%3d%22\
        %20SHA1C%3d%228jnf57Am40TvkjEnJC18kPg4ra4%3d%22%2f%3e";
    let object = MsnObject::from_encoded(&EncodedObject::parse(encoded).unwrap()).unwrap();
    assert_eq!(object.to_string(), text(REAL[1]));
    let plus = text(REAL[2]).replace(' ', "%20");
    let object = MsnObject::from_encoded(&EncodedObject::parse(&plus).unwrap()).unwrap();
    assert_eq!(object.verify_description(), Description::Verified);
}

#[test]
fn friendly_names() {
    let mut object = MsnObject::parse(PICTURE).unwrap();
    object.friendly = "RgBsAGEAcgBlAAAA".into();
    assert_eq!(object.friendly_text().unwrap(), "Flare");
    for bad in ["AAA", "AAAA", "ANgAAA==", "é"] {
        object.friendly = bad.into();
        assert_eq!(object.friendly_text(), None, "{bad}");
    }
}

#[test]
fn any_order_is_read_and_hashed_as_written() {
    let body = "Creator=\"a@b.c\" Type=\"3\" SHA1D=\"x\" Size=\"1\" Location=\"0\" Friendly=\"AAA=\"";
    let all = "Creatora@b.cType3SHA1DxSize1Location0FriendlyAAA=";
    for (extra, input) in [
        ("", all.to_owned()),
        (" contenttype='D'", all.to_owned()),
        (" contenttype='D'", format!("{all}contenttypeD")),
        ("", "Creatora@b.cSize1Type3Location0FriendlyAAA=SHA1Dx".to_owned()),
    ] {
        let sha1c = STANDARD.encode(Sha1::digest(&input));
        let object = MsnObject::parse(&format!("<msnobj {body}{extra} SHA1C=\"{sha1c}\"/>\0")).unwrap();
        assert_eq!(object.verify_description(), Description::Verified, "{input}");
        assert_eq!((object.size, object.kind), (1, ObjectKind::DISPLAY_PICTURE));
        let classic = MsnObject::parse(&object.to_string()).unwrap();
        assert_eq!(MsnObject { written: None, ..object }, classic);
    }
}

/// A client that writes attributes in an order of its own and hashes them in the order of MSN Messenger 6: as it wrote
/// them, and without those that came later.
#[test]
fn another_order_is_hashed_in_the_classic_order_with_the_entities_as_written() {
    let object = |sha1c: &str| {
        let text = format!(
            "<msnobj SHA1D=\"x\" Type=\"3\" Location=\"a&#39;b\" Size=\"1\" Friendly=\"AAA=\" \
             Creator=\"a@b.c\" contenttype=\"D\" SHA1C=\"{sha1c}\"/>"
        );
        MsnObject::parse(&text).unwrap().verify_description()
    };
    let classic = "Creatora@b.cSize1Type3Locationa&#39;bFriendlyAAA=SHA1Dx";
    assert_eq!(object(&STANDARD.encode(Sha1::digest(classic))), Description::Verified);
    let another = "Creatora@b.cSize2Type3Locationa&#39;bFriendlyAAA=SHA1Dx";
    assert_eq!(object(&STANDARD.encode(Sha1::digest(another))), Description::Mismatch);
}

#[test]
fn entities_stand_for_characters() {
    let object = MsnObject::parse(&PICTURE.replace("TFR1.tmp", "a&amp;b&quot;&#x263A;&c")).unwrap();
    assert_eq!(object.location, "a&b\"☺&c");
    assert!(object.to_string().contains("Location=\"a&amp;b&quot;☺&amp;c\""));
}

#[test]
fn what_is_no_object_is_refused() {
    let many: String = (0..26).map(|n| format!(" x{n}=\"\"")).collect();
    for bad in [
        "",
        "0",
        "<msnobj/>",
        "<msnobj",
        "<msnobj Creator",
        "<msnobj Creator=",
        "<msnobj Creator=\"",
        "<msnobj é=\"\"/>",
        &PICTURE[..PICTURE.len() - 1],
        &PICTURE.replace("1032", ""),
        &PICTURE.replace("1032", "+1"),
        &PICTURE.replace("1032", "1234567890123456"),
        &PICTURE.replace("Type=\"3\"", "Type=\"4294967296\""),
        &PICTURE.replace("Creator=", "Kreator="),
        &PICTURE.replace("SHA1D=", "SHA1E="),
        &PICTURE.replace("SHA1C=", "SHA1D="),
        &PICTURE.replace(" Size", "Size"),
        &PICTURE.replace("TFR1", "T\nFR1"),
        &PICTURE.replace("TFR1", "<"),
        &PICTURE.replace("TFR1", "&#xFFFFFFFF;"),
        &PICTURE.replace("Type=\"3\" Location=", "Type=\"2\" location="),
        &PICTURE.replace("/>", &format!("{many}/>")),
        &PICTURE.replace("TFR1", &"x".repeat(4096)),
        &format!("{PICTURE}{PICTURE}"),
    ] {
        assert!(MsnObject::parse(bad).is_err(), "{bad}");
    }
    assert!(MsnObject::parse(&PICTURE.replace("/>", &format!("{}/>", &many[..many.len() - 7]))).is_ok());
    assert!(MsnObject::parse(&PICTURE.replace("1032", "999999999999999")).is_ok());
    assert!(MsnObject::parse(&PICTURE.replace("Location=", "location=")).is_ok());
}

proptest! {
    #[test]
    fn no_text_panics(text in "\\PC*", inside in "[ -~]{0,60}") {
        let _ = MsnObject::parse(&text);
        if let Ok(object) = MsnObject::parse(&PICTURE.replace("TFR1.tmp", &inside)) {
            let _ = object.verify_description();
            let classic = MsnObject::parse(&object.to_string()).unwrap();
            prop_assert_eq!(MsnObject { written: None, ..object }, classic);
        }
    }

    #[test]
    fn what_is_written_reads_back(
        creator in any::<String>(), location in any::<String>(), friendly in "[^\0]*",
        kind: u32, data: Vec<u8>,
    ) {
        let object = MsnObject::new(creator, ObjectKind(kind), location, &friendly, &data);
        prop_assert_eq!(object.friendly_text(), Some(friendly));
        prop_assert_eq!(object.verify_description(), Description::Verified);
        prop_assert!(object.verify_data(&data));
        prop_assert_eq!(MsnObject::parse(&object.to_string()), Ok(object));
    }
}

#[test]
fn the_longest_text_is_read() {
    let object = text(REAL[0]);
    let fill =
        |length: usize| object.replace("/>", &format!(" X=\"{}\"/>", "y".repeat(length - object.len() - 5)));
    let longest = fill(MsnObject::MAX_LEN);
    assert_eq!(longest.len(), MsnObject::MAX_LEN);
    assert!(MsnObject::parse(&longest).is_ok());
    assert!(MsnObject::parse(&fill(MsnObject::MAX_LEN + 1)).is_err());
}

#[test]
fn a_place_and_a_name_may_be_missing_from_a_picture_alone() {
    for name in ["Location", "Friendly"] {
        for (kind, read) in [("3", true), ("2", false), ("5", false)] {
            let object = text(REAL[0])
                .replace(&format!("{name}="), &format!("Other{name}="))
                .replace("Type=\"3\"", &format!("Type=\"{kind}\""));
            assert_eq!(MsnObject::parse(&object).is_ok(), read, "{name} of {kind}");
        }
    }
}
