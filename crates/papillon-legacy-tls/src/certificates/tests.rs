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
    let (chain, leaf_key) = (leaf.certificates_pem().unwrap(), leaf.key_pem().unwrap());
    assert!(chain.ends_with(&certificate));
    let leaf = Leaf::read(&chain, &leaf_key).unwrap();
    assert_eq!(leaf.certificates_pem().unwrap(), chain);
    assert!(leaf.comes_with(&read) && !leaf.comes_with(&Authority::make(now()).unwrap()));
    assert!(authority.vouches_for(&leaf, &names(), now()));
    assert!(matches!(Leaf::read(&certificate, &leaf_key), Err(Error::Mismatch)));
    assert!(matches!(Authority::read(&certificate, &leaf_key), Err(Error::Mismatch)));
    for (certificate, key) in [("nonsense", key.as_str()), (certificate.as_str(), "nonsense"), ("", "")] {
        assert!(matches!(Authority::read(certificate, key), Err(Error::OpenSsl(_))));
        assert!(Leaf::read(certificate, key).is_err());
    }
    // A leaf is no authority.
    assert!(Authority::read(&chain, &leaf_key).unwrap().is_none());
}

#[test]
fn an_authority_can_be_made_again_for_its_key() {
    let key = Authority::make(now()).unwrap().key_pem().unwrap();
    let authority = Authority::with_key(&key, now()).unwrap().unwrap();
    assert_eq!(*authority.key_pem().unwrap(), *key);
    assert!(Authority::with_key("nonsense", now()).is_err());
    let modern = PKey::generate_ed25519().unwrap();
    assert!(Authority::with_key(&key_pem(&modern).unwrap(), now()).unwrap().is_none());
}

#[test]
fn the_kind_of_a_key_is_seen() {
    let authority = Authority::make(now()).unwrap().certificate_pem().unwrap();
    assert_eq!(ModernKey::of(&authority).unwrap(), ModernKey::Rsa);
    assert!(ModernKey::of("nonsense").is_err());
}

#[test]
fn nothing_shows_a_key() {
    let authority = Authority::make(now()).unwrap();
    let leaf = authority.issue(&names()).unwrap();
    let shown = format!("{authority:?} {leaf:?}");
    assert!(shown.contains("nexus.passport.com") && !shown.contains("PRIVATE"), "{shown}");
}
