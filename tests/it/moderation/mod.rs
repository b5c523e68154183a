//! A1: the trust moderates across its schools.

mod exercise;
