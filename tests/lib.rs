//! Black-box tests of the service.
