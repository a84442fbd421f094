//! The private authority and the certificates that it signs.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SanType, SerialNumber, date_time_ymd,
};
use sha2::{Digest, Sha256};

use super::names::COMMON_NAME;

pub(super) const DAY: Duration = Duration::from_secs(24 * 3600);
/// People import the authority by hand: once has to do.
const AUTHORITY_LIFETIME: Duration = DAY.saturating_mul(20 * 365);
/// Apple's systems refuse certificates that are good for more than 398 days; this and the day of `BACKDATED` are 397.
/// Browsers are heading lower, and the service renews without being asked.
const LEAF_LIFETIME: Duration = DAY.saturating_mul(396);
/// A certificate that was made here is made again this long before its end.
pub(super) const RENEW_BEFORE: Duration = DAY.saturating_mul(30);
/// The time by which a certificate begins before it is made: clients whose clocks are behind take it at once.
const BACKDATED: Duration = DAY;

/// An authority: its key, from which all that its certificate says about itself follows.
pub(super) struct Authority(KeyPair);

impl Authority {
    /// Over this key.
    pub fn new(key: KeyPair) -> Self {
        Self(key)
    }

    /// A certificate for the authority itself, in PEM.
    pub fn certificate(&self, now: SystemTime) -> Result<String, rcgen::Error> {
        let mut params = self.params();
        params.serial_number = Some(serial());
        params.not_before = date_time_ymd(1970, 1, 1) + since_1970(now).saturating_sub(BACKDATED);
        params.not_after = date_time_ymd(1970, 1, 1) + (since_1970(now) + AUTHORITY_LIFETIME);
        Ok(params.self_signed(&self.0)?.pem())
    }

    /// A certificate for a server with this key and these names, in PEM. Names that cannot stand
    /// in a certificate are an error.
    pub fn issue(&self, key: &KeyPair, names: &[String], now: SystemTime) -> Result<String, rcgen::Error> {
        let mut params = CertificateParams::default();
        params.subject_alt_names = names.iter().map(|name| subject(name)).collect::<Result<_, _>>()?;
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, COMMON_NAME);
        // rcgen would derive the number from the key, and two certificates of one authority with
        // the same number are refused by browsers.
        params.serial_number = Some(serial());
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        params.use_authority_key_identifier_extension = true;
        params.not_before = date_time_ymd(1970, 1, 1) + since_1970(now).saturating_sub(BACKDATED);
        params.not_after = date_time_ymd(1970, 1, 1) + (since_1970(now) + LEAF_LIFETIME);
        Ok(params.signed_by(key, &Issuer::from_params(&self.params(), &self.0))?.pem())
    }

    /// The parameters that are the same whenever the authority's certificate is made. Its name is its key's, so
    /// that the authorities of two services do not get in each other's way in a trust store.
    fn params(&self) -> CertificateParams {
        let fingerprint = Sha256::digest(self.0.subject_public_key_info());
        let short: String = fingerprint.iter().take(4).map(|byte| format!("{byte:02x}")).collect();
        let mut params = CertificateParams::default();
        params.distinguished_name = rcgen::DistinguishedName::new();
        params.distinguished_name.push(DnType::CommonName, format!("Papillon private authority {short}"));
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params
    }
}

fn subject(name: &str) -> Result<SanType, rcgen::Error> {
    Ok(match name.parse() {
        Ok(address) => SanType::IpAddress(address),
        Err(_) => SanType::DnsName(name.try_into()?),
    })
}

fn serial() -> SerialNumber {
    let mut bytes: [u8; 16] = rand::random();
    // A positive number without leading zeros (RFC 5280, section 4.1.2.2): the highest bit is off, the next one on.
    bytes[0] = bytes[0] & 0x3f | 0x40;
    SerialNumber::from_slice(&bytes)
}

/// The span from 1970 to `now`.
fn since_1970(now: SystemTime) -> Duration {
    now.duration_since(UNIX_EPOCH).unwrap_or_default()
}
