//! Disclosure control against an independent attacker, and what it costs.

mod attack;
mod attacker;
mod cost;
mod trusts;
mod ways;
