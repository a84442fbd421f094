use super::*;

const DAY: Duration = Duration::from_secs(24 * 3600);

fn now() -> SystemTime {
    UNIX_EPOCH + 20_000 * DAY
}

fn names() -> Vec<String> {
    ["nexus.passport.com", "login.passport.com", "192.0.2.7", "2001:db8::7"].map(str::to_owned).into()
}

#[test]
fn a_leaf_is_good_for_as_long_as_its_authority() {
    let authority = Authority::make(now()).unwrap();
    let leaf = authority.issue(&names()).unwrap();
    for days in [3_653, 10_000, 20_000, 20_000 + 20 * 365] {
        assert!(authority.vouches_for(&leaf, &names(), UNIX_EPOCH + days * DAY), "{days}");
    }
    for days in [3_650, 20_001 + 20 * 365] {
        assert!(!authority.vouches_for(&leaf, &[], UNIX_EPOCH + days * DAY), "{days}");
    }
}

#[test]
fn a_leaf_carries_all_names_and_addresses() {
    let authority = Authority::make(now()).unwrap();
    let leaf = authority.issue(&names()).unwrap();
    assert_eq!(
        leaf.names(),
        ["nexus.passport.com", "login.passport.com", "192.0.2.7", "192.0.2.7", "2001:db8::7"]
    );
    assert!(authority.vouches_for(&leaf, &["LOGIN.passport.com".to_owned()], now()));
    assert!(!authority.vouches_for(&leaf, &["www.example.com".to_owned()], now()));
    // A name that is too long to be shown can still be carried.
    let long = format!("{}.example.com", "a".repeat(60));
    let leaf = authority.issue(std::slice::from_ref(&long)).unwrap();
    assert_eq!(leaf.names(), [long]);
}

#[test]
fn both_are_signed_with_sha_1_in_the_third_version() {
    let authority = Authority::make(now()).unwrap();
    let leaf = authority.issue(&names()).unwrap();
    for certificate in [&authority.certificate, &leaf.certificate] {
        assert_eq!(certificate.version(), 2);
        assert_eq!(certificate.signature_algorithm().object().nid(), Nid::SHA1WITHRSAENCRYPTION);
        assert_eq!(certificate.public_key().unwrap().rsa().unwrap().size(), 256);
        let text = String::from_utf8(certificate.to_text().unwrap()).unwrap();
        assert!(text.contains("X509v3 Basic Constraints: critical"), "{text}");
        assert!(text.contains("X509v3 Key Usage: critical"), "{text}");
    }
    let identifier = |bytes: Option<&openssl::asn1::Asn1OctetStringRef>| bytes.unwrap().as_slice().to_vec();
    assert_eq!(
        identifier(authority.certificate.subject_key_id()),
        identifier(leaf.certificate.authority_key_id())
    );
}

#[test]
fn only_the_own_authority_vouches() {
    let (authority, other) = (Authority::make(now()).unwrap(), Authority::make(now()).unwrap());
    let leaf = authority.issue(&names()).unwrap();
    assert!(authority.vouches_for(&leaf, &names(), now()) && !other.vouches_for(&leaf, &[], now()));
}

#[test]
fn pem_is_read_back() {
    let authority = Authority::make(now()).unwrap();
    let (certificate, key) = (authority.certificate_pem().unwrap(), authority.key_pem().unwrap());
    let read = Authority::read(&certificate, &key).unwrap().unwrap();
    let leaf = read.issue(&names()).unwrap();
    let leaf =
        Leaf::read(&(leaf.certificate_pem().unwrap() + &certificate), &leaf.key_pem().unwrap()).unwrap();
    assert!(authority.vouches_for(&leaf, &names(), now()));
    assert!(matches!(Leaf::read(&certificate, &leaf.key_pem().unwrap()), Err(Error::Mismatch)));
    assert!(matches!(Authority::read(&certificate, &leaf.key_pem().unwrap()), Err(Error::Mismatch)));
    for (certificate, key) in [("nonsense", key.as_str()), (certificate.as_str(), "nonsense"), ("", "")] {
        assert!(matches!(Authority::read(certificate, key), Err(Error::OpenSsl(_))));
        assert!(matches!(Leaf::read(certificate, key), Err(Error::OpenSsl(_))));
    }
    // A leaf is no authority.
    let (certificate, key) = (leaf.certificate_pem().unwrap(), leaf.key_pem().unwrap());
    assert!(Authority::read(&certificate, &key).unwrap().is_none());
}

#[test]
fn nothing_shows_a_key() {
    let authority = Authority::make(now()).unwrap();
    let leaf = authority.issue(&names()).unwrap();
    let shown = format!("{authority:?} {leaf:?}");
    assert!(shown.contains("nexus.passport.com") && !shown.contains("PRIVATE"), "{shown}");
}
