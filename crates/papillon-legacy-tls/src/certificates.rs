//! Certificates for legacy systems: RSA with 2048 bits and SHA-1, which is the newest hash that all of
//! them know (Windows XP before its third service pack knows no SHA-2).

#[cfg(test)]
mod tests;

use std::net::IpAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use openssl::asn1::{Asn1Integer, Asn1Object, Asn1OctetString, Asn1Time, Asn1Type};
use openssl::bn::BigNum;
use openssl::error::ErrorStack;
use openssl::hash::MessageDigest;
use openssl::nid::Nid;
use openssl::pkey::{Id, PKey, Private};
use openssl::rsa::Rsa;
use openssl::sha::sha256;
use openssl::x509::extension::{
    AuthorityKeyIdentifier, BasicConstraints, ExtendedKeyUsage, KeyUsage, SubjectAlternativeName,
    SubjectKeyIdentifier,
};
use openssl::x509::{X509, X509Builder, X509Extension, X509Name, X509NameRef, X509VerifyResult};
use zeroize::Zeroizing;

use crate::{Error, ModernKey};

const KEY_BITS: u32 = 2048;
/// The last day of 1979: a machine whose clock has lost its battery begins again with 1980, in any time zone.
const BEGINNING: i64 = 315_446_400;
/// People import the authority by hand: once has to do.
const LIFETIME: Duration = Duration::from_secs(20 * 365 * 24 * 3600);
/// The last second of 2049. Later times are written in another form (GeneralizedTime, RFC 5280, section 4.1.2.5), which
/// came into use later, too.
const LATEST: i64 = 2_524_607_999;
/// The longest common name (RFC 5280, appendix A).
const LONGEST_COMMON_NAME: usize = 64;

/// An authority whose certificate old systems can import.
///
/// ```
/// use std::time::SystemTime;
///
/// use papillon_legacy_tls::Authority;
///
/// let authority = Authority::make(SystemTime::now())?;
/// let leaf = authority.issue(&["nexus.passport.com".to_owned(), "192.168.1.2".to_owned()])?;
/// assert!(leaf.certificates_pem()?.starts_with("-----BEGIN CERTIFICATE-----"));
///
/// // As it comes back from its files.
/// let (certificate, key) = (authority.certificate_pem()?, authority.key_pem()?);
/// assert!(Authority::read(&certificate, &key)?.is_some());
/// # Ok::<(), papillon_legacy_tls::Error>(())
/// ```
pub struct Authority {
    certificate: X509,
    key: PKey<Private>,
}

