//! Network namespaces: networks of their own on this machine, whose packets can be lost and whose cables can be pulled.

use std::fs::File;
use std::os::fd::AsFd;

use anyhow::{Context, Result, anyhow, bail};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::process::Command;
use tokio::runtime::Builder;

use crate::bystanders::panic_message;
use crate::needs;

/// A namespace; it is removed with this value.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes one, with its loopback up.
    pub async fn make(purpose: &str) -> Result<Self> {
        needs::root()?;
        needs::tool("ip", "iproute2")?;
        let namespace = Self { name: format!("reliability{}-{purpose}", std::process::id()) };
        if run(&["ip", "netns", "add", &namespace.name]).await.is_err() {
            return needs::skip("no network namespace can be made here");
        }
        namespace.ip(&["link", "set", "lo", "up"]).await?;
        Ok(namespace)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Runs `ip` in it.
    pub async fn ip(&self, words: &[&str]) -> Result<()> {
        run(&[&["ip", "-n", &self.name], words].concat()).await
    }

    /// Runs a command in it.
    pub async fn exec(&self, words: &[&str]) -> Result<()> {
        run(&[&["ip", "netns", "exec", &self.name], words].concat()).await
    }

    /// Runs a task in it: the sockets and the programs that the task makes belong to it.
    pub async fn enter<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T>> + Send + 'static,
    ) -> Result<T> {
        let network = File::open(format!("/run/netns/{}", self.name))?;
        // A namespace belongs to a thread. A runtime of its own has threads that belong to no other task.
        let work = move || {
            let enter = move || {
                let entered = move_into_link_name_space(network.as_fd(), Some(LinkNameSpaceType::Network));
                assert!(entered.is_ok(), "a thread cannot enter its namespace: {entered:?}");
            };
            let mut builder = Builder::new_multi_thread();
            let runtime = builder.worker_threads(2).enable_all().on_thread_start(enter).build()?;
            let outcome = runtime.block_on(runtime.spawn(task));
            runtime.shutdown_background();
            outcome.unwrap_or_else(|error| Err(anyhow!(panic_message(error))))
        };
        tokio::task::spawn_blocking(work).await?
    }
}

async fn run(words: &[&str]) -> Result<()> {
    let ended = Command::new(words[0]).args(&words[1..]).output().await;
    let ended = ended.with_context(|| format!("{} cannot be run", words[0]))?;
    if !ended.status.success() {
        bail!("{}: {}", words.join(" "), String::from_utf8_lossy(&ended.stderr).trim());
    }
    Ok(())
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // It goes when the last process in it has ended.
        let _ = std::process::Command::new("ip").args(["netns", "del", &self.name]).status();
    }
}
