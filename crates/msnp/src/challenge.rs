//! Client challenges: `CHL` asks, `QRY` answers.
//!
//! The service sends some digits; a client proves that it is one of the known programs by hashing
//! them together with the key that belongs to its product id. Source: HYP and ESC,
//! see `docs/protocol/sources.md`. Only the algorithm of MSNP6 to MSNP10 is here;
//! the ids of the MSNP11 algorithm are not known.

use md5::{Digest, Md5};

/// A client program as challenges know it.
///
/// ```
/// use msnp::challenge::{is_right_answer, product};
///
/// // `CHL 0 15570131571988941333` asks; the payload of `QRY` answers.
/// let client = product("PROD0038W!61ZTF9").expect("a known product");
/// let answer = client.answer("15570131571988941333");
/// assert!(is_right_answer(client.id, "15570131571988941333", &answer));
/// assert!(!is_right_answer(client.id, "another challenge", &answer));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Product {
    /// The product id, as `QRY` names it; case-sensitive.
    pub id: &'static str,
    /// The key that is hashed behind the challenge: 16 bytes.
    pub key: &'static str,
}

/// Every product whose answers are computed as MSNP6 to MSNP10 do.
pub const PRODUCTS: &[Product] = &[
    Product { id: "msmsgs@msnmsgr.com", key: "Q1P7W2E4J9R8U3S5" },
    Product { id: "PROD0038W!61ZTF9", key: "VT6PX?UQTM4WM%YR" },
    Product { id: "PROD0058#7IL2{QD", key: "QHDCY@7R1TB6W?5B" },
    Product { id: "PROD0061VRRZH@4F", key: "JXQ6J@TUOGYV@N0M" },
    Product { id: "PROD00504RLUG%WL", key: "I2EBK%PYNLZL5_J4" },
    Product { id: "PROD0076ENE8*@AW", key: "CEQJ8}OE0!WTSWII" },
];

/// The product with this id.
pub fn product(id: &str) -> Option<&'static Product> {
    PRODUCTS.iter().find(|product| product.id == id)
}

impl Product {
    /// The payload that answers `challenge`: the MD5 of challenge and key in lower-case hex.
    pub fn answer(&self, challenge: &str) -> [u8; 32] {
        const HEX: &[u8; 16] = b"0123456789abcdef";
        let digest = Md5::new().chain_update(challenge).chain_update(self.key).finalize();
        let mut answer = [0; 32];
        for (pair, byte) in answer.chunks_exact_mut(2).zip(digest) {
            pair[0] = HEX[usize::from(byte >> 4)];
            pair[1] = HEX[usize::from(byte & 15)];
        }
        answer
    }
}

/// Whether `digest`, the payload of a `QRY` that names `product_id`, answers `challenge`.
/// Upper-case hex is wrong, as is an id that is not in [`PRODUCTS`].
pub fn is_right_answer(product_id: &str, challenge: &str, digest: &[u8]) -> bool {
    product(product_id).is_some_and(|product| product.answer(challenge) == digest)
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "15570131571988941333";

    /// Published by YW or computed by BitlBee, JML, Twisted, msnp.py, Pidgin, msnlib, aMSN, MSN.pm.
    #[test]
    fn answers_of_real_clients_are_right() {
        for (id, challenge, digest) in [
            ("msmsgs@msnmsgr.com", "12345678901234567890", "8ba1bb9d6dbf624fee31a2053af5fdd0"),
            ("msmsgs@msnmsgr.com", CHALLENGE, "8f2f5a91b72102cd28355e9fc9000d6e"),
            ("PROD0038W!61ZTF9", CHALLENGE, "ca90e6a7c94a14aae7b3ae0f6018433e"),
            ("PROD0061VRRZH@4F", CHALLENGE, "769dfe2c4292159189b71837ce37b74e"),
        ] {
            assert!(is_right_answer(id, challenge, digest.as_bytes()), "{id} {challenge}");
            assert_eq!(product(id).unwrap().answer(challenge), digest.as_bytes());
        }
    }

    #[test]
    fn other_answers_are_wrong() {
        let right = b"8f2f5a91b72102cd28355e9fc9000d6e";
        for (id, digest) in [
            ("PROD0038W!61ZTF9", &right[..]),
            ("MSMSGS@msnmsgr.com", right),
            ("", right),
            ("msmsgs@msnmsgr.com", b""),
            ("msmsgs@msnmsgr.com", &right[..31]),
            ("msmsgs@msnmsgr.com", &right.to_ascii_uppercase()),
            ("msmsgs@msnmsgr.com", b"\xff\x00"),
        ] {
            assert!(!is_right_answer(id, CHALLENGE, digest), "{id} {digest:?}");
        }
    }

    #[test]
    fn ids_of_the_later_algorithm_are_unknown() {
        assert_eq!(product("PROD0090YUAUV{2B"), None);
        assert_eq!(product("PROD0101{0RM?UBW"), None);
    }
}