impl Authority {
    /// Makes one. It is good from the end of 1979 until twenty years from now. Finding the key takes a tenth of a
    /// second, and sometimes a whole one.
    ///
    /// Its name and key identifier are those that rcgen gives to an authority with this key, so that rcgen
    /// can sign with it, too.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn make(now: SystemTime) -> Result<Self, Error> {
        Self::over(PKey::from_rsa(Rsa::generate(KEY_BITS)?)?, now)
    }

    /// As [`Authority::make`], for a key that is there already; `None` when it is no RSA key.
    ///
    /// # Errors
    /// When the key cannot be read, or OpenSSL fails.
    pub fn with_key(key: &str, now: SystemTime) -> Result<Option<Self>, Error> {
        let key = read_key(key)?;
        if key.id() != Id::RSA {
            return Ok(None);
        }
        Self::over(key, now).map(Some)
    }

    fn over(key: PKey<Private>, now: SystemTime) -> Result<Self, Error> {
        let fingerprint = sha256(&key.public_key_to_der()?);
        let short: String = fingerprint.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let name = common_name(&format!("Papillon private authority {short}"))?;
        let mut builder = begin(&name, &name, &key)?;
        builder.set_not_before(&*Asn1Time::from_unix(BEGINNING)?)?;
        builder.set_not_after(&*Asn1Time::from_unix(end(now))?)?;
        builder.append_extension(BasicConstraints::new().critical().ca().pathlen(0).build()?)?;
        builder.append_extension(KeyUsage::new().critical().key_cert_sign().crl_sign().build()?)?;
        // A SHA-256 has 32 bytes.
        builder.append_extension(key_identifier(&fingerprint[..20])?)?;
        builder.sign(&key, MessageDigest::sha1())?;
        Ok(Self { certificate: builder.build(), key })
    }

    /// Reads one from PEM; `None` when legacy systems could not use it: its key is no RSA key or not signed with SHA-1,
    /// or it is no authority.
    ///
    /// # Errors
    /// When the certificate or the key cannot be read, or they do not belong together.
    pub fn read(certificate: &str, key: &str) -> Result<Option<Self>, Error> {
        let certificate = X509::from_pem(certificate.as_bytes())?;
        let key = read_key(key)?;
        let is_old = key.id() == Id::RSA
            && certificate.signature_algorithm().object().nid() == Nid::SHA1WITHRSAENCRYPTION
            && certificate.issued(&certificate) == X509VerifyResult::OK;
        // Before the keys are compared: a modern authority is no error here, with any key beside it.
        if !is_old {
            return Ok(None);
        }
        if !certificate.public_key()?.public_eq(&key) {
            return Err(Error::Mismatch);
        }
        Ok(Some(Self { certificate, key }))
    }

    /// The certificate in PEM, to be imported.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn certificate_pem(&self) -> Result<String, Error> {
        certificate_pem(&self.certificate)
    }

    /// The key in PEM (PKCS #8), to be kept secret.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn key_pem(&self) -> Result<Zeroizing<String>, Error> {
        key_pem(&self.key)
    }

    /// Makes a certificate for a server with these names and addresses, good for as long as the authority.
    /// The first is the one that systems show.
    ///
    /// # Errors
    /// When a name cannot stand in a certificate.
    pub fn issue(&self, names: &[String]) -> Result<Leaf, Error> {
        let key = PKey::from_rsa(Rsa::generate(KEY_BITS)?)?;
        let shown = names.iter().find(|name| name.len() <= LONGEST_COMMON_NAME);
        let subject = common_name(shown.map_or("Papillon", String::as_str))?;
        let mut builder = begin(&subject, self.certificate.subject_name(), &key)?;
        builder.set_not_before(self.certificate.not_before())?;
        builder.set_not_after(self.certificate.not_after())?;
        builder.append_extension(BasicConstraints::new().critical().build()?)?;
        builder
            .append_extension(KeyUsage::new().critical().digital_signature().key_encipherment().build()?)?;
        builder.append_extension(ExtendedKeyUsage::new().server_auth().build()?)?;
        let context = builder.x509v3_context(Some(&self.certificate), None);
        let own = SubjectKeyIdentifier::new().build(&context)?;
        let authority = AuthorityKeyIdentifier::new().keyid(true).build(&context)?;
        let names = alternative_names(names).build(&context)?;
        for extension in [own, authority, names] {
            builder.append_extension(extension)?;
        }
        builder.sign(&self.key, MessageDigest::sha1())?;
        Ok(Leaf { certificate: builder.build(), chain: vec![self.certificate.clone()], key })
    }

    /// Whether `leaf` can stay: this authority signed it, it is good at that time, and it has all these
    /// names and addresses.
    pub fn vouches_for(&self, leaf: &Leaf, names: &[String], at: SystemTime) -> bool {
        let certificate = &leaf.certificate;
        let signed = certificate.verify(&self.key).unwrap_or(false)
            && self.certificate.issued(certificate) == X509VerifyResult::OK;
        let good = Asn1Time::from_unix(unix(at))
            .is_ok_and(|at| *certificate.not_before() <= *at && *at <= *certificate.not_after());
        let carried = leaf.names();
        signed
            && good
            && names.iter().all(|name| carried.iter().any(|other| other.eq_ignore_ascii_case(name)))
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("subject", &self.certificate.subject_name()).finish_non_exhaustive()
    }
}

/// A server's certificate, the chain to its authority, and its key.
pub struct Leaf {
    pub(crate) certificate: X509,
    pub(crate) chain: Vec<X509>,
    pub(crate) key: PKey<Private>,
}

impl Leaf {
    /// Reads one from PEM: its own certificate first.
    ///
    /// # Errors
    /// When a certificate or the key cannot be read, or they do not belong together.
    pub fn read(certificates: &str, key: &str) -> Result<Self, Error> {
        let mut chain = X509::stack_from_pem(certificates.as_bytes())?.into_iter();
        let certificate = chain.next().ok_or(Error::Nothing)?;
        let leaf = Self { certificate, chain: chain.collect(), key: read_key(key)? };
        if !leaf.certificate.public_key()?.public_eq(&leaf.key) {
            return Err(Error::Mismatch);
        }
        Ok(leaf)
    }

    /// All certificates in PEM, its own first.
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn certificates_pem(&self) -> Result<String, Error> {
        let mut pem = certificate_pem(&self.certificate)?;
        for certificate in &self.chain {
            pem.push_str(&certificate_pem(certificate)?);
        }
        Ok(pem)
    }

