//! Sign-ins with a password at the Passport door.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread::JoinHandle;

use anyhow::{Context, Result, ensure};

use crate::population::{PASSWORD, user};
use crate::service::doors;

/// Signs a user in with the password, over a connection of its own.
///
/// # Errors
/// When there is no ticket.
pub fn sign_in(number: usize, http: SocketAddr) -> Result<()> {
    let mut stream = doors::connect(number, http)?;
    let (handle, password) = (user(number).replace('@', "%40"), PASSWORD.replace(' ', "%20"));
    let request = format!(
        "GET /login2.srf HTTP/1.1\r\n\
         Authorization: Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,\
         sign-in={handle},pwd={password},lc=1033,id=507,tw=40,kv=5\r\n\
         User-Agent: MSMSGS\r\nHost: login.passport.com\r\nConnection: close\r\nCache-Control: no-cache\r\n\r\n"
    );
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    ensure!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("from-PP='"), "no ticket: {answer:?}");
    Ok(())
}

/// People that sign in again and again, each over and over.
#[derive(Debug)]
pub struct Flood {
    stop: Arc<AtomicBool>,
    done: Arc<AtomicUsize>,
    threads: Vec<JoinHandle<Result<()>>>,
}

impl Flood {
    /// Lets so many users begin, from number `first` on.
    pub fn begin(http: SocketAddr, first: usize, people: usize) -> Self {
        let (stop, done) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let begin = |number| {
            let (stop, done) = (Arc::clone(&stop), Arc::clone(&done));
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    sign_in(number, http)?;
                    done.fetch_add(1, Ordering::Relaxed);
                }
                Ok(())
            })
        };
        let threads = (first..first + people).map(begin).collect();
        Self { stop, done, threads }
    }

    /// The number of sign-ins so far.
    pub fn done(&self) -> usize {
        self.done.load(Ordering::Relaxed)
    }

    /// Lets them end.
    ///
    /// # Errors
    /// When one of them was refused.
    pub fn end(mut self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        for thread in self.threads.drain(..) {
            thread.join().ok().context("a client panicked")??;
        }
        Ok(())
    }
}

impl Drop for Flood {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
    }
}
