//! Who there is: setting up the trust, its staff, classes and pupils.

mod classes;
mod corrections;
mod letters;
mod pupils;
mod register;
mod staff;
mod trust;
