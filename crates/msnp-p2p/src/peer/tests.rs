//! Two peers on a simulated wire with virtual time.

mod direct;
mod files;
mod hostile;
mod objects;
mod pair;
