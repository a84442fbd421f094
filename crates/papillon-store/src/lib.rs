//! The store of the service: accounts, their lists, groups, settings and properties.
//!
//! [`Store`] is the whole interface. Behind it are SQLite ([`SqliteStore`], one file) and
//! PostgreSQL ([`PostgresStore`], for many nodes); [`open`] takes either by its address.
//!
//! Three promises hold for both:
//!
//! - A change that was acknowledged is on the disk.
//! - X is on A's forward list exactly when A is on X's reverse list, and no account is on an allow
//!   and a block list of the same person at once.
//! - Every change of a person's lists raises that person's list version by exactly one.
//!
//! | to find | look in |
//! |---|---|
//! | the interface, a trait for each subject | [`Store`] and its parts |
//! | the outcome of a list change | [`Committed`], [`ListChange`], [`ListEvent`] |
//! | the statements, one text for both databases | `sql/`, one file a subject |
//! | the parts of one database only | `sqlite.rs`, `postgres.rs` and `migrations/` |

mod account;
mod address_range;
mod ban;
mod change;
mod error;
mod group_set;
mod invitation;
mod measures;
mod number_hash;
mod outcome;
mod picture;
mod postgres;
mod roster;
mod sql;
mod sqlite;
mod store;
mod web_session;

use std::path::Path;
use std::sync::Arc;

pub use account::{Account, AccountId, Credentials, NewAccount, PasswordHash, People};
pub use address_range::AddressRange;
pub use ban::{BadBanReason, Ban, BanReason, BanRefusals, BanTarget, NewBan};
pub use change::{AccountChange, AccountChangeKind};
pub use error::{Outage, Refusal, Result, StoreError};
pub use group_set::GroupSet;
pub use invitation::{Invitation, InvitationCode, NewInvitation};
pub use measures::{DURATION_BOUNDS, Measures, OperationCounts};
pub use number_hash::{NumberHash, NumberHasher};
pub use outcome::{Committed, ListChange, ListEvent, Person, PrivacyList};
pub use picture::Picture;
pub use postgres::PostgresStore;
pub use roster::{Card, Contact, Roster, SharedProperties};
pub use sqlite::SqliteStore;
pub use store::{
    AccountLog, AccountStore, BanStore, InvitationStore, ListStore, Measured, PictureStore, SecretStore,
    Store, WebSessionStore,
};
pub use web_session::WebSession;

/// Opens the database at `url` and brings its tables up to date.
///
/// `postgres://…` (or `postgresql://…`) is a PostgreSQL server; `sqlite:PATH` or a plain path is
/// an SQLite file, which is made when it is not there.
///
/// ```
/// use papillon_store::{NewAccount, PasswordHash, Refusal, StoreError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("papillon.db");
/// # let path = path.to_str().ok_or("a path that is no text")?;
/// let store = papillon_store::open(path).await?;
/// let new = NewAccount {
///     handle: "ada@example.com".parse()?,
///     name: msnp::FriendlyName::from_text("Ada")?,
///     password_hash: PasswordHash::new("$argon2id$..."),
///     created_at: 1_119_139_200,
///     admin: false,
/// };
/// let account = store.create_account(new.clone()).await?;
/// assert_eq!(store.account(&new.handle).await?, Some(account));
///
/// let again = store.create_account(new).await;
/// assert!(matches!(again, Err(StoreError::Refused(Refusal::AccountExists))));
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// [`StoreError::Unavailable`] when the address is of another kind, or the database cannot be opened: see
/// [`SqliteStore::open`] and [`PostgresStore::connect`].
pub async fn open(url: &str) -> Result<Arc<dyn Store>> {
    if url.starts_with("postgres://") || url.starts_with("postgresql://") {
        return PostgresStore::connect(url).await;
    }
    // The longer prefix first: the shorter one would leave two slashes of it on the path.
    let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")).unwrap_or(url);
    if path.is_empty() || path.contains("://") {
        // The address may hold a password, so it is not repeated.
        return Err(StoreError::Unavailable(Outage::new(
            "the database address is neither a path, nor sqlite:PATH, nor postgres://…",
        )));
    }
    SqliteStore::open(Path::new(path)).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_leads_to_its_kind_of_database_or_to_an_error_that_names_the_kinds() {
        for (address, names_the_kinds) in [
            ("", true),
            ("sqlite:", true),
            ("sqlite://", true),
            ("mysql://localhost/papillon", true),
            // The driver of PostgreSQL reads these, and finds no port.
            ("postgres://localhost:port/papillon", false),
            ("postgresql://localhost:port/papillon", false),
            ("/no-folder/papillon.db", false),
        ] {
            let error = open(address).await.err().map(|error| error.to_string()).unwrap_or_default();
            assert_eq!(error.contains("sqlite:PATH, nor postgres://"), names_the_kinds, "{address}: {error}");
            assert!(error.starts_with("the database is not available: "), "{address}: {error}");
        }
    }
}
