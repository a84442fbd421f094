//! Two peers on a simulated wire with virtual time.

mod direct;
mod files;
mod hostile;
mod lossy;
mod objects;
mod pair;
mod quirks;
mod real_clients;
mod script;
mod vectors;