    /// The key in PEM (PKCS #8).
    ///
    /// # Errors
    /// When OpenSSL fails.
    pub fn key_pem(&self) -> Result<Zeroizing<String>, Error> {
        key_pem(&self.key)
    }

    /// Whether this is the authority at the end of its chain.
    pub fn comes_with(&self, authority: &Authority) -> bool {
        let der = |certificate: &X509| certificate.to_der().ok();
        self.chain.last().is_some_and(|last| der(last) == der(&authority.certificate))
    }

    /// The names and addresses that it is good for.
    pub fn names(&self) -> Vec<String> {
        let address = |bytes: &[u8]| -> Option<IpAddr> {
            <[u8; 4]>::try_from(bytes)
                .map(IpAddr::from)
                .or_else(|_| <[u8; 16]>::try_from(bytes).map(IpAddr::from))
                .ok()
        };
        let mut names = Vec::new();
        for name in self.certificate.subject_alt_names().iter().flatten() {
            names.extend(name.dnsname().map(str::to_owned));
            names.extend(name.ipaddress().and_then(address).map(|address| address.to_string()));
        }
        names
    }
}

impl std::fmt::Debug for Leaf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Leaf").field("names", &self.names()).finish_non_exhaustive()
    }
}

impl ModernKey {
    /// The kind of key in the first of these certificates in PEM.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn of(certificates: &str) -> Result<Self, Error> {
        let key = X509::from_pem(certificates.as_bytes())?.public_key()?;
        Ok(if matches!(key.id(), Id::RSA | Id::RSA_PSS) { Self::Rsa } else { Self::Ecdsa })
    }
}

/// The common part of all certificates.
fn begin(subject: &X509Name, issuer: &X509NameRef, key: &PKey<Private>) -> Result<X509Builder, ErrorStack> {
    let mut builder = X509Builder::new()?;
    // Counted from zero: the third version, the first with extensions.
    builder.set_version(2)?;
    let mut serial = [0; 16];
    openssl::rand::rand_bytes(&mut serial)?;
    // A positive number without leading zeros (RFC 5280, section 4.1.2.2): the highest bit is off, the next one on.
    serial[0] = serial[0] & 0x3f | 0x40;
    builder.set_serial_number(&*Asn1Integer::from_bn(&*BigNum::from_slice(&serial)?)?)?;
    builder.set_subject_name(subject)?;
    builder.set_issuer_name(issuer)?;
    builder.set_pubkey(key)?;
    Ok(builder)
}

fn common_name(name: &str) -> Result<X509Name, ErrorStack> {
    let mut builder = X509Name::builder()?;
    builder.append_entry_by_nid_with_type(Nid::COMMONNAME, name, Asn1Type::UTF8STRING)?;
    Ok(builder.build())
}

/// The first bytes of the SHA-256 of the public key; OpenSSL itself would make it of another hash.
fn key_identifier(bytes: &[u8]) -> Result<X509Extension, ErrorStack> {
    // An OCTET STRING of 20 bytes in DER.
    let der = [&[4, 20][..], bytes].concat();
    let kind = Asn1Object::from_str("2.5.29.14")?;
    X509Extension::new_from_der(&kind, false, &*Asn1OctetString::new_from_bytes(&der)?)
}

fn alternative_names(names: &[String]) -> SubjectAlternativeName {
    let mut all = SubjectAlternativeName::new();
    for name in names {
        match name.parse::<IpAddr>() {
            Ok(address) => {
                all.ip(name);
                // Windows XP compares an address in a link with names only.
                if address.is_ipv4() {
                    all.dns(name);
                }
            }
            Err(_) => {
                all.dns(name);
            }
        }
    }
    all
}

fn read_key(pem: &str) -> Result<PKey<Private>, ErrorStack> {
    // Without a callback OpenSSL would ask on the terminal for the password of an encrypted key. This one has none, so
    // such a key is an error.
    PKey::private_key_from_pem_callback(pem.as_bytes(), |_| Ok(0))
}

fn certificate_pem(certificate: &X509) -> Result<String, Error> {
    Ok(text(certificate.to_pem()?))
}

fn key_pem(key: &PKey<Private>) -> Result<Zeroizing<String>, Error> {
    Ok(Zeroizing::new(text(key.private_key_to_pem_pkcs8()?)))
}

/// PEM is ASCII, so nothing is lost; nor is a key copied.
fn text(pem: Vec<u8>) -> String {
    String::from_utf8(pem).unwrap_or_default()
}

/// When an authority that is made now ends.
fn end(now: SystemTime) -> i64 {
    unix(now + LIFETIME).min(LATEST)
}

fn unix(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}
