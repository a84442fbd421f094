//! Any text: an object that can be read is written in classic order and read back the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp::EncodedObject;
use msnp::object::MsnObject;

fuzz_target!(|text: &str| {
    if let Ok(encoded) = EncodedObject::parse(text) {
        let _ = MsnObject::from_encoded(&encoded);
    }
    let Ok(object) = MsnObject::parse(text) else { return };
    let _ = object.verify_description();
    let _ = object.verify_data(text.as_bytes());
    let _ = object.friendly_text();
    let classic = object.to_string();
    // Entities can make it too long to be read.
    if classic.len() <= MsnObject::MAX_LEN {
        let again = MsnObject::parse(&classic).expect("what is written can be read");
        assert_eq!(again.to_string(), classic);
        assert_eq!((&again.creator, &again.location), (&object.creator, &object.location));
        if let Ok(encoded) = again.to_encoded() {
            assert_eq!(MsnObject::from_encoded(&encoded), Ok(again));
        }
    }
});
