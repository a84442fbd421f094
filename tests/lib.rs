//! Black-box tests of the service: `conformance/` holds the protocol, one module per area;
//! `dns/` asks the DNS listener; `metrics/` reads the metrics; `memory/`, `log/` and `secrets/` hold the tests that need a process of their own.
