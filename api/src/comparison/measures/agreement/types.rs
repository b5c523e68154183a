//! The objects of `moderationAgreement`.

use async_graphql::{Context, InputObject, Object, Result, SimpleObject, Union};
use chrono::{DateTime, Utc};
use plumbline_entity::{
    assessment_window::Term,
    judgement_cell::GroupAttribute,
    moderation_exercise::{ExerciseState, ModerationLevel},
    year_group::YearGroup,
};

use super::keys::RowKey;
use crate::{
    comparison::frame::{FigurePrecision, Interval, NotComparable, Withheld},
    graphql::load,
    organisation::{Class, Phase, School},
};

/// Which moderation is asked about.
#[derive(InputObject)]
pub struct ModerationAgreementWhere {
    /// The code of the subject, such as `writing`.
    pub subject: String,
    /// The academic year, by the year in which it starts: 2025 is 2025/26.
    pub academic_year: i32,
    /// The term of the assessment window.
    pub window: Term,
    /// How far the exercises reach.
    #[graphql(default_with = "ModerationLevel::Trust")]
    pub level: ModerationLevel,
}

/// How far first judgements agree with moderated ones, in rows by the dimensions asked for.
#[derive(SimpleObject)]
pub struct ModerationAgreement {
    /// Whether the figures are exact or protected.
    pub precision: FigurePrecision,
    /// The editions that protected figures come from; none for exact ones.
    pub editions: Vec<AgreementEdition>,
    /// Exercises that have no edition, for those who compare all schools: not released, or of which too few works were
    /// moderated: fewer than half of the sample, or than four times the threshold.
    pub under_way: Vec<AgreementUnderWay>,
    /// What it was computed on, as far as you may see it.
    pub population: AgreementPopulation,
    /// The rows, by school, phase, year group, class and group. A place or group that has no row has no moderated judgement, or of protected ones none that counts.
    #[graphql(directive = crate::graphql::cost::list_size::apply(Some(20), None, None))]
    pub rows: Vec<AgreementRow>,
}

/// An edition: the protected figures of an exercise, as they were made when it was released. They stay what they are;
/// a next edition is made at a later release, and only once enough works have changed.
#[derive(SimpleObject)]
pub struct AgreementEdition {
    /// The title of the exercise.
    pub exercise: String,
    /// Counts the editions of the exercise, from 1.
    pub number: i32,
    /// When it was made: what was recorded later is not in it.
    pub as_of: DateTime<Utc>,
}

/// An exercise that has no edition.
#[derive(SimpleObject)]
pub struct AgreementUnderWay {
    /// The title of the exercise.
    pub exercise: String,
    /// How far it has come.
    pub state: ExerciseState,
    /// How much of the sample was judged a second time, in steps of ten per cent, rounded down.
    pub judged_percent: i32,
}

/// What agreement was computed on, as far as the viewer may see it. Of protected figures these are protected counts.
#[derive(SimpleObject)]
pub struct AgreementPopulation {
    /// Pupils with a judgement in the subject and window; codes that are not grades do not count.
    pub pupils: Option<i64>,
    /// Schools that they are of.
    pub schools: i64,
    /// Judgements that were drawn for moderation.
    pub sampled: Option<i64>,
    /// Judgements that were moderated: they have an agreed grade or a second judgement.
    pub moderated: Option<i64>,
}

/// A row: what it is about, and its figures or why there are none.
#[derive(SimpleObject)]
pub struct AgreementRow {
    /// What the row is about.
    pub key: AgreementKey,
    /// Its figures, or why there are none.
    pub result: AgreementResult,
}

/// What a row is about; null for the dimensions that were not asked for.
pub struct AgreementKey {
    pub(super) key: RowKey,
    pub(super) attribute: GroupAttribute,
}

