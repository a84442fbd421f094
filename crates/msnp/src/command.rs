//! Verbs.

pub mod chg;
