//! The settings of the service, from the command line, the environment and the configuration file.
//!
//! Each source overrides the next: command line, environment, file, default. `keys.rs` lists
//! the keys of the file and the environment.

mod changes;
mod data_dir;
mod environment;
mod file;
mod keys;
mod values;

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use papillon_server::Config;

use crate::listen_address::ListenAddress;
use crate::logging::LogFormat;

pub(crate) use changes::Changes;
pub(crate) use environment::value as variable;
pub(crate) use values::{
    DnsServers, Hosts, database, dns_clients, dns_others, dns_servers, host, hosts, line, public_port,
    registration, seconds, seconds_or_none,
};

/// The data folder of a service that this user runs, if there can be one.
pub(crate) fn local_data_dir() -> Option<PathBuf> {
    environment::value("PAPILLON_DATA").map(PathBuf::from).or_else(|| data_dir::usual().ok())
}

/// The folder of this user's clients.
pub(crate) fn config_dir() -> anyhow::Result<PathBuf> {
    data_dir::config().context("there is no home directory to remember trusted authorities in")
}

/// A configuration file that changes nothing: every key at its default. `serve --help` shows it.
pub(crate) const DEFAULTS_FILE: &str = include_str!("settings/defaults.toml");

/// The place of the service's files and accounts. All subcommands have these options.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Place {
    /// A configuration file in TOML. Without this there is none.
    ///
    /// `papillon serve --help` lists its keys. A key that is not known is an error.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) config: Option<PathBuf>,
    /// The folder for the service's files: database, certificates, mail. [default: see --help]
    ///
    /// It is made when it is not there. Default: as a systemd service the unit's StateDirectory; for
    /// root /var/lib/papillon, if it exists; otherwise $XDG_DATA_HOME/papillon, which is
    /// ~/.local/share/papillon (macOS: ~/Library/Application Support/papillon, Windows:
    /// %APPDATA%\papillon).
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) data: Option<PathBuf>,
    /// The database: postgres://USER@HOST/NAME or an SQLite file. [default: DIR/papillon.db]
    ///
    /// Other users of the machine can read command lines: an address that holds a password belongs
    /// into PAPILLON_DATABASE or the configuration file.
    #[arg(long, value_name = "URL", global = true, value_parser = database)]
    pub(crate) database: Option<String>,
}

/// Everything that can be set.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    /// The configuration file that was read.
    pub(crate) file: Option<PathBuf>,
    /// Whether the command line or the environment names the folder, so that other commands have to name it as well.
    pub(crate) data_is_told: bool,
    /// As [`Settings::data_is_told`], for the database.
    pub(crate) database_is_told: bool,
    /// The address of the database, which may hold a password; `None` is the file under the data
    /// folder.
    pub(crate) database: Option<String>,
    /// Notification server and switchboard.
    pub(crate) msnp: ListenAddress,
    /// Refers to the former.
    pub(crate) dispatch: ListenAddress,
    /// Passport and pages without TLS.
    pub(crate) http: ListenAddress,
    /// Passport and pages.
    pub(crate) https: ListenAddress,
    /// The names of the old services.
    pub(crate) dns: ListenAddress,
    /// Metrics and health.
    pub(crate) metrics: ListenAddress,
    /// Whether a source of settings names the former two: by default, letting old Windows in moves them.
    pub(crate) http_is_told: bool,
    pub(crate) https_is_told: bool,
    /// The format of the log.
    pub(crate) log_format: LogFormat,
    /// The configuration of the service itself. Its data folder is right once `load` is done.
    pub(crate) server: Config,
    data: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            file: None,
            data_is_told: false,
            database_is_told: false,
            database: None,
            msnp: ListenAddress::anywhere(1863),
            dispatch: ListenAddress::Off,
            http: ListenAddress::anywhere(8080),
            https: ListenAddress::anywhere(8443),
            dns: ListenAddress::Off,
            metrics: ListenAddress::Off,
            http_is_told: false,
            https_is_told: false,
            log_format: LogFormat::default(),
            server: Config::new(PathBuf::new()),
            data: None,
        }
    }
}

impl Settings {
    /// Reads the file and the environment, and takes from the command line the options that all subcommands
    /// have. The subcommand adds its own options.
    pub(crate) fn load(place: &Place) -> anyhow::Result<Self> {
        let file = place.config.clone().or_else(|| environment::value("PAPILLON_CONFIG").map(PathBuf::from));
        let mut settings = Self { file, ..Self::default() };
        if let Some(path) = settings.file.clone() {
            file::apply(&mut settings, &path)?;
        }
        // Those of the file are set aside: a command that is given the same file needs no options for them.
        let (data, database) = (settings.data.take(), settings.database.take());
        environment::apply(&mut settings)?;
        settings.data = place.data.clone().or(settings.data);
        settings.database = place.database.clone().or(settings.database);
        settings.data_is_told = settings.data.is_some();
        settings.database_is_told = settings.database.is_some();
        settings.data = settings.data.or(data);
        settings.database = settings.database.or(database);
        settings.settle_data_dir()?;
        settings.settle_ports();
        settings.server.settle_public_host();
        Ok(settings)
    }

    /// Puts the listeners at the ports where old Windows looks, if it is served and no setting names others. To be
    /// called again when the command line has had its say.
    pub(crate) fn settle_ports(&mut self) {
        if self.server.old_windows && !self.http_is_told {
            self.http = ListenAddress::anywhere(80);
        }
        if self.server.old_windows && !self.https_is_told {
            self.https = ListenAddress::anywhere(443);
        }
    }

    /// All listeners, by the names of their options.
    pub(crate) fn listeners(&self) -> [(&'static str, &ListenAddress); 6] {
        [
            ("msnp", &self.msnp),
            ("dispatch", &self.dispatch),
            ("http", &self.http),
            ("https", &self.https),
            ("dns", &self.dns),
            ("metrics", &self.metrics),
        ]
    }

    /// Fails when one listener cannot be opened because of another.
    pub(crate) fn see_that_listeners_fit(&self) -> anyhow::Result<()> {
        let all = self.listeners();
        // Each with those before it, so each pair once.
        for (count, (other, address)) in all.iter().enumerate() {
            if let Some((one, _)) = all.iter().take(count).find(|(_, before)| before.excludes(address)) {
                bail!(
                    "the listeners {one} and {other} cannot both be at {address}: choose another port with \
                     --{other} ADDR"
                );
            }
        }
        Ok(())
    }

    fn settle_data_dir(&mut self) -> anyhow::Result<()> {
        let folder = match self.data.take() {
            Some(folder) => folder,
            None => match data_dir::given_by_systemd() {
                Some(folder) => {
                    // Only the service itself is told by systemd.
                    self.data_is_told = true;
                    folder
                }
                None => data_dir::usual()?,
            },
        };
        if folder.as_os_str().is_empty() {
            bail!("the data folder has an empty name: give one with --data DIR");
        }
        self.server.data_dir = std::path::absolute(&folder)
            .with_context(|| format!("the data folder {} has no full path", folder.display()))?;
        Ok(())
    }

    /// The folder for the service's files, as a full path.
    pub(crate) fn data_dir(&self) -> &Path {
        &self.server.data_dir
    }
}