/// What a row is about; null for the dimensions that were not asked for.
#[Object]
impl AgreementKey {
    /// The school.
    async fn school(&self, ctx: &Context<'_>) -> Result<Option<School>> {
        match self.key.school {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// The phase; null too for year groups that the trust has put into none.
    async fn phase(&self, ctx: &Context<'_>) -> Result<Option<Phase>> {
        match self.key.phase {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// The year group.
    async fn year_group(&self) -> Option<YearGroup> {
        self.key.year_group
    }

    /// The class.
    async fn class(&self, ctx: &Context<'_>) -> Result<Option<Class>> {
        match self.key.class {
            Some(id) => Ok(load(ctx, id).await?),
            None => Ok(None),
        }
    }

    /// The pupil group.
    async fn group(&self) -> Option<PupilGroup> {
        Some(PupilGroup { attribute: self.attribute, value: self.key.group.clone()? })
    }
}

/// A group of pupils: those with one value of one attribute.
#[derive(SimpleObject)]
pub struct PupilGroup {
    /// The attribute.
    pub attribute: GroupAttribute,
    /// Its value: FEMALE or MALE; YES or NO; NONE, SUPPORT or PLAN; UNKNOWN where it was not recorded.
    pub value: String,
}

/// The figures of a row, or why there are none.
#[derive(Union)]
#[expect(clippy::large_enum_variant, reason = "most rows are figures")]
pub enum AgreementResult {
    /// Figures.
    Agreement(Agreement),
    /// Withheld, so that no child is given away.
    Withheld(Withheld),
    /// Not to be compared with the other rows.
    NotComparable(NotComparable),
}

/// How far first judgements agree with moderated ones. The moderated grade is the agreed one, or
/// where none is agreed the second judgement's. Shares and means are weighted by the inverse of the
/// inclusion probability, so that they speak for all judgements and not for those that were drawn.
#[derive(SimpleObject)]
pub struct Agreement {
    /// Moderated judgements that the row counts: how many there are where figures are exact; else a protected count.
    pub n: u32,
    /// Share whose moderated grade equals the first; Wilson's interval on the effective sample size.
    pub exact: Option<Interval>,
    /// Share whose moderated grade is the first or next to it; Wilson's interval on the effective sample size.
    pub within_one: Option<Interval>,
    /// Cohen's kappa with quadratic weights; large-sample interval of Fleiss, Cohen and Everitt (1969). Null where all work is of one grade.
    pub weighted_kappa: Option<Interval>,
    /// Gwet's AC2 with quadratic weights: keeps its sense where nearly all work is of one grade.
    pub ac2: Option<Interval>,
    /// Mean of moderated minus first, in grades: below 0, the first judgements were generous.
    pub shift: Option<Interval>,
    /// The shift drawn towards the mean of all rows shown, the more the less is known of this one
    /// (empirical Bayes): the figure to show beside the raw one. Null for fewer than three rows.
    pub shrunken_shift: Option<Interval>,
    /// The same, boundary by boundary between one grade and the next.
    pub boundaries: Vec<AgreementBoundary>,
    /// How many went from which grade to which; pairs that nobody went are left out.
    pub matrix: Vec<AgreementMatrixCell>,
}

/// The boundary below a grade: who crossed it in moderation.
#[derive(SimpleObject)]
pub struct AgreementBoundary {
    /// The code of the grade above the boundary.
    pub grade: String,
    /// Judgements that moderation raised over it, as `n` counts them.
    pub raised: u32,
    /// Judgements that moderation lowered under it, as `n` counts them.
    pub lowered: u32,
    /// Lowered less raised, as a share of the judgements, weighted: above 0, the first judgements were generous here.
    pub generosity: Option<Interval>,
}

/// How many moderated judgements went from one grade to another.
#[derive(SimpleObject)]
pub struct AgreementMatrixCell {
    /// The code of the first grade.
    pub from: String,
    /// The code of the moderated grade.
    pub to: String,
    /// How many, as `n` counts them; not weighted.
    pub count: u32,
}
