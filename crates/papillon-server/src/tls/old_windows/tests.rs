use std::fs;
use std::time::UNIX_EPOCH;

use super::*;
use crate::tls::Identity;
use crate::tls::authority::DAY;

fn now() -> SystemTime {
    UNIX_EPOCH + 20_000 * DAY
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn left(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn leaf_of(folder: &Path) -> Leaf {
    Leaf::read(&read(folder, "old-server.pem"), &read(folder, "old-server.key")).unwrap()
}

#[test]
fn the_first_start_makes_one_authority_for_everybody() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("tls");
    OldWindows::open(&folder, Some("chat.example.com"), now()).unwrap();
    // The modern certificate's issuer is found under the same name and key: `Identity` checks its chain.
    let identity = Identity::open(&folder, Some("chat.example.com"), now()).unwrap();
    assert_eq!(identity.authority_file(), Some(old_authority_file(&folder)));
    assert_eq!(
        left(&folder),
        [".lock", "ca.key", "ca.pem", "old-server.key", "old-server.pem", "server.key", "server.pem"]
    );
    assert!(read(&folder, "old-server.pem").ends_with(&read(&folder, "ca.pem")));
    let names = leaf_of(&folder).names();
    for name in ["nexus.passport.com", "login.passport.com", "chat.example.com", "localhost", "127.0.0.1"] {
        assert!(names.iter().any(|other| other == name), "{name}: {names:?}");
    }
    assert_eq!(names[0], COMMON_NAME);
}

#[test]
fn later_starts_change_nothing_without_need() {
    let data = tempfile::tempdir().unwrap();
    let start = |host, now| {
        let old = OldWindows::open(data.path(), host, now).unwrap();
        Identity::open(data.path(), host, now).unwrap();
        (old, read(data.path(), "ca.pem"), read(data.path(), "old-server.pem"))
    };
    let (old, authority, leaf) = start(Some("a.example"), now());
    assert!(!old.renew(now() + 3_000 * DAY).unwrap());
    assert_eq!(start(None, now() + 3_000 * DAY).2, leaf);
    let (_, same, other) = start(Some("b.example"), now());
    assert!(same == authority && other != leaf);
    assert!(old.renew(now()).unwrap(), "what another process made is seen");
}

#[test]
fn an_authority_of_today_stays_and_gets_an_old_one_beside_it() {
    let data = tempfile::tempdir().unwrap();
    Identity::open(data.path(), None, now()).unwrap();
    let before = (read(data.path(), "ca.pem"), read(data.path(), "server.pem"));
    OldWindows::open(data.path(), None, now()).unwrap();
    Identity::open(data.path(), None, now()).unwrap();
    assert_eq!((read(data.path(), "ca.pem"), read(data.path(), "server.pem")), before);
    assert_eq!(old_authority_file(data.path()), data.path().join("old-ca.pem"));
    assert!(read(data.path(), "old-server.pem").ends_with(&read(data.path(), "old-ca.pem")));
    // It is kept, also when the other one goes.
    let old = read(data.path(), "old-ca.pem");
    for name in ["ca.pem", "ca.key", "server.pem", "server.key"] {
        fs::remove_file(data.path().join(name)).unwrap();
    }
    OldWindows::open(data.path(), None, now()).unwrap();
    assert_eq!(read(data.path(), "old-ca.pem"), old);
    assert_eq!(old_authority_file(data.path()), data.path().join("old-ca.pem"));
}

#[test]
fn somebody_elses_certificate_stays() {
    let (theirs, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    OldWindows::open(theirs.path(), None, now()).unwrap();
    Identity::open(theirs.path(), None, now()).unwrap();
    for name in ["server.pem", "server.key"] {
        fs::copy(theirs.path().join(name), data.path().join(name)).unwrap();
    }
    OldWindows::open(data.path(), Some("x.example"), now()).unwrap();
    let identity = Identity::open(data.path(), Some("x.example"), now()).unwrap();
    assert_eq!(identity.authority_file(), None);
    assert_eq!(read(data.path(), "server.pem"), read(theirs.path(), "server.pem"));
    assert_eq!(old_authority_file(data.path()), data.path().join("old-ca.pem"));
    // For old Windows, too.
    for name in ["old-server.pem", "old-server.key"] {
        fs::copy(theirs.path().join(name), data.path().join(name)).unwrap();
    }
    OldWindows::open(data.path(), Some("x.example"), now()).unwrap();
    assert_eq!(read(data.path(), "old-server.pem"), read(theirs.path(), "old-server.pem"));
}

#[test]
fn an_interrupted_start_is_finished_by_the_next_one() {
    let files = ["ca.key", "ca.pem", "old-server.key", "old-server.pem"];
    for written in 0..files.len() {
        let data = tempfile::tempdir().unwrap();
        OldWindows::open(data.path(), None, now()).unwrap();
        for name in &files[written..] {
            fs::remove_file(data.path().join(name)).unwrap();
        }
        OldWindows::open(data.path(), None, now()).unwrap();
        Identity::open(data.path(), None, now()).unwrap();
        assert_eq!(old_authority_file(data.path()), data.path().join("ca.pem"), "{written}");
        assert!(read(data.path(), "old-server.pem").ends_with(&read(data.path(), "ca.pem")), "{written}");
    }
}

#[cfg(unix)]
#[test]
fn keys_are_their_owners() {
    use std::os::unix::fs::PermissionsExt;
    let data = tempfile::tempdir().unwrap();
    Identity::open(data.path(), None, now()).unwrap();
    OldWindows::open(data.path(), None, now()).unwrap();
    for name in left(data.path()).iter().filter(|name| name.ends_with(".key")) {
        let mode = fs::metadata(data.path().join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
    }
}

#[test]
fn errors_say_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let open = |now| OldWindows::open(data.path(), None, now);
    let error = OldWindows::open(data.path(), Some("a b"), now()).unwrap_err();
    assert!(matches!(error, TlsError::PublicHost(_)));
    open(now()).unwrap();
    Identity::open(data.path(), None, now()).unwrap();
    let error = open(now() + 21 * 365 * DAY).unwrap_err();
    assert!(error.to_string().contains("ca.pem: the authority for old Windows has expired"), "{error}");
    fs::copy(data.path().join("ca.key"), data.path().join("old-server.key")).unwrap();
    assert!(matches!(open(now()).unwrap_err(), TlsError::Mismatch { .. }));
    fs::write(data.path().join("old-server.pem"), "nonsense").unwrap();
    let error = open(now()).unwrap_err().to_string();
    assert!(error.contains("old-server.pem holds no usable certificate"), "{error}");
    fs::remove_file(data.path().join("old-server.pem")).unwrap();
    open(now()).unwrap();
    fs::write(data.path().join("server.pem"), "nonsense").unwrap();
    assert!(matches!(open(now()).unwrap_err(), TlsError::Content { .. }));
    fs::write(data.path().join("old-ca.pem"), "nonsense").unwrap();
    assert!(matches!(open(now()).unwrap_err(), TlsError::Incomplete { .. }));
    fs::write(data.path().join("old-ca.key"), "nonsense").unwrap();
    assert!(matches!(open(now()).unwrap_err(), TlsError::Content { .. }));
}

#[test]
fn a_new_address_of_the_machine_needs_a_new_leaf_of_the_same_authority() {
    let data = tempfile::tempdir().unwrap();
    let old = OldWindows::open(data.path(), None, now()).unwrap();
    let authority = read(data.path(), "ca.pem");
    let addresses: Vec<IpAddr> = vec!["192.0.2.33".parse().unwrap()];
    assert!(old.renew_for(&addresses, now()).unwrap());
    assert!(leaf_of(data.path()).names().iter().any(|name| name == "192.0.2.33"));
    assert!(!old.renew_for(&addresses, now()).unwrap());
    old.tell_names(Names { public_host: None, more: vec![String::from("login.example.net")] }).unwrap();
    assert!(old.renew_for(&addresses, now()).unwrap());
    assert!(leaf_of(data.path()).names().iter().any(|name| name == "login.example.net"));
    assert_eq!(read(data.path(), "ca.pem"), authority);
}

#[test]
fn a_bad_replacement_is_not_shown() {
    let (theirs, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    // Good for twenty years, and no more a few days before the end of ours.
    OldWindows::open(theirs.path(), None, now() - 30 * DAY).unwrap();
    let old = OldWindows::open(data.path(), None, now()).unwrap();
    for name in ["old-server.pem", "old-server.key"] {
        fs::copy(theirs.path().join(name), data.path().join(name)).unwrap();
    }
    let late = now() + (20 * 365 - 15) * DAY;
    let error = old.renew(late).unwrap_err().to_string();
    assert!(error.contains("old-server.pem has expired"), "{error}");
    assert!(old.renew(now()).unwrap());
    fs::copy(data.path().join("ca.key"), data.path().join("old-server.key")).unwrap();
    assert!(matches!(old.renew(now()).unwrap_err(), TlsError::Mismatch { .. }));
}
