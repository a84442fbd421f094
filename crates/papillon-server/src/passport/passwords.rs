//! Passwords: made into argon2id hashes, and checked against them by a bounded pool.
//!
//! A hash costs 19 MiB and some ten milliseconds of a processor, on purpose. So not more than a
//! few run at once, not more than a few hundred wait, and the memory is kept for the next one for up to a minute.

#[cfg(feature = "fuzzing")]
pub(super) mod fuzzing;
mod working_memory;

use std::fmt;
use std::sync::Arc;

use argon2::password_hash::phc::{Output, ParamsString, Salt};
use argon2::{Algorithm, Argon2, Block, Params, PasswordHash, Version};
use subtle::ConstantTimeEq;
use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use self::working_memory::WorkingMemory;
use super::background::in_background;
use crate::counts::Level;

/// The most sign-ins that wait for their hash; further ones are refused.
const WAITING: usize = 256;
/// The most a stored hash may ask for. Ours ask for 19 MiB and two passes; this leaves room for
/// accounts brought from elsewhere and none for a damaged row.
const MAX_MEMORY_KIB: u32 = 256 * 1024;
const MAX_PASSES: u32 = 16;
const MAX_LANES: u32 = 16;

/// A password cannot be made into a hash.
#[derive(Debug, thiserror::Error)]
#[error("the password could not be hashed: {0}")]
pub struct HashError(argon2::password_hash::Error);

/// A password was not judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// Too many wait already, or the service is going down.
    #[error("too many sign-ins at once")]
    Busy,
    /// The stored hash is not an argon2 hash of a reasonable cost. The account needs a new password.
    #[error("the stored password hash cannot be read")]
    BadHash,
}

/// Too many passwords are waiting already, or the service is going down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many sign-ins at once")]
pub struct Crowded;

/// Makes a password into a PHC string: argon2id, 19 MiB, two passes, one lane, a random salt.
/// It takes its time and blocks the thread.
///
/// # Errors
/// When the system has no randomness or no memory to give.
pub fn hash_password(password: &str) -> Result<String, HashError> {
    hash_in(&mut Vec::new(), password)
}

/// As [`hash_password`], in memory that is there already. The allocator would not give 19 MiB that come and go on many
/// threads back to the system for long.
fn hash_in(blocks: &mut Vec<Block>, password: &str) -> Result<String, HashError> {
    let argon2 = cost();
    let salt = Salt::generate();
    let mut output = Zeroizing::new([0; Params::DEFAULT_OUTPUT_LEN]);
    make_room(blocks, &argon2);
    argon2
        .hash_password_into_with_memory(password.as_bytes(), &salt, &mut *output, blocks.as_mut_slice())
        .map_err(|error| HashError(error.into()))?;
    let hash = PasswordHash {
        algorithm: Algorithm::Argon2id.ident(),
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(argon2.params()).map_err(HashError)?,
        salt: Some(salt),
        hash: Some(Output::new(&*output).map_err(|error| HashError(error.into()))?),
    };
    Ok(hash.to_string())
}

fn make_room(blocks: &mut Vec<Block>, argon2: &Argon2<'_>) {
    let needed = argon2.params().block_count();
    if blocks.len() < needed {
        blocks.resize(needed, Block::new());
    }
}

fn cost() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

/// Checks passwords, some at a time.
pub struct Passwords {
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
    memory: Arc<WorkingMemory>,
    dummy: Arc<Stored>,
    /// Passwords that wait for their turn, and those in work.
    pub(crate) waiting: Arc<Level>,
    pub(crate) in_work: Arc<Level>,
}

impl Passwords {
    /// A pool that works out at most `parallelism` hashes at once (at least one). Each takes 19 MiB, which are kept for
    /// the next one and freed after a minute without one.
    pub fn new(parallelism: usize) -> Self {
        let parallelism = parallelism.clamp(1, 1024);
        Self {
            running: Arc::new(Semaphore::new(parallelism)),
            // Running ones count here as well.
            admitted: Arc::new(Semaphore::new(parallelism + WAITING)),
            memory: Arc::new(WorkingMemory::new(parallelism)),
            dummy: Arc::new(Stored::dummy()),
            waiting: Arc::default(),
            in_work: Arc::default(),
        }
    }

