//! Disclosure control against an independent attacker.

mod attack;
mod attacker;
mod rules;
