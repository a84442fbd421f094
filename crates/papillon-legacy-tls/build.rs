//! Nothing is done here. A crate's build dependencies count only if it has a build script, and it is by
//! this crate's dependency on `openssl-src` that OpenSSL is built with SSL 3.0 and RC4.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
}
