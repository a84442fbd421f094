//! Connections to read with.

use std::ops::{Deref, DerefMut};
use std::sync::atomic::{AtomicUsize, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection, AnyPool};
use tokio::sync::{Mutex, MutexGuard};

use super::Fault;

/// Where connections to read with come from.
pub(crate) enum Readers {
    /// A pool, which looks after connections that can break.
    Pool(AnyPool),
    /// Connections to a file, which cannot. The pool asks each connection that comes back whether
    /// it still works, and with SQLite that takes as long as a short query.
    Kept(Kept),
}

/// A few connections, always open.
pub(crate) struct Kept {
    connections: Vec<Mutex<AnyConnection>>,
    next: AtomicUsize,
}

impl Kept {
    pub(crate) fn new(connections: Vec<AnyConnection>) -> Self {
        Self { connections: connections.into_iter().map(Mutex::new).collect(), next: AtomicUsize::new(0) }
    }

    /// One that is free, the first if it can be: its cache is the warmest. If none is, they are
    /// waited for in turn.
    async fn lend(&self) -> Reader<'_> {
        if let Some(free) = self.connections.iter().find_map(|connection| connection.try_lock().ok()) {
            return Reader::Kept(free);
        }
        let turn = self.next.fetch_add(1, Ordering::Relaxed) % self.connections.len();
        Reader::Kept(self.connections[turn].lock().await)
    }
}

impl Readers {
    pub(super) async fn lend(&self) -> Result<Reader<'_>, Fault> {
        match self {
            Self::Pool(pool) => Ok(Reader::Pooled(pool.acquire().await?)),
            Self::Kept(kept) => Ok(kept.lend().await),
        }
    }
}

/// A connection on loan.
pub(super) enum Reader<'a> {
    Pooled(PoolConnection<Any>),
    Kept(MutexGuard<'a, AnyConnection>),
}

impl Deref for Reader<'_> {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Kept(connection) => connection,
        }
    }
}

impl DerefMut for Reader<'_> {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        match self {
            Self::Pooled(connection) => connection,
            Self::Kept(connection) => connection,
        }
    }
}
