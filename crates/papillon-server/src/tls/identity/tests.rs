use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use rcgen::KeyPair;

use super::*;
use crate::tls::authority::DAY;
use crate::tls::faults;

fn now() -> SystemTime {
    UNIX_EPOCH + 20_000 * DAY
}

fn read(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

fn chain(folder: &Path) -> Vec<CertificateDer<'static>> {
    let pem = read(folder, "server.pem");
    CertificateDer::pem_slice_iter(pem.as_bytes()).collect::<Result<_, _>>().unwrap()
}

fn carries(folder: &Path, name: &str) -> bool {
    let chain = chain(folder);
    let leaf = ParsedCertificate::try_from(&chain[0]).unwrap();
    verify_server_name(&leaf, &ServerName::try_from(name).unwrap()).is_ok()
}

fn good_at(folder: &Path, at: SystemTime) -> bool {
    check(&chain(folder), &ring::default_provider(), at).is_ok()
}

#[test]
fn the_first_start_makes_everything() {
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("tls");
    let identity = Identity::open(&folder, Some("chat.example.com"), now()).unwrap();
    assert_eq!(identity.authority_file(), Some(folder.join("ca.pem")));
    for name in [
        "nexus.passport.com",
        "login.passport.com",
        "login.live.com",
        "loginnet.passport.com",
        "chat.example.com",
        "localhost",
        "127.0.0.1",
        "::1",
    ] {
        assert!(carries(&folder, name), "{name}");
    }
    assert!(!carries(&folder, "www.example.com"));
    assert!(good_at(&folder, now()) && good_at(&folder, now() + 395 * DAY));
    assert!(!good_at(&folder, now() + 397 * DAY));
    assert!(read(&folder, "server.pem").ends_with(&read(&folder, "ca.pem")));
    let mut left: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, [".lock", "ca.key", "ca.pem", "server.key", "server.pem"]);
}

#[cfg(unix)]
#[test]
fn keys_are_their_owners() {
    use std::os::unix::fs::PermissionsExt;
    let data = tempfile::tempdir().unwrap();
    let folder = data.path().join("tls");
    Identity::open(&folder, None, now()).unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(folder.clone()), 0o700);
    assert_eq!(mode(folder.join("ca.key")), 0o600);
    assert_eq!(mode(folder.join("server.key")), 0o600);
}

#[test]
fn later_starts_change_nothing_without_need() {
    let data = tempfile::tempdir().unwrap();
    Identity::open(data.path(), Some("a.example"), now()).unwrap();
    let before = (read(data.path(), "server.pem"), read(data.path(), "ca.pem"));
    Identity::open(data.path(), None, now() + 365 * DAY).unwrap();
    assert_eq!((read(data.path(), "server.pem"), read(data.path(), "ca.pem")), before);
}

#[test]
fn a_new_public_host_and_the_end_of_the_year_need_a_new_leaf_of_the_same_authority() {
    let data = tempfile::tempdir().unwrap();
    let identity = Identity::open(data.path(), Some("a.example"), now()).unwrap();
    let (authority, first) = (read(data.path(), "ca.pem"), read(data.path(), "server.pem"));
    assert!(!identity.renew(now() + 365 * DAY).unwrap());
    assert!(identity.renew(now() + 367 * DAY).unwrap());
    assert!(!identity.renew(now() + 367 * DAY).unwrap());
    let second = read(data.path(), "server.pem");
    assert!(first != second && good_at(data.path(), now() + 700 * DAY));
    for host in ["B.example", "[2001:db8::7]", "c.example."] {
        Identity::open(data.path(), Some(host), now()).unwrap();
        assert!(carries(data.path(), host.trim_matches(['[', ']'])));
        let made = read(data.path(), "server.pem");
        Identity::open(data.path(), Some(host), now()).unwrap();
        assert_eq!(read(data.path(), "server.pem"), made, "{host}");
    }
    assert_eq!(read(data.path(), "ca.pem"), authority);
}

