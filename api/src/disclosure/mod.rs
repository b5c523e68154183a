//! Which cells may be released.
