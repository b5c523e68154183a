//! What all slices stand on.

mod scope;