#[test]
fn somebody_elses_certificate_is_used_as_it_is() {
    let (theirs, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    Identity::open(theirs.path(), None, now()).unwrap();
    // With an authority of our own beside it, too.
    for with_ours in [false, true] {
        if with_ours {
            fs::remove_file(data.path().join("server.pem")).unwrap();
            Identity::open(data.path(), None, now()).unwrap();
        }
        for name in ["server.pem", "server.key"] {
            fs::copy(theirs.path().join(name), data.path().join(name)).unwrap();
        }
        let identity = Identity::open(data.path(), Some("not.covered.example"), now() + 1000 * DAY).unwrap();
        assert_eq!(chain(data.path()), chain(theirs.path()));
        assert_eq!(identity.authority_file(), None);
    }
}

#[test]
fn an_interrupted_start_is_finished_by_the_next_one() {
    for lost in
        [&["server.pem"][..], &["server.pem", "server.key"], &["server.key"], &["server.pem", "ca.pem"]]
    {
        let data = tempfile::tempdir().unwrap();
        Identity::open(data.path(), None, now()).unwrap();
        for name in lost {
            fs::remove_file(data.path().join(name)).unwrap();
        }
        Identity::open(data.path(), None, now()).unwrap_or_else(|error| panic!("{lost:?}: {error}"));
        assert!(good_at(data.path(), now()));
    }
}

#[test]
fn errors_say_what_to_do() {
    let data = tempfile::tempdir().unwrap();
    let open = || Identity::open(data.path(), None, now());
    for host in ["a b", "a:1", "ä.example", ""] {
        let error = Identity::open(data.path(), Some(host), now()).unwrap_err();
        assert!(matches!(error, TlsError::PublicHost(_)), "{host}");
    }
    let identity = open().unwrap();
    let whole = read(data.path(), "server.key");
    let other = KeyPair::generate().unwrap().serialize_pem();
    fs::write(data.path().join("server.key"), &other).unwrap();
    assert!(matches!(open().unwrap_err(), TlsError::Mismatch { .. }));
    fs::write(data.path().join("server.key"), "nonsense").unwrap();
    let error = open().unwrap_err().to_string();
    assert!(error.contains("server.key holds no usable private key"), "{error}");
    // The certificate shown remains.
    assert!(identity.renew(now()).is_err());
    fs::write(data.path().join("server.key"), whole).unwrap();
    assert!(!identity.renew(now()).unwrap());
    fs::remove_file(data.path().join("ca.key")).unwrap();
    assert!(open().is_ok(), "not needed now");
    let error = identity.renew(now() + 380 * DAY).unwrap_err();
    assert!(error.to_string().contains("ca.key beside it is not"), "{error}");
    fs::write(data.path().join("ca.key"), &other).unwrap();
    assert!(matches!(identity.renew(now() + 380 * DAY).unwrap_err(), TlsError::Authority { .. }));
    fs::write(data.path().join("ca.pem"), "nonsense").unwrap();
    assert!(matches!(open().unwrap_err(), TlsError::Content { .. }));
}

#[test]
fn a_folder_that_cannot_be_made_is_an_error() {
    let data = tempfile::tempdir().unwrap();
    let file = data.path().join("file");
    fs::write(&file, "").unwrap();
    assert!(matches!(Identity::open(file.join("tls"), None, now()).unwrap_err(), TlsError::File { .. }));
}

fn more(names: &[&str]) -> Names {
    Names { public_host: None, more: names.iter().map(|name| (*name).to_owned()).collect() }
}

#[test]
fn names_that_are_told_are_carried_from_the_next_start_on() {
    let data = tempfile::tempdir().unwrap();
    Identity::open(data.path(), None, now()).unwrap();
    let (authority, first) = (read(data.path(), "ca.pem"), read(data.path(), "server.pem"));
    let told = more(&["Login.example.net.", "192.0.2.7", "[2001:db8::7]"]);
    let identity = Identity::open(data.path(), told.clone(), now()).unwrap();
    for name in ["login.example.net", "192.0.2.7", "2001:db8::7", "login.live.com"] {
        assert!(carries(data.path(), name), "{name}");
    }
    let second = read(data.path(), "server.pem");
    assert!(first != second && read(data.path(), "ca.pem") == authority);
    Identity::open(data.path(), told, now()).unwrap();
    assert_eq!(read(data.path(), "server.pem"), second);
    // Also while it runs.
    identity.tell_names(more(&["other.example.net"])).unwrap();
    assert!(identity.renew(now()).unwrap() && carries(data.path(), "other.example.net"));
    for bad in ["a b", "", "x:1", "ä.example"] {
        let error = identity.tell_names(more(&[bad])).unwrap_err();
        assert!(matches!(&error, TlsError::Name(name) if name == bad), "{error}");
    }
    assert!(!identity.renew(now()).unwrap());
}

#[test]
fn a_new_address_of_the_machine_needs_a_new_leaf() {
    let data = tempfile::tempdir().unwrap();
    let identity = Identity::open(data.path(), None, now()).unwrap();
    let addresses: Vec<IpAddr> = vec!["192.0.2.33".parse().unwrap(), "2001:db8::33".parse().unwrap()];
    assert!(!carries(data.path(), "192.0.2.33"));
    assert!(identity.renew_for(&addresses, now()).unwrap());
    assert!(carries(data.path(), "192.0.2.33") && carries(data.path(), "2001:db8::33"));
    assert!(!identity.renew_for(&addresses[..1], now()).unwrap(), "one that has gone harms nobody");
    // And at a start.
    let key = Arc::new(ring::default_provider());
    let other: Vec<IpAddr> = vec!["192.0.2.34".parse().unwrap()];
    load(data.path(), &Names::default(), &other, &key, now()).unwrap();
    assert!(carries(data.path(), "192.0.2.34") && !carries(data.path(), "192.0.2.33"));
}

#[test]
fn clients_that_look_at_nothing_but_the_common_name_find_the_nexus() {
    let data = tempfile::tempdir().unwrap();
    Identity::open(data.path(), Some("chat.example.com"), now()).unwrap();
    // UTF8String, 18 bytes.
    let common_name = [&[0x0c, 18][..], b"nexus.passport.com"].concat();
    assert!(chain(data.path())[0].windows(common_name.len()).any(|part| part == common_name));
}

/// Puts an operator's own certificate there, good for these days from `now` on.
fn put_own(folder: &Path, days: std::ops::Range<i64>) {
    let day = |days: i64| {
        let since = Duration::from_secs(u64::try_from((20_000 + days) * 24 * 3600).unwrap());
        rcgen::date_time_ymd(1970, 1, 1) + since
    };
    let key = KeyPair::generate().unwrap();
    let mut own = rcgen::CertificateParams::new(vec![String::from("chat.example.com")]).unwrap();
    (own.not_before, own.not_after) = (day(days.start), day(days.end));
    fs::write(folder.join("server.pem"), own.self_signed(&key).unwrap().pem()).unwrap();
    fs::write(folder.join("server.key"), key.serialize_pem()).unwrap();
}

#[test]
fn a_bad_replacement_is_not_shown() {
    let data = tempfile::tempdir().unwrap();
    let identity = Identity::open(data.path(), None, now()).unwrap();
    let first = identity.shown.0.read().unwrap().cert.clone();
    put_own(data.path(), -90..-1);
    let error = identity.renew(now()).unwrap_err().to_string();
    assert!(
        error.contains("server.pem has expired (2024-10-03)") && error.contains("get a new one"),
        "{error}"
    );
    put_own(data.path(), 2..90);
    let error = identity.renew(now()).unwrap_err().to_string();
    assert!(error.contains("server.pem is not good yet (from 2024-10-06 on)"), "{error}");
    fs::write(data.path().join("server.key"), KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let error = identity.renew(now()).unwrap_err().to_string();
    assert!(error.contains("server.key does not belong to the certificate in"), "{error}");
    assert_eq!(identity.shown.0.read().unwrap().cert, first);
    put_own(data.path(), -1..90);
    assert!(identity.renew(now()).unwrap());
    // Nothing is lost by one that is as bad as the one before.
    put_own(data.path(), -2..91);
    assert!(identity.renew(now() + 92 * DAY).unwrap());
}

#[test]
fn what_is_wrong_with_a_certificate_is_said_the_same_everywhere() {
    let data = tempfile::tempdir().unwrap();
    assert_eq!(faults(data.path(), true, now()), []);
    Identity::open(data.path(), None, now()).unwrap();
    // The service renews its own.
    assert_eq!(faults(data.path(), true, now() + 1000 * DAY), []);
    put_own(data.path(), -90..-1);
    let [fault @ Fault::Expired { .. }] = &faults(data.path(), true, now())[..] else {
        panic!("not expired")
    };
    let identity = Identity::open(data.path(), None, now()).unwrap();
    let shown = Arc::clone(&identity.shown.0.read().unwrap());
    assert_eq!(foreign_fault(data.path(), &shown.cert, now()).as_ref(), Some(fault));
    put_own(data.path(), 2..90);
    assert!(matches!(&faults(data.path(), true, now())[..], [Fault::NotYetValid { .. }]));
    let key = data.path().join("server.key");
    fs::write(&key, KeyPair::generate().unwrap().serialize_pem()).unwrap();
    let all = faults(data.path(), true, now() + 3 * DAY);
    assert_eq!(all, [Fault::of_key(&key)]);
    let error = Identity::open(data.path(), None, now()).unwrap_err();
    assert_eq!(error.to_string(), all[0].to_string());
}
