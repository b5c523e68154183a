//! Statistics of moderation: pure functions, no input or output, no panic.
//!
//! Every function returns `None` (or a `None` field) where the figure is undefined; it never
//! makes a NaN, and it never puts 0 in the place of "unknown". (Rounding alone hands back a value that
//! is not finite as it came.)

mod coefficient;
mod funnel;
mod gwet;
mod interval;
mod kappa;
mod matrix;
mod moderators;
mod rounding;
mod shrinkage;
mod survey;
mod weights;

#[cfg(test)]
mod tests;

pub use coefficient::{Chance, FEWEST_FOR_COEFFICIENTS, coefficient_interval};
pub use funnel::{Funnel, FunnelLimits, FunnelPosition, FunnelUnit, OverDispersion};
pub use gwet::{GwetAgreement, gwet_agreement};
pub use interval::{Estimate, Figure, NoInterval, Z_95, Z_998, normal_interval, share_interval, t_interval, wilson};
pub use kappa::{WeightedKappa, weighted_kappa};
pub use matrix::{AgreementMatrix, MAX_CATEGORIES};
pub use moderators::{JudgedBy, ModeratorEffect, moderator_effect};
pub use rounding::{round_five_up, round_to_nearest_five};
pub use shrinkage::{Shrinkage, UnitEstimate, pooled_variance, shrink};
pub use survey::{StratumSample, WeightedMean, Whole, mean};
pub use weights::AgreementWeights;
