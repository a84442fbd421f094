//! The service and the accounts of the examples, taken from the environment.
//!
//! | variable | meaning |
//! |---|---|
//! | `PAPILLON_ACCOUNT` | the account, such as ada@papillon.test |
//! | `PAPILLON_PASSWORD` | its password |
//! | `PAPILLON_CA` | the service's certificate authority, a PEM file; without it, this machine's authorities count |
//! | `PAPILLON_SERVER` | the service, `HOST:PORT`; 127.0.0.1:1863 without it |
//! | `PAPILLON_NEXUS` | the Passport nexus; that at port 8443 or 443 of the same host without it |

use std::env;

use anyhow::Context;
use msnp_client::{Builder, Client, Trust};

/// A client that can be given more settings, and then signs in.
pub fn builder() -> anyhow::Result<Builder> {
    let account = variable("PAPILLON_ACCOUNT")?.parse().context("PAPILLON_ACCOUNT is no account's name")?;
    let mut builder = Client::builder(account, variable("PAPILLON_PASSWORD")?);
    if let Ok(server) = env::var("PAPILLON_SERVER") {
        builder = builder.server(server);
    }
    if let Ok(nexus) = env::var("PAPILLON_NEXUS") {
        builder = builder.nexus(nexus);
    }
    if let Ok(file) = env::var("PAPILLON_CA") {
        let authority = std::fs::read(&file).with_context(|| format!("{file} cannot be read"))?;
        builder = builder.trust(Trust::Authorities(authority));
    }
    Ok(builder)
}

fn variable(name: &str) -> anyhow::Result<String> {
    env::var(name).with_context(|| format!("set {name}"))
}
