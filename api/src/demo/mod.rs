//! The demo trust.