    /// Whether `password` is the one that `stored` is the hash of. Without a stored hash the same
    /// work is done and the answer is no: the time does not tell whether an account exists.
    ///
    /// The work goes on when the caller gives up, and keeps `held` until it is done, so that giving up does not make
    /// room for more.
    ///
    /// # Errors
    /// [`VerifyError::Busy`] when 256 wait already, [`VerifyError::BadHash`] when `stored` is no
    /// argon2 hash.
    pub async fn verify(
        &self,
        password: Zeroizing<String>,
        stored: Option<&str>,
        held: impl Send + 'static,
    ) -> Result<bool, VerifyError> {
        let stored = match stored {
            Some(phc) => Arc::new(Stored::parse(phc).ok_or(VerifyError::BadHash)?),
            None => Arc::clone(&self.dummy),
        };
        let (memory, runtime) = (Arc::clone(&self.memory), Handle::current());
        let work = move || {
            let _held = held;
            memory.lend(&runtime, |blocks| stored.matches(&password, blocks))
        };
        self.work(work).await.unwrap_or(Err(VerifyError::Busy))
    }

    /// [`hash_password`] on the pool.
    ///
    /// # Errors
    /// [`Crowded`] when 256 wait already.
    pub async fn hash(&self, password: Zeroizing<String>) -> Result<Result<String, HashError>, Crowded> {
        self.hash_holding(password, ()).await
    }

    /// [`hash`](Self::hash) that keeps `held` until it is done, as [`verify`](Self::verify) does.
    pub(super) async fn hash_holding(
        &self,
        password: Zeroizing<String>,
        held: impl Send + 'static,
    ) -> Result<Result<String, HashError>, Crowded> {
        let (memory, runtime) = (Arc::clone(&self.memory), Handle::current());
        self.work(move || {
            let _held = held;
            memory.lend(&runtime, |blocks| hash_in(blocks, &password))
        })
        .await
    }

    /// The turns to give away at once: one for each hash that is worked out, and half as many again, so that no
    /// processor waits while the next account is looked up.
    pub(super) fn turns(&self) -> usize {
        self.memory.max + self.memory.max.div_ceil(2).min(WAITING)
    }

    async fn work<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Crowded> {
        // The first permit is refused at once, the second is waited for: the queue is bounded, and in order.
        let admitted = Arc::clone(&self.admitted).try_acquire_owned().map_err(|_| Crowded)?;
        let waiting = self.waiting.enter();
        let running = Arc::clone(&self.running).acquire_owned().await.map_err(|_| Crowded)?;
        drop(waiting);
        let in_work = self.in_work.enter();
        // The permits move into the thread: a blocking task runs on when its caller is dropped, and so does the count.
        let work = tokio::task::spawn_blocking(move || {
            let _held = (admitted, running, in_work);
            in_background(work)
        });
        work.await.map_err(|_| Crowded)
    }
}

impl fmt::Debug for Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Passwords")
            .field("free", &self.running.available_permits())
            .field("admitting", &self.admitted.available_permits())
            .finish_non_exhaustive()
    }
}

/// A PHC string taken apart.
struct Stored {
    argon2: Argon2<'static>,
    salt: Salt,
    output: Output,
    /// Whether a match counts.
    real: bool,
}

impl Stored {
    fn parse(phc: &str) -> Option<Self> {
        let hash = PasswordHash::new(phc).ok()?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).ok()?;
        // A PHC string may leave the version out; then it is the usual one.
        let version = hash.version.map(Version::try_from).transpose().ok()?.unwrap_or_default();
        let params = Params::try_from(&hash).ok()?;
        let dear =
            params.m_cost() > MAX_MEMORY_KIB || params.t_cost() > MAX_PASSES || params.p_cost() > MAX_LANES;
        (!dear).then_some(())?;
        Some(Self {
            argon2: Argon2::new(algorithm, version, params),
            salt: hash.salt?,
            output: hash.hash?,
            real: true,
        })
    }

    /// Of no password, but as dear as any.
    fn dummy() -> Self {
        let salt: [u8; 16] = rand::random();
        let output: [u8; Params::DEFAULT_OUTPUT_LEN] = rand::random();
        Self {
            argon2: cost(),
            salt: Salt::new(&salt).expect("16 bytes are a salt"),
            output: Output::new(&output).expect("32 bytes are an output"),
            real: false,
        }
    }

    fn matches(&self, password: &str, blocks: &mut Vec<Block>) -> Result<bool, VerifyError> {
        make_room(blocks, &self.argon2);
        let mut output = Zeroizing::new([0; Output::MAX_LENGTH]);
        // As long as the stored one: hashes brought from elsewhere need not have 32 bytes.
        let output = output.get_mut(..self.output.len()).ok_or(VerifyError::BadHash)?;
        self.argon2
            .hash_password_into_with_memory(password.as_bytes(), &self.salt, output, blocks.as_mut_slice())
            .map_err(|_| VerifyError::BadHash)?;
        // `real` last, so that both cases do the same work.
        Ok(bool::from(output.ct_eq(self.output.as_bytes())) && self.real)
    }
}

