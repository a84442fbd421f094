//! `papillon serve --demo`: a service to try, with a bot, that leaves nothing behind.

mod accounts;
mod monarch;
mod tell;

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;

use anyhow::{Context, bail};
use papillon_store::Store;
use tempfile::TempDir;

use self::accounts::People;
use self::monarch::{Home, Monarch};
use crate::settings::Settings;

/// The address of each listener, by its name.
type Addresses = [(&'static str, SocketAddr)];

/// A demo. Its folder goes with it.
pub(super) struct Demo {
    folder: TempDir,
    people: People,
}

impl Demo {
    /// Checks the listeners that a demo needs.
    pub(super) fn check(settings: &Settings) -> anyhow::Result<()> {
        let needed = [
            ("msnp", &settings.msnp, "Monarch and everybody else sign in there"),
            ("https", &settings.https, "passwords are checked there"),
        ];
        for (name, address, why) in needed {
            if !address.is_on() {
                bail!("a demo needs the {name} listener, {why}: give it an address with --{name} ADDR");
            }
        }
        Ok(())
    }

    /// Makes a folder and turns the settings to it. Their files and databases do not count: a demo
    /// touches nobody's accounts.
    pub(super) fn prepare(settings: &mut Settings) -> anyhow::Result<Self> {
        let people = People::invent()?;
        let folder = tempfile::Builder::new().prefix("papillon-demo-").tempdir().with_context(|| {
            format!("the demo's folder cannot be made in {}: set TMPDIR", std::env::temp_dir().display())
        })?;
        settings.server.data_dir =
            std::path::absolute(folder.path()).context("the demo's folder has no full path")?;
        // The printed commands then name the folder.
        settings.data_is_told = true;
        settings.database = None;
        settings.database_is_told = false;
        Ok(Self { folder, people })
    }

    /// Makes the accounts and their lists.
    pub(super) async fn settle(&self, store: &dyn Store) -> anyhow::Result<()> {
        self.people.settle(store).await
    }

    /// Prints the instructions of the demo.
    pub(super) fn tell(&self, settings: &Settings, addresses: &Addresses) {
        tell::tell(settings, addresses, &self.people.people);
    }

    /// Lets Monarch sign in. It is gone when the value is dropped.
    pub(super) fn release_monarch(&self, addresses: &Addresses) -> anyhow::Result<Monarch> {
        let authority = self.authority();
        let authority = std::fs::read(&authority).with_context(|| {
            format!("the demo's certificate authority {} cannot be read", authority.display())
        })?;
        // Inside of the demo's folder, so that it goes with it.
        let folder = self.folder.path().join("monarch");
        std::fs::create_dir(&folder).context("Monarch's folder cannot be made")?;
        let reach = |name| addresses.iter().find(|(own, _)| *own == name).map(|(_, at)| reachable(*at));
        let (Some(server), Some(https)) = (reach("msnp"), reach("https")) else {
            bail!("the demo's listeners are not open");
        };
        let monarch = &self.people.monarch;
        Ok(Monarch::release(Home {
            account: monarch.handle.clone(),
            password: monarch.password.clone(),
            server: server.to_string(),
            nexus: nexus(https),
            authority,
            folder,
        }))
    }

    /// The folder, to be removed when nobody uses it any more.
    pub(super) fn into_folder(self) -> TempDir {
        self.folder
    }

    fn authority(&self) -> PathBuf {
        self.folder.path().join("tls").join("ca.pem")
    }
}

/// Removes the folder, or says that it is still there.
pub(super) fn remove(folder: TempDir) {
    let path = folder.path().to_owned();
    if let Err(error) = folder.close() {
        tracing::warn!(folder = %path.display(), %error, "the demo's folder could not be removed");
    }
}

/// The address at which this machine reaches a listener.
fn reachable(mut at: SocketAddr) -> SocketAddr {
    match at.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => at.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => at.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    at
}

/// The Passport nexus of the HTTPS listener at this address.
fn nexus(https: SocketAddr) -> String {
    format!("https://{https}/rdr/pprdr.asp")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listen_address::ListenAddress;

    #[test]
    fn a_demo_is_told_what_it_lacks() {
        let off = |change: fn(&mut Settings)| {
            let mut settings = Settings::default();
            change(&mut settings);
            Demo::check(&settings).unwrap_err().to_string()
        };
        assert!(off(|settings| settings.https = ListenAddress::Off).contains("--https ADDR"));
        assert!(off(|settings| settings.msnp = ListenAddress::Off).contains("--msnp ADDR"));
        Demo::check(&Settings::default()).unwrap();
    }

    #[test]
    fn a_demo_touches_no_other_files() {
        let mut settings = Settings::default();
        settings.database = Some("postgres://h/d".into());
        let demo = Demo::prepare(&mut settings).unwrap();
        assert_eq!(settings.database, None);
        assert_eq!(settings.data_dir(), demo.folder.path());
        let folder = demo.into_folder();
        let path = folder.path().to_owned();
        remove(folder);
        assert!(!path.exists());
    }

    #[test]
    fn all_addresses_are_reached_by_loopback() {
        for (at, reached) in [
            ("0.0.0.0:1863", "127.0.0.1:1863"),
            ("[::]:1863", "[::1]:1863"),
            ("192.168.1.2:1", "192.168.1.2:1"),
        ] {
            assert_eq!(reachable(at.parse().unwrap()).to_string(), reached);
        }
    }
}
