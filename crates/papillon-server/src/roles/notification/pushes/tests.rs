use std::sync::Arc;

use msnp::{
    ClientCapabilities, Cookie, EncodedObject, FriendlyName, Handle, HostPort, ListFlags, ListVersion,
    PropertyKey, PropertyValue, SessionId, Status,
};
use papillon_store::{AccountId, Person};

use super::*;
use crate::people::change::Alert;

fn bob() -> Handle {
    Handle::parse("bob@example.com").unwrap()
}

fn name() -> FriendlyName {
    FriendlyName::parse("Bob").unwrap()
}

fn person() -> Person {
    Person { account: AccountId(7), handle: bob() }
}

fn presence() -> Presence {
    let object = EncodedObject::parse("%3Cmsnobj%2F%3E").ok();
    let capabilities = ClientCapabilities(268_435_492);
    Presence { handle: bob(), status: Status::Away, name: name(), capabilities, object }
}

fn lists(event: ListEvent) -> Change {
    Change::Lists(ListChange::new(ListVersion(5), Arc::new(event)))
}

/// The lines that clients of MSNP8 and MSNP9 read.
fn lines(change: &Change) -> [Option<String>; 2] {
    let text = |line: Bytes| String::from_utf8(line.into()).unwrap();
    [Dialect::Msnp8, Dialect::Msnp9].map(|dialect| encode(change, dialect).map(text))
}

fn both(change: &Change, line: &str) {
    assert_eq!(lines(change), [Some(line.to_owned()), Some(line.to_owned())]);
}

#[test]
fn a_picture_is_for_clients_that_know_pictures() {
    let transaction = TransactionId(9);
    for (change, line) in [
        (Change::Online(presence()), "NLN AWY bob@example.com Bob 268435492"),
        (Change::Introduced { transaction, presence: presence() }, "ILN 9 AWY bob@example.com Bob 268435492"),
    ] {
        let expected = [format!("{line}\r\n"), format!("{line} %3Cmsnobj%2F%3E\r\n")];
        assert_eq!(lines(&change), expected.map(Some));
    }
    both(&Change::Offline(bob()), "FLN bob@example.com\r\n");
}

#[test]
fn what_others_do_to_lists_is_told_and_what_one_does_is_not() {
    let listed = ListEvent::ListedBy { person: person(), name: name(), is_new: true };
    let unlisted = ListEvent::UnlistedBy { person: person() };
    both(&lists(listed.clone()), "ADD 0 RL 5 bob@example.com Bob\r\n");
    both(&lists(unlisted), "REM 0 RL 5 bob@example.com\r\n");
    assert_eq!(lines(&lists(ListEvent::Renamed { name: name() })), [None, None]);
    let removed = ListEvent::ForwardRemoved { contact: person(), group: None, leaves_list: true };
    assert_eq!(lines(&lists(removed.clone())), [None, None]);
    let mut change = ListChange::new(ListVersion(5), Arc::new(removed));
    change.mirror = Some(Arc::new(listed));
    both(&Change::Lists(change), "ADD 0 RL 5 bob@example.com Bob\r\n");
}

#[test]
fn a_property_is_for_clients_that_know_it() {
    let phone = (PropertyKey::HomePhone, PropertyValue::parse(PropertyKey::HomePhone, "7").unwrap());
    let watch = (PropertyKey::WebWatch, PropertyValue::parse(PropertyKey::WebWatch, "2").unwrap());
    let properties = [phone, watch.clone()].into();
    let shown = lists(ListEvent::PropertiesShown { contact: person(), properties });
    let (one, other) = ("BPR 5 bob@example.com PHH 7\r\n", "BPR 5 bob@example.com WWE 2\r\n");
    assert_eq!(lines(&shown), [one.to_owned(), format!("{one}{other}")].map(Some));
    let set = ListEvent::ContactPropertySet { contact: person(), key: watch.0, value: watch.1 };
    assert_eq!(lines(&lists(set)), [None, Some(other.into())]);
    let unset = ListEvent::ContactPropertySet {
        contact: person(),
        key: PropertyKey::HomePhone,
        value: PropertyValue::default(),
    };
    both(&lists(unset), "BPR 5 bob@example.com PHH\r\n");
    assert_eq!(
        lines(&lists(ListEvent::PropertiesShown { contact: person(), properties: [].into() })),
        [None, None]
    );
}

#[test]
fn an_account_that_is_gone_leaves_each_list() {
    let all = ListFlags::from_bits(13).unwrap();
    let change = Change::ContactGone { contact: person(), lists: all, version: ListVersion(8) };
    let expected =
        "REM 0 FL 8 bob@example.com\r\nREM 0 BL 8 bob@example.com\r\nREM 0 RL 8 bob@example.com\r\n";
    both(&change, expected);
}

#[test]
fn a_call_and_the_end() {
    let ring = Ring {
        session: SessionId(11),
        address: HostPort::parse("192.0.2.9:1863").unwrap(),
        cookie: Cookie::parse("849.520").unwrap(),
        caller: bob(),
        name: name(),
    };
    both(&Change::Called(ring), "RNG 11 192.0.2.9:1863 CKI 849.520 bob@example.com Bob\r\n");
    both(&Change::SignedInElsewhere, "OUT OTH\r\n");
    both(&Change::AccountClosed, "OUT OTH\r\n");
    both(&Change::ShuttingDown, "OUT SSD\r\n");
}

#[test]
fn what_the_service_says_itself() {
    let [line, other] = lines(&Change::Maintenance { minutes: 5 });
    assert!(
        line == other
            && line.is_some_and(|line| line.starts_with("MSG Hotmail Hotmail ") && line.contains("Arg1: 5"))
    );
    let (account, text) = (AccountId((3 << 32) + 1), "a & b".into());
    let alert = Alert { account, handle: bob(), site: "http://192.0.2.1".into(), text };
    let [line, _] = lines(&Change::Alert(alert));
    let line = line.unwrap();
    for part in [
        "NOT ",
        "siteurl=\"http://192.0.2.1\"",
        "0x00000003:0x00000001",
        "bob@example.com",
        "<TEXT>a &amp; b</TEXT>",
    ] {
        assert!(line.contains(part), "{line}");
    }
}
