//! Working with the systems that schools already have.
