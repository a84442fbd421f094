//! The answer to `CHL`.

use md5::{Digest, Md5};

/// The product whose answers [`answer`] gives.
pub const PRODUCT_ID: &str = "msmsgs@msnmsgr.com";
const PRODUCT_KEY: &str = "Q1P7W2E4J9R8U3S5";

/// The answer of `msmsgs@msnmsgr.com` to a challenge.
pub fn answer(challenge: &str) -> String {
    answer_with(challenge, PRODUCT_KEY)
}

/// The answer to a challenge of the product with this key.
pub fn answer_with(challenge: &str, product_key: &str) -> String {
    let mut hasher = Md5::new();
    hasher.update(challenge);
    hasher.update(product_key);
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_vectors_hold() {
        assert_eq!(answer("12345678901234567890"), "8ba1bb9d6dbf624fee31a2053af5fdd0");
        assert_eq!(answer("15570131571988941333"), "8f2f5a91b72102cd28355e9fc9000d6e");
        let pidgin = answer_with("15570131571988941333", "VT6PX?UQTM4WM%YR");
        assert_eq!(pidgin, "ca90e6a7c94a14aae7b3ae0f6018433e");
    }
}
