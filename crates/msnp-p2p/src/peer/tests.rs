//! Two peers on a simulated wire with virtual time.

mod direct;
mod endings;
mod files;
mod hostile;
mod lossy;
mod negotiation;
mod objects;
mod pair;
mod quirks;
mod real_clients;
mod script;
mod times;
mod vectors;
