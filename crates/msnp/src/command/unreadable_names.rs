//! Tests that a line of a service counts although a name in it cannot be read.

use proptest::prelude::*;

use super::vectors::{Command, Row, bob, read_bytes};
use super::{NotificationEvent as Ns, SwitchboardEvent as Sb};
use crate::{GroupId, Status};

/// The event of a line in which this name stands for `NAME`.
fn told<C: Command>(line: &str, name: &[u8]) -> C {
    let (before, after) = line.split_once("NAME").unwrap();
    let line = [before.as_bytes(), name, after.as_bytes(), b"\r\n"].concat();
    read_bytes(&line).unwrap_or_else(|error| panic!("{}: {error}", line.escape_ascii()))
}

/// Tests how each name is read, in every line that has one.
fn readings(name: &[u8]) -> Vec<String> {
    let mut read = Vec::new();
    let Ns::Nln(nln) = told("NLN IDL bob@example.com NAME 268435456", name) else { panic!() };
    assert_eq!((nln.status, nln.handle, nln.capabilities.msnc()), (Status::Idle, bob(), 1));
    read.push(nln.name);
    let Ns::Iln(iln) = told("ILN 9 BSY bob@example.com NAME 0 %3Cmsnobj%2F%3E", name) else { panic!() };
    assert_eq!((iln.status, iln.handle, iln.object.is_some()), (Status::Busy, bob(), true));
    read.push(iln.name);
    let Ns::Lst(lst) = told("LST bob@example.com NAME 11 0,3", name) else { panic!() };
    assert_eq!((lst.handle, lst.lists.bits(), lst.groups.len()), (bob(), 11, 2));
    read.push(lst.name);
    let Ns::Add(add) = told("ADD 9 FL 7 bob@example.com NAME 3", name) else { panic!() };
    assert_eq!((add.handle, add.version.0, add.group), (bob(), 7, GroupId::new(3)));
    read.push(add.name);
    let Ns::Rea(rea) = told("REA 9 7 bob@example.com NAME", name) else { panic!() };
    assert_eq!((rea.handle, rea.version.0), (bob(), 7));
    read.push(rea.name);
    let Ns::Rng(rng) = told("RNG 5 127.0.0.1:1863 CKI 1.2 bob@example.com NAME", name) else { panic!() };
    assert_eq!((rng.caller, rng.session.0), (bob(), 5));
    read.push(rng.name);
    let Ns::Usr(super::usr::Reply::Ok { handle, name: own, .. }) =
        told("USR 9 OK bob@example.com NAME 1 0", name)
    else {
        panic!()
    };
    assert_eq!(handle, bob());
    read.push(own);
    let Sb::Usr(usr) = told("USR 9 OK bob@example.com NAME", name) else { panic!() };
    read.push(usr.name);
    let Sb::Iro(iro) = told("IRO 9 1 2 bob@example.com NAME", name) else { panic!() };
    assert_eq!((iro.handle, iro.count), (bob(), 2));
    read.push(iro.name);
    let Sb::Joi(joi) = told("JOI bob@example.com NAME", name) else { panic!() };
    assert_eq!(joi.handle, bob());
    read.push(joi.name);
    let Sb::Msg(msg) = told("MSG bob@example.com NAME 7\r\nhello", name) else { panic!() };
    assert_eq!((msg.sender, &msg.payload[..]), (bob(), &b"hello\r\n"[..]));
    read.push(msg.name);
    let mut read: Vec<String> = read.iter().map(|name| name.text().into_owned()).collect();
    let Ns::Lsg(lsg) = told("LSG 3 NAME 0", name) else { panic!() };
    let Ns::Adg(adg) = told("ADG 9 7 NAME 3 0", name) else { panic!() };
    let Ns::Reg(reg) = told("REG 9 7 3 NAME 0", name) else { panic!() };
    assert_eq!([lsg.group, adg.group, reg.group].map(Some), [GroupId::new(3); 3]);
    read.extend([lsg.name, adg.name, reg.name].map(|name| name.text().into_owned()));
    read
}

#[test]
fn in_another_charset_and_in_none() {
    for (name, text) in [
        (&b"Bob"[..], "Bob"),
        (b"caf\xe9", "café"),
        (b"caf%e9", "café"),
        (b"caf\xc3\xa9", "café"),
        (b"%FF%FE", "ÿþ"),
        (b"a\x01\x0c\x7f", "a\x01\x0c\x7f"),
    ] {
        for read in readings(name) {
            assert_eq!(read, text, "{}", name.escape_ascii());
        }
    }
    assert_eq!(readings(&[b'x'; 1000])[0], "x".repeat(387));
}

/// The vectors that hold a name, with this one in its place.
fn renamed<C: Command>(name: &[u8]) -> usize {
    let mut renamed = 0;
    for Row { verb, lines, is_it } in C::ROWS {
        for (line, known) in lines.iter().flat_map(|line| NAMES.map(|known| (line, known))) {
            let Some((before, after)) = line.split_once(known) else { continue };
            let line = [before.as_bytes(), b" ", name, after.as_bytes()].concat();
            let read = read_bytes::<C>(&line);
            assert!(read.is_ok_and(|command| is_it(&command)), "{verb}: {}", line.escape_ascii());
            renamed += 1;
        }
    }
    renamed
}

/// The names in the vectors.
const NAMES: [&str; 4] = [" Alice", " Bob", " Work", " New%20Group"];

#[test]
fn every_vector_with_a_name() {
    for name in [&b"caf\xe9"[..], b"%FF%FE", b"a\x01\x0c\x7f", &[b'x'; 1000]] {
        assert!(renamed::<Ns>(name) >= 13);
        assert!(renamed::<Sb>(name) >= 4);
    }
}

proptest! {
    #[test]
    fn any_bytes(name in prop::collection::vec(any::<u8>().prop_filter("no blank", |byte| !b" \t\r\n".contains(byte)), 1..100)) {
        readings(&name);
    }
}
