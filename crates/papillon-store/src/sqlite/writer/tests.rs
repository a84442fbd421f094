//! Groups of changes: what one does to the others, what a commit does to all.

use msnp::{FriendlyName, Handle};

use super::group::Groups;
use super::job::{Change, Job};
use super::*;
use crate::sql::{SqlStore, statement};
use crate::{AccountId, AccountStore, ListStore, NewAccount, PasswordHash, Refusal, SqliteStore};

type Answered = oneshot::Receiver<Result<((), Raised), Fault>>;

struct Bench {
    _folder: tempfile::TempDir,
    /// Another one on the same file, to look and to make accounts.
    store: SqlStore,
    files: Arc<DatabaseFiles>,
    doubts: Arc<Doubts>,
    groups: Groups,
}

impl Bench {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("papillon.db");
        let store = SqliteStore::open_sql(&path).await.unwrap();
        let crate::sql::Writers::File(writer) = store.writers() else { panic!("it is a file") };
        let (files, doubts) = (Arc::clone(&writer.files), Arc::<Doubts>::default());
        let groups = Groups::new(Arc::clone(&files), Arc::clone(&doubts)).unwrap();
        Self { _folder: folder, store, files, doubts, groups }
    }

    async fn account(&self, name: &str) -> AccountId {
        let handle = Handle::parse(&format!("{name}@example.com")).unwrap();
        let name = FriendlyName::from(&handle);
        let password_hash = PasswordHash::new("none");
        let new = NewAccount { handle, name, password_hash, created_at: 0, admin: false };
        self.store.create_account(new).await.unwrap().id
    }

    async fn version(&self, account: AccountId) -> u32 {
        self.store.sign_in(account).await.unwrap().unwrap().1.version.0
    }
}

fn job(work: impl AsyncFn(&mut Tx<'_>) -> Result<(), Fault> + Send + 'static) -> (Box<dyn Job>, Answered) {
    let (answer, answered) = oneshot::channel();
    (Box::new(Change::new(work, answer)), answered)
}

/// Raises the version of an account, as a list change does.
fn raise(account: AccountId) -> (Box<dyn Job>, Answered) {
    job(async move |tx: &mut Tx<'_>| {
        let text = "UPDATE accounts SET list_version = list_version + 1 WHERE id = $1 RETURNING list_version";
        let row = statement(text).bind(account.0).fetch_one(tx).await?;
        let version = u32::try_from(row.try_get::<i64>(0)?).unwrap();
        tx.raises(account, msnp::ListVersion(version))
    })
}

/// The same, which then comes to this end.
fn raise_and(account: AccountId, end: fn() -> Result<(), Fault>) -> (Box<dyn Job>, Answered) {
    job(async move |tx: &mut Tx<'_>| {
        let text = "UPDATE accounts SET list_version = list_version + 1 WHERE id = $1";
        statement(text).bind(account.0).execute(tx).await?;
        end()
    })
}

fn answer(answered: &mut Answered) -> Result<Raised, Fault> {
    answered.try_recv().expect("it is answered").map(|((), raised)| raised)
}

#[tokio::test]
async fn a_refused_change_undoes_its_own_steps_only() {
    let mut bench = Bench::new().await;
    let alice = bench.account("alice").await;
    let (first, mut first_answer) = raise(alice);
    let (refused, mut refused_answer) = raise_and(alice, || Err(Refusal::ListFull.into()));
    let (last, mut last_answer) = raise(alice);
    bench.groups.carry_out(vec![first, refused, last]);
    assert_eq!(answer(&mut first_answer).unwrap(), [(alice, msnp::ListVersion(2))]);
    assert!(matches!(answer(&mut refused_answer), Err(Fault::Refused(Refusal::ListFull))));
    assert_eq!(answer(&mut last_answer).unwrap(), [(alice, msnp::ListVersion(3))]);
    assert_eq!(bench.version(alice).await, 3);
}

#[tokio::test]
async fn a_change_that_fails_or_panics_fails_alone() {
    let ends: [fn() -> Result<(), Fault>; 2] =
        [|| Err(Fault::Sqlite(rusqlite::Error::InvalidQuery)), || panic!("on purpose")];
    for end in ends {
        let mut bench = Bench::new().await;
        let alice = bench.account("alice").await;
        let (first, mut first_answer) = raise(alice);
        let (failing, mut failing_answer) = raise_and(alice, end);
        let (last, mut last_answer) = raise(alice);
        bench.groups.carry_out(vec![first, failing, last]);
        assert!(answer(&mut first_answer).is_ok() && answer(&mut last_answer).is_ok());
        assert!(answer(&mut failing_answer).is_err());
        assert_eq!(bench.version(alice).await, 3);
    }
}

#[tokio::test]
async fn a_commit_that_fails_is_the_failure_of_all_and_nothing_is_stored() {
    let mut bench = Bench::new().await;
    let alice = bench.account("alice").await;
    let (first, mut first_answer) = raise(alice);
    // A reference into nowhere that is looked at by the commit.
    let (failing, mut failing_answer) = job(async |tx: &mut Tx<'_>| {
        statement("PRAGMA defer_foreign_keys = ON").execute(tx).await?;
        statement("INSERT INTO passwords (account, hash) VALUES (99, 'x')").execute(tx).await.map(drop)
    });
    bench.groups.carry_out(vec![first, failing]);
    for answered in [&mut first_answer, &mut failing_answer] {
        let Err(Fault::Outage(words)) = answer(answered) else { panic!("it was taken") };
        assert!(words.contains("FOREIGN KEY"), "{words}");
    }
    assert_eq!(bench.version(alice).await, 1);
    // It can be seen that nothing was stored.
    assert_eq!(bench.doubts.all(), []);
    let (next, mut next_answer) = raise(alice);
    bench.groups.carry_out(vec![next]);
    assert!(answer(&mut next_answer).is_ok());
}

#[tokio::test]
async fn one_that_was_given_up_before_its_turn_does_not_happen() {
    let mut bench = Bench::new().await;
    let alice = bench.account("alice").await;
    let (given_up, answered) = raise(alice);
    drop(answered);
    let (other, mut other_answer) = raise(alice);
    bench.groups.carry_out(vec![given_up, other]);
    assert_eq!(answer(&mut other_answer).unwrap(), [(alice, msnp::ListVersion(2))]);
    assert_eq!(bench.version(alice).await, 2);
}

/// So many that they take more than one transaction, and more than wait at once.
#[tokio::test]
async fn what_comes_together_is_made_in_its_order() {
    let bench = Bench::new().await;
    let alice = bench.account("alice").await;
    let writer = Arc::new(Writer::start(Arc::clone(&bench.files), Arc::clone(&bench.doubts)).unwrap());
    let mut changes = tokio::task::JoinSet::new();
    for _ in 0..WAITING + TOGETHER {
        let writer = Arc::clone(&writer);
        changes.spawn(async move {
            let text =
                "UPDATE accounts SET list_version = list_version + 1 WHERE id = $1 RETURNING list_version";
            let work = async move |tx: &mut Tx<'_>| {
                statement(text).bind(alice.0).fetch_one(tx).await?.try_get::<i64>(0)
            };
            writer.write(work).await.unwrap().0
        });
    }
    let mut versions = changes.join_all().await;
    versions.sort_unstable();
    assert_eq!(versions, (2..).take(WAITING + TOGETHER).collect::<Vec<i64>>());
}
