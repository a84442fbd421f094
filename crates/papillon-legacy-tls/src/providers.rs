//! The parts of OpenSSL that have to be asked for.

use std::sync::OnceLock;

use openssl::error::ErrorStack;
use openssl::provider::Provider;

use crate::Error;

/// Loads the provider with RC4, and then the one with the rest: OpenSSL loads the default by itself only as long as no
/// provider was asked for. They stay until the process ends.
pub(crate) fn load() -> Result<(), Error> {
    static LOADED: OnceLock<Result<(Provider, Provider), ErrorStack>> = OnceLock::new();
    let loaded =
        LOADED.get_or_init(|| Ok((Provider::load(None, "legacy")?, Provider::load(None, "default")?)));
    match loaded {
        Ok(_) => Ok(()),
        Err(_) => Err(Error::Missing("its legacy provider")),
    }
}
