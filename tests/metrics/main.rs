//! The metrics listener: the numbers, their document, and the health of the service.

mod dashboard;
mod document;
mod health;
mod numbers;
mod scrape;
