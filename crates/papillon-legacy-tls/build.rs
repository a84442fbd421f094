//! A build script that does nothing. A crate's build dependencies count only if it has one, and this crate's dependency
//! on `openssl-src` is the reason that OpenSSL is built with SSL 3.0 and RC4.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
