//! The making of the accounts: hashes on all cores, and a transaction for each batch.

use std::num::NonZeroUsize;
use std::time::Duration;

use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use msnp::Handle;
use papillon_server::passport::{Passwords, random_password, works_everywhere};
use papillon_store::{NewAccount, PasswordHash, Store};
use tokio::task::JoinSet;
use zeroize::Zeroizing;

use super::given_out::GivenOut;
use super::reading::{Entry, Refused};
use super::report::Report;
use crate::interrupt::Interrupt;
use crate::new_account::now;

/// The accounts in one transaction: other writers wait only for so many.
const TOGETHER: usize = 100;

/// A person whose password has been hashed.
struct Ready {
    line: u64,
    new: NewAccount,
    /// The password, if it was made here.
    made: Option<Zeroizing<String>>,
}

/// Makes accounts until all are made, the store fails or the user interrupts it. The report has the
/// outcome of each.
pub(super) async fn make(
    store: &dyn Store,
    entries: Vec<Entry>,
    mut given_out: Option<&mut GivenOut>,
    mut interrupt: Interrupt,
    report: &mut Report,
) {
    // A password hash is pure computation, so more at once than cores would gain nothing, and each takes memory.
    let cores = std::thread::available_parallelism().map_or(2, NonZeroUsize::get);
    let pool = std::sync::Arc::new(Passwords::new(cores));
    let progress = progress(entries.len());
    let mut left = entries.into_iter();
    while left.len() > 0 {
        let batch: Vec<_> = left.by_ref().take(TOGETHER).collect();
        let lines: Vec<_> = batch.iter().map(|entry| entry.line).collect();
        report.cut_off.extend(batch.iter().filter(|entry| is_cut_off(entry)).map(|entry| entry.line));
        let done = tokio::select! {
            ready = hash_all(&pool, batch, &progress) => ready,
            // The tasks of the batch end with their set. Nothing of it is stored yet.
            () = interrupt.wait() => Err(anyhow::anyhow!("interrupted")),
        };
        // From here on the batch is not interrupted: it is made, or it is not.
        let done = match done {
            Ok(ready) => commit(store, ready, given_out.as_deref_mut(), report).await,
            Err(error) => Err(error),
        };
        if let Err(error) = done {
            report.left_out.extend(lines);
            report.left_out.extend(left.map(|entry| entry.line));
            report.stopped = Some(error);
            return;
        }
    }
}

fn is_cut_off(entry: &Entry) -> bool {
    entry.password.as_ref().is_some_and(|password| !works_everywhere(password))
}

/// Hashes the passwords, as many at once as there are cores, in the order of the lines.
async fn hash_all(
    pool: &std::sync::Arc<Passwords>,
    batch: Vec<Entry>,
    progress: &ProgressBar,
) -> anyhow::Result<Vec<Ready>> {
    let mut tasks = JoinSet::new();
    for Entry { line, handle, name, password } in batch {
        let pool = std::sync::Arc::clone(pool);
        let made = password.is_none().then(random_password);
        let password = password.or_else(|| made.clone()).unwrap_or_default();
        tasks.spawn(async move {
            let hash = pool.hash(password).await??;
            let new = NewAccount {
                handle,
                name,
                password_hash: PasswordHash::new(hash),
                created_at: now(),
                admin: false,
            };
            anyhow::Ok(Ready { line, new, made })
        });
    }
    let mut ready = Vec::new();
    while let Some(hashed) = tasks.join_next().await {
        ready.push(hashed.context("a password was not hashed")??);
        progress.inc(1);
    }
    // They come in the order in which they were hashed.
    ready.sort_unstable_by_key(|ready| ready.line);
    Ok(ready)
}

/// Writes the passwords that were made, then the accounts. Should the program be killed in between, there are
/// passwords too many, and none is lost.
async fn commit(
    store: &dyn Store,
    ready: Vec<Ready>,
    mut given_out: Option<&mut GivenOut>,
    report: &mut Report,
) -> anyhow::Result<()> {
    let (known, new): (Vec<_>, Vec<_>) =
        ready.into_iter().map(|ready| ((ready.line, ready.made), ready.new)).unzip();
    let failed = "the passwords that were made cannot be written";
    // Only people whose passwords were made here: the others have theirs.
    let of = |index: usize| -> Option<(&Handle, &str)> {
        Some((&new.get(index)?.handle, known.get(index)?.1.as_ref()?.as_str()))
    };
    let before =
        given_out.as_mut().map(|file| file.add((0..new.len()).filter_map(of))).transpose().context(failed)?;
    // A commit that fails may have happened all the same: the passwords stay in the file.
    let made = store.create_accounts(&new).await.context("the accounts cannot be stored")?;
    let is_made = |index: &usize| made.get(*index).is_some_and(Option::is_some);
    for (index, (line, _)) in known.iter().enumerate() {
        match new.get(index) {
            Some(_) if is_made(&index) => report.added += 1,
            Some(new) => report.refused.push(Refused::exists(*line, &new.handle)),
            None => {}
        }
    }
    // Another program made an account in the meantime: its password is not ours.
    if let (Some(file), Some(before)) = (given_out.as_mut(), before)
        && (0..new.len()).any(|index| !is_made(&index))
    {
        file.take_back(before).context(failed)?;
        file.add((0..new.len()).filter(is_made).filter_map(of)).context(failed)?;
    }
    Ok(())
}

/// A bar on a terminal, and nothing elsewhere.
fn progress(people: usize) -> ProgressBar {
    let bar = ProgressBar::new(people as u64);
    if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos} of {len}, {eta} left") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(500));
    bar
}
