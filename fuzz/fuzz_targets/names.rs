//! Any word as a name of an account, a person or a group: it is written as it was read, and the lossy form is a name.

#![no_main]

use libfuzzer_sys::fuzz_target;
use msnp::invisible_characters::{has_invisible, is_presentable};
use msnp::wire::percent;
use msnp::{FriendlyName, GroupName, Handle};

fuzz_target!(|word: &str| {
    if let Ok(handle) = Handle::parse(word) {
        assert_eq!(Handle::parse(handle.as_str()).as_ref(), Ok(&handle));
        assert!(handle.as_str().eq_ignore_ascii_case(word));
    }
    if let Ok(name) = FriendlyName::parse(word) {
        assert_eq!(name.as_wire(), word);
        assert_eq!(FriendlyName::lossy(word), name);
    }
    let lossy = FriendlyName::lossy(word);
    assert_eq!(FriendlyName::parse(lossy.as_wire()), Ok(lossy));
    if let Ok(name) = FriendlyName::parse_chosen(word) {
        assert!(is_presentable(&name.text()) && !name.text().contains(['\r', '\n']));
    }
    if let Ok(name) = FriendlyName::from_text(word) {
        assert_eq!(name.text(), word);
    }
    let lossy = GroupName::lossy(word);
    assert_eq!(GroupName::parse(lossy.as_wire()), Ok(lossy));
    if let Ok(name) = GroupName::parse_chosen(word) {
        assert!(!has_invisible(&name.text()));
    }
    assert_eq!(percent::decode(&percent::encode(word)).as_deref(), Some(word));
});
