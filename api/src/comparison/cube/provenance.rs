//! Where figures come from, and the reasons why there are none: what every answer says of itself.

use async_graphql::{Enum, SimpleObject};
use chrono::{DateTime, Utc};
use plumbline_entity::{agreement_edition, moderation_exercise, moderation_exercise::ExerciseState};

use plumbline_statistics::{Estimate, Figure, NoInterval};

/// A figure with its 95 % interval, where that is known.
#[derive(Clone, Copy, Debug, PartialEq, SimpleObject)]
pub struct Interval {
    /// The figure.
    pub estimate: f64,
    /// Lower end of the 95 % interval; null where none is known.
    pub low: Option<f64>,
    /// Upper end of the 95 % interval; null where none is known.
    pub high: Option<f64>,
    /// Why there is no interval; null where there is one.
    pub no_interval: Option<NoIntervalReason>,
}

/// Why a figure has no interval.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum NoIntervalReason {
    /// There are too few judgements to tell how far the figure may be off.
    TooFew,
}

impl From<Figure> for Interval {
    fn from(Figure { estimate, interval }: Figure) -> Self {
        match interval {
            Ok((low, high)) => Self { estimate, low: Some(low), high: Some(high), no_interval: None },
            Err(NoInterval::TooFew) => {
                Self { estimate, low: None, high: None, no_interval: Some(NoIntervalReason::TooFew) }
            }
        }
    }
}

impl From<Estimate> for Interval {
    fn from(Estimate { estimate, low, high }: Estimate) -> Self {
        Self { estimate, low: Some(low), high: Some(high), no_interval: None }
    }
}

/// A row whose figures are not given, so that no child is given away.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct Withheld {
    /// Why.
    pub reason: NoFigureReason,
}

/// A row whose figures could be worked out but would mean nothing beside the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct NotComparable {
    /// Why.
    pub reason: NoFigureReason,
}

/// Why a row has no figures. One enum for every kind of row without them, so that a client asks for `reason` of
/// each under one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum NoFigureReason {
    /// Withheld: the row counts fewer pupils than the threshold, as it counts them (protected or, of published figures, exactly).
    SmallCount,
    /// Withheld: too few schools contribute.
    TooFewSchools,
    /// Not comparable: no moderator who judged its work judged work of the other schools, directly or by a chain of
    /// others: a severe school and a generous moderator cannot be told apart.
    NoSharedJudge,
    /// Not published: the measure does not apply (`NA`).
    NotApplicable,
    /// Not published, without a further reason (`NP`).
    NotPublished,
    /// Not published: no pupils were entered (`NE`).
    NoEntries,
    /// Not published: too few pupils have known results (`LOWCOV`).
    LowCoverage,
    /// Not published: the school is new (`NEW`).
    NewSchool,
    /// Not published: the school submitted no results (`DNS`).
    NotSubmitted,
    /// A share was published, and of no eligible pupils.
    NoEligiblePupils,
    /// Not published, and the table says nothing in its place; or an earlier build imported it, and importing it again tells.
    NotStated,
}

/// What figures are computed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum FigurePrecision {
    /// True counts: you see the pupils, or a grant gives you exact figures.
    Exact,
    /// The protected counts of editions: each pupil counts 0, 1, 2 or more times by lot, and what few share was
    /// exchanged with others. Intervals hold what that adds.
    Protected,
}

/// Why a row has no figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoFigure {
    /// They would give a child away.
    Withheld(Withheld),
    /// They would mean nothing beside the others.
    NotComparable(NotComparable),
}

impl NoFigure {
    /// Withheld, for a reason.
    pub const fn withheld(reason: NoFigureReason) -> Self {
        Self::Withheld(Withheld { reason })
    }

    /// Not to be compared with the others, for a reason.
    pub const fn not_comparable(reason: NoFigureReason) -> Self {
        Self::NotComparable(NotComparable { reason })
    }
}

/// What an answer says of where its figures come from. Flattened into the type of each measure.
#[derive(SimpleObject)]
pub struct Provenance {
    /// Whether the figures are exact or protected.
    pub precision: FigurePrecision,
    /// The editions that protected figures come from; none for exact ones.
    pub editions: Vec<Edition>,
    /// Exercises that have no edition, for those who compare all schools: not released, or of which too few works were
    /// moderated: fewer than half of the sample, or than four times the threshold.
    pub under_way: Vec<UnderWay>,
}

/// An edition: the protected figures of an exercise, as they were made when it was released. They stay what they are;
/// a next edition is made at a later release, and only once enough works have changed.
#[derive(SimpleObject)]
#[graphql(name = "AgreementEdition")]
pub struct Edition {
    /// The title of the exercise.
    pub exercise: String,
    /// Counts the editions of the exercise, from 1.
    pub number: i32,
    /// When it was made: what was recorded later is not in it.
    pub as_of: DateTime<Utc>,
}

/// An exercise that has no edition.
#[derive(SimpleObject)]
#[graphql(name = "AgreementUnderWay")]
pub struct UnderWay {
    /// The title of the exercise.
    pub exercise: String,
    /// How far it has come.
    pub state: ExerciseState,
    /// How much of the sample was judged a second time, in steps of ten per cent, rounded down.
    pub judged_percent: i32,
}

impl Edition {
    /// What is told of an edition of one of these exercises.
    pub fn told(edition: &agreement_edition::Model, exercises: &[moderation_exercise::Model]) -> Self {
        let exercise = exercises.iter().find(|exercise| exercise.id == edition.exercise_id);
        Self {
            exercise: exercise.map(|exercise| exercise.title.clone()).unwrap_or_default(),
            number: edition.number,
            as_of: edition.made_at,
        }
    }
}

impl UnderWay {
    /// How far an exercise has come, in steps of ten per cent: too coarse to tell whose work was judged last.
    pub fn told(exercise: &moderation_exercise::Model, sampled: i64, judged: i64) -> Self {
        let share = if sampled == 0 { 0 } else { judged * 10 / sampled * 10 };
        Self {
            exercise: exercise.title.clone(),
            state: exercise.state,
            judged_percent: i32::try_from(share).unwrap_or(0),
        }
    }
}
