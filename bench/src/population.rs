//! The accounts and lists of a row, put into the tables of the program under measurement.
//!
//! Through the service itself ten thousand people with a hundred contacts each would take half an hour. The program has
//! made the tables before, so that each program of a comparison has its own.

use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use papillon_server::passport::{self, TicketMint};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Row};

/// The password of everybody, where there are passwords.
pub const PASSWORD: &str = "correct horse 1";
/// The default of the service.
const TICKET_LIFETIME: Duration = Duration::from_secs(3600);
/// The epoch of a password that was never changed.
const EPOCH: i64 = 1;

/// The accounts.
#[derive(Debug, Clone, Copy, Default)]
pub struct Population {
    /// The accounts that sign in.
    pub users: usize,
    /// The accounts that are contacts only, unless a row signs them in as well.
    pub friends: usize,
    /// The number of users that have a list; the others' are empty.
    pub listed: usize,
    /// Their lists.
    pub lists: Lists,
    /// Whether all have [`PASSWORD`]. Without it no password is right.
    pub with_password: bool,
}

/// The lists of those users that have one. Everybody on them is on the forward and on the allow list.
#[derive(Debug, Clone, Copy, Default)]
pub enum Lists {
    /// There is nobody on them.
    #[default]
    Empty,
    /// So many friends, others for each user, which have the user on no list but the reverse one.
    Strangers(usize),
    /// All friends, which have the user on theirs, too.
    Mutual,
    /// So many users around: half of them before and half of them after in a circle, and each has the other.
    Circle(usize),
}

/// The accounts in a database, and the key that signs their tickets.
pub struct People {
    population: Population,
    mint: TicketMint,
}

/// The handle of a user: 24 bytes.
pub fn user(number: usize) -> String {
    format!("u{number:05}@bench.example.com")
}

/// The handle of a friend: 24 bytes.
pub fn friend(number: usize) -> String {
    format!("f{number:05}@bench.example.com")
}

/// The display name of a user or friend.
pub fn display_name(number: usize) -> String {
    format!("Somebody%20No%20{number:05}")
}

impl People {
    /// Puts the accounts into the empty tables at `url`.
    ///
    /// # Errors
    /// When the database refuses: its tables are others than those that are known here, or not empty.
    pub fn settle(url: &str, population: Population) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(fill(url, population)).context("the accounts cannot be put into the database")
    }

    /// A ticket of a user that is good now.
    pub fn ticket(&self, user: usize) -> String {
        self.issue(user)
    }

    /// The same of a friend.
    pub fn ticket_of_friend(&self, friend: usize) -> String {
        self.issue(self.population.users + friend)
    }

    fn issue(&self, number: usize) -> String {
        // Issued a moment ago, so that a clock that is set back a little does no harm.
        let issued = SystemTime::now() - Duration::from_secs(5);
        self.mint.issue(number as i64 + 1, EPOCH, issued)
    }
}

impl std::fmt::Debug for People {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("People").field("population", &self.population).finish_non_exhaustive()
    }
}

async fn fill(url: &str, population: Population) -> Result<People> {
    sqlx::any::install_default_drivers();
    let mut database = AnyConnection::connect(url).await?;
    let mut transaction = database.begin().await?;
    let Population { users, friends, .. } = population;
    let hash = match population.with_password {
        true => passport::hash_password(PASSWORD).context("a password that cannot be hashed")?,
        false => "none".to_owned(),
    };
    for statement in accounts('u', users).into_iter().chain(accounts('f', friends)) {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    }
    let most: i64 = sqlx::query("SELECT coalesce(max(id), 0) FROM accounts")
        .fetch_one(&mut *transaction)
        .await?
        .try_get(0)?;
    // The lists and the tickets count on it.
    ensure!(most == (users + friends) as i64, "accounts were there before: the last has number {most}");
    sqlx::query("INSERT INTO passwords (account, hash) SELECT id, $1 FROM accounts")
        .bind(hash)
        .execute(&mut *transaction)
        .await?;
    sqlx::query(
        "INSERT INTO contact_groups (account, id, name) SELECT id, 0, 'Other%20Contacts' FROM accounts",
    )
    .execute(&mut *transaction)
    .await?;
    for statement in edges(population) {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *transaction).await?;
    }
    let key = sqlx::query("SELECT value FROM secrets WHERE name = 'ticket-key'");
    let key: Vec<u8> = key.fetch_one(&mut *transaction).await?.try_get(0)?;
    transaction.commit().await?;
    database.close().await?;
    let key = key.try_into().ok().context("a ticket key of another length")?;
    Ok(People { population, mint: TicketMint::new(key, TICKET_LIFETIME) })
}

/// The numbers from 0 on, as a table of one column.
fn numbers(table: &str, column: &str, count: usize) -> String {
    format!(
        "{table}({column}) AS (SELECT CAST(0 AS BIGINT) UNION ALL \
         SELECT {column} + 1 FROM {table} WHERE {column} + 1 < {count})"
    )
}

/// Five digits, in the SQL of both databases.
fn digits(number: &str) -> String {
    format!("substr(CAST(100000 + {number} AS TEXT), 2)")
}

fn accounts(letter: char, count: usize) -> Option<String> {
    (count > 0).then(|| {
        format!(
            "WITH RECURSIVE {} INSERT INTO accounts (handle, name, credential_epoch, enabled, verified, created_at, \
             admin, list_version, prompt, privacy, properties) \
             SELECT '{letter}' || {digits} || '@bench.example.com', 'Somebody%20No%20' || {digits}, \
             {EPOCH}, 1, 1, 1062764229, 0, 1, 'A', 'AL', '' FROM numbers ORDER BY i",
            numbers("numbers", "i", count),
            digits = digits("i")
        )
    })
}

/// The forward, allow and reverse lists as bits: 1, 2 and 8.
fn edges(population: Population) -> Vec<String> {
    let Population { users, friends, listed, lists, .. } = population;
    let insert = |contacts: usize, owner: &str, contact: &str, named: &str, bits: u8| {
        format!(
            "WITH RECURSIVE {}, {} INSERT INTO contacts (owner, contact, name, lists, group_bits) \
             SELECT 1 + {owner}, 1 + {contact}, 'Somebody%20No%20' || {}, {bits}, {} FROM owners, others ORDER BY 1, 2",
            numbers("owners", "i", listed),
            numbers("others", "j", contacts),
            digits(named),
            bits & 1
        )
    };
    if listed == 0 {
        return Vec::new();
    }
    let all = users;
    match lists {
        Lists::Empty => Vec::new(),
        Lists::Strangers(contacts) => {
            let number = format!("((i * {contacts} + j) % {friends})");
            let friend = format!("({all} + {number})");
            vec![insert(contacts, "i", &friend, &number, 1 | 2), insert(contacts, &friend, "i", "i", 8)]
        }
        Lists::Mutual => {
            let friend = format!("({all} + j)");
            vec![insert(friends, "i", &friend, "j", 1 | 2 | 8), insert(friends, &friend, "i", "i", 1 | 2 | 8)]
        }
        Lists::Circle(contacts) => {
            // Half of the circle from each: with those of the others, every pair is there both ways.
            let other = format!("((i + 1 + j) % {listed})");
            let half = contacts / 2;
            vec![insert(half, "i", &other, &other, 1 | 2 | 8), insert(half, &other, "i", "i", 1 | 2 | 8)]
        }
    }
}
