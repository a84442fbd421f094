//! The metrics: what Prometheus reads, and the health of the service.
//!
//! Nothing is counted here. Each reading asks the [counts](crate::counts), the store and the system for the numbers of
//! now. `docs/metrics.md` has all names; a test compares it with what is shown.

mod families;
mod health;
mod history;
mod listener;
mod page;
mod process;

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, prometheus_text};
use prometheus_client::registry::Registry;

pub(crate) use health::{alive, ready};
pub(crate) use history::keep_history;
pub(crate) use listener::MetricsSite;

use crate::passport::Passport;
use crate::service::Service;
use page::Page;

/// The metrics of a service.
pub(crate) struct Metrics {
    registry: Registry,
}

impl Metrics {
    /// Of this service. Its names begin with `papillon_`; those of the process have the names that all programs use.
    pub(crate) fn of(service: Arc<Service>, passport: Arc<Passport>) -> Self {
        let mut registry = Registry::default();
        let own = registry.sub_registry_with_prefix("papillon");
        own.register_collector(Box::new(Own { service, passport }));
        registry.register_collector(Box::new(OfProcess));
        Self { registry }
    }

    /// All of them in Prometheus' text format. It blocks the thread a little.
    ///
    /// # Errors
    /// None that is known: a text takes every word.
    fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        prometheus_text::encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

/// The numbers of the service.
struct Own {
    service: Arc<Service>,
    passport: Arc<Passport>,
}

impl Collector for Own {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        families::show(&mut Page(encoder), &self.service, &self.passport)
    }
}

impl fmt::Debug for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Own").finish_non_exhaustive()
    }
}

/// The numbers of the process.
#[derive(Debug)]
struct OfProcess;

impl Collector for OfProcess {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        process::show(&mut Page(encoder))
    }
}