#[cfg(test)]
mod tests {
    use argon2::PasswordHasher;

    use super::*;

    /// A hash that is quickly worked out.
    fn cheap(password: &str) -> String {
        let params = Params::new(64, 1, 1, None).unwrap();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        argon2.hash_password(password.as_bytes()).unwrap().to_string()
    }

    fn password(text: &str) -> Zeroizing<String> {
        Zeroizing::new(text.to_owned())
    }

    #[tokio::test]
    async fn a_hash_knows_its_password() {
        let stored = hash_password("s3cret, ü").unwrap();
        assert!(stored.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{stored}");
        assert_ne!(stored, hash_password("s3cret, ü").unwrap());
        let pool = Passwords::new(2);
        assert_eq!(pool.verify(password("s3cret, ü"), Some(&stored), ()).await, Ok(true));
        assert_eq!(pool.verify(password("s3cret, u"), Some(&stored), ()).await, Ok(false));
        assert_eq!(pool.verify(password(""), Some(&stored), ()).await, Ok(false));
        let other = pool.hash(password("ü")).await.unwrap().unwrap();
        assert_eq!(pool.verify(password("ü"), Some(&other), ()).await, Ok(true));
    }

    #[tokio::test]
    async fn no_account_is_the_same_work_and_a_no() {
        let pool = Passwords::new(1);
        assert_eq!(pool.verify(password("x"), None, ()).await, Ok(false));
        assert_eq!(pool.memory.sizes(), [Params::DEFAULT.block_count()]);
        assert_eq!(pool.dummy.argon2.params(), cost().params());
    }

    #[tokio::test(start_paused = true)]
    async fn memory_is_kept_and_used_again_and_freed_after_a_minute() {
        let pool = Passwords::new(1);
        let stored = cheap("x");
        assert_eq!(pool.verify(password("x"), Some(&stored), ()).await, Ok(true));
        let first = pool.memory.places();
        assert_eq!(first.len(), 1);
        assert_eq!(pool.verify(password("y"), Some(&stored), ()).await, Ok(false));
        assert_eq!(pool.memory.places(), first);
        pool.hash(password("z")).await.unwrap().unwrap();
        let larger = pool.memory.places();
        pool.hash(password("z")).await.unwrap().unwrap();
        assert_eq!(pool.memory.places(), larger);
        for _ in 0..2 {
            tokio::task::yield_now().await;
            tokio::time::advance(working_memory::PAUSE).await;
        }
        while !pool.memory.places().is_empty() {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn what_is_no_hash_or_too_dear_is_an_error() {
        let pool = Passwords::new(1);
        for bad in [
            "",
            "secret",
            "$2y$10$abcdefghijklmnopqrstuv",
            "$argon2id$v=19$m=4294967295,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
            "$argon2id$v=19$m=64,t=4294967295,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
            "$argon2id$v=19$m=64,t=1,p=1",
        ] {
            assert_eq!(pool.verify(password("x"), Some(bad), ()).await, Err(VerifyError::BadHash), "{bad}");
        }
    }

    #[tokio::test]
    async fn who_finds_the_queue_full_is_turned_away() {
        let pool = Passwords::new(1);
        let stored = cheap("x");
        let running = Arc::clone(&pool.running).acquire_owned().await.unwrap();
        let mut waiting = Vec::new();
        for _ in 0..=WAITING {
            let mut one = Box::pin(pool.verify(password("x"), Some(&stored), ()));
            assert!(poll_once(&mut one).await.is_none());
            waiting.push(one);
        }
        assert_eq!(pool.verify(password("x"), Some(&stored), ()).await, Err(VerifyError::Busy));
        assert!(matches!(pool.hash(password("x")).await, Err(Crowded)));
        drop(running);
        for one in waiting {
            assert_eq!(one.await, Ok(true));
        }
    }

    /// Polls once.
    async fn poll_once<F: Future + Unpin>(future: &mut F) -> Option<F::Output> {
        std::future::poll_fn(|context| {
            std::task::Poll::Ready(match std::pin::Pin::new(&mut *future).poll(context) {
                std::task::Poll::Ready(output) => Some(output),
                std::task::Poll::Pending => None,
            })
        })
        .await
    }
}
