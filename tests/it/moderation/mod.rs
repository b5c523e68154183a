//! The trust moderates across its schools.

mod exercise;
