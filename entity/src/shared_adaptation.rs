//! An adaptation that helped, for colleagues of all schools: it names no school, no class and no pupil.

use crate::{
    adaptation::{AdaptationAudience, AdaptationHelped, LearningNeed},
    entity::entity,
    year_group::YearGroup,
};

entity! {
    "shared_adaptation" {
        /// The subject.
        pub subject_id: Uuid,
        /// The adaptation that was made; nobody is shown it.
        pub adaptation_id: Uuid,
        /// The need that it answers.
        pub need: LearningNeed,
        /// For whom it was made.
        pub audience: AdaptationAudience,
        /// The youngest year group of the plan.
        pub lowest_year_group: YearGroup,
        /// The oldest year group of the plan.
        pub highest_year_group: YearGroup,
        /// What was done in another way, in words for colleagues who know neither the class nor the pupil.
        pub what: String,
        /// How far it helped.
        pub helped: AdaptationHelped,
        /// The day on which it was shared.
        pub shared_on: Date,
    }
}
