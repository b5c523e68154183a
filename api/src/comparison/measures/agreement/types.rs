//! The objects of `moderationAgreement`.

use async_graphql::{InputObject, SimpleObject, Union};
use plumbline_entity::{
    agreement_cell::AgreementBasis, assessment_window::Term, grade, moderation_exercise::ModerationLevel,
};

use super::figures::{Boundary, Figures};
use crate::comparison::cube::{Interval, NoFigure, NotComparable, Provenance, RowKey, Withheld};
use crate::error::Error;
use crate::graphql::Each;

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

/// Which moderations are asked about side by side.
#[derive(InputObject)]
pub struct ModerationAgreementsWhere {
    /// The code of the subject, such as `writing`.
    pub subject: String,
    /// The assessment windows, 1 to 10 of them, of one academic year or of several.
    pub windows: Vec<AgreementWindow>,
    /// How far the exercises reach.
    #[graphql(default_with = "ModerationLevel::Trust")]
    pub level: ModerationLevel,
}

/// An assessment window, by its academic year and term.
#[derive(Clone, Copy, Debug, PartialEq, Eq, InputObject)]
pub struct AgreementWindow {
    /// The academic year, by the year in which it starts: 2025 is 2025/26.
    pub academic_year: i32,
    /// The term of the assessment window.
    pub window: Term,
}

impl ModerationAgreementsWhere {
    /// Each window as a question of its own, once, in the order asked for.
    ///
    /// # Errors
    /// There are none, or too many.
    pub fn each(self) -> Result<Vec<ModerationAgreementWhere>, Error> {
        const MOST: usize = 10;
        let Self { subject, windows, level } = self;
        if !(1..=MOST).contains(&windows.len()) {
            return Err(Error::bad_input(format!("Give 1 to {MOST} `windows`; there are {}.", windows.len())));
        }
        let mut each: Vec<AgreementWindow> = Vec::new();
        for window in windows {
            if !each.contains(&window) {
                each.push(window);
            }
        }
        let asked = |AgreementWindow { academic_year, window }| {
            let subject = subject.clone();
            ModerationAgreementWhere { subject, academic_year, window, level }
        };
        Ok(each.into_iter().map(asked).collect())
    }
}

/// How far first judgements agree with moderated ones, in rows by the dimensions asked for.
#[derive(SimpleObject)]
pub struct ModerationAgreement {
    /// The academic year that was asked for, by the year in which it starts.
    pub academic_year: i32,
    /// The term of the assessment window that was asked for.
    pub term: Term,
    /// Where the figures come from.
    #[graphql(flatten)]
    pub provenance: Provenance,
    /// With which grades first ones are compared.
    pub basis: AgreementBases,
    /// Whether intervals hold how far moderators differ. False where that is not known, and moderators are taken for one: no school had two
    /// moderators, or there is no edition of this build yet. Intervals are then too narrow if moderators differ.
    pub allows_for_moderators: bool,
    /// What it was computed on, as far as you may see it.
    pub population: AgreementPopulation,
    /// The rows, by school, phase, year group, class and group. A place or group that has no row has no moderated judgement, or of protected ones none that counts.
    #[graphql(directive = crate::graphql::cost::list_size::apply(Some(20), None, None))]
    pub rows: Each<AgreementRow>,
}

/// With which grades first ones are compared.
#[derive(Clone, Copy, SimpleObject)]
pub struct AgreementBases {
    /// By `exact`, `withinOne`, `weightedKappa` and `ac2`: how reliable judging is.
    pub reliability: AgreementBasis,
    /// By all others: in which direction first judgements err.
    pub direction: AgreementBasis,
}

/// What agreement was computed on, as far as the viewer may see it. Of protected figures these are protected counts. Null is what was
/// not counted: where there is no exercise, or none of which there is an edition, nothing says how many pupils were judged.
#[derive(SimpleObject)]
pub struct AgreementPopulation {
    /// Pupils with a judgement in the subject and window; codes that are not grades do not count.
    pub pupils: Option<i64>,
    /// Schools that they are of.
    pub schools: Option<i64>,
    /// Judgements that were drawn for moderation.
    pub sampled: Option<i64>,
    /// Judgements that were moderated: they have an agreed grade or a second judgement; with `basis` BLIND_SECOND, a second judgement.
    pub moderated: Option<i64>,
}

/// A row: what it is about, and its figures or why there are none.
#[derive(SimpleObject)]
pub struct AgreementRow {
    /// What the row is about.
    pub key: RowKey,
    /// Its figures, or why there are none.
    pub result: AgreementResult,
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

/// How far first judgements agree with others. How reliable they are is told by second judgements, which were made blind; in which
/// direction they err by agreed grades, or where none is agreed by the second judgement's. `basis` compares all with one of them. Shares and means are weighted by the inverse of the
/// inclusion probability, so that they speak for all judgements and not for those that were drawn.
#[derive(SimpleObject)]
pub struct Agreement {
    /// Moderated judgements that the row counts: how many there are where figures are exact; else a protected count.
    pub n: u32,
    /// Judgements with which reliability is told: they have a second judgement. 0 where fewer have one than the threshold of disclosure control. Of
    /// protected figures by pupil group it may be a little more or less than `n`, for each comparison exchanges groups by itself.
    pub judged_twice: u32,
    /// How many moderators judged them. With one, a shift may be that person's severity: intervals hold that, as far as moderators
    /// were seen to differ. Null for protected figures.
    pub moderators: Option<u32>,
    /// Share whose second grade equals the first; interval by binomial tails on the effective sample size.
    pub exact: Option<Interval>,
    /// Share whose second grade is the first or next to it; interval by binomial tails on the effective sample size.
    pub within_one: Option<Interval>,
    /// Cohen's kappa with quadratic weights. Null where all work is of one grade, and for fewer than five judgements, each
    /// counted by what it weighs (docs/statistics.md).
    pub weighted_kappa: Option<Interval>,
    /// Gwet's AC2 with quadratic weights: keeps its sense where nearly all work is of one grade. Null as `weightedKappa`
    /// for too few.
    pub ac2: Option<Interval>,
    /// Mean of moderated minus first, in grades: below 0, the first judgements were generous.
    pub shift: Option<Interval>,
    /// The shift less that of all other rows of the answer that have figures: whether the row differs from the rest. Above 0, its first
    /// judgements were more severe than theirs. Read this one, and not `shift`, to find who stands apart; where a whole trust is generous,
    /// every row has a shift below 0. Null where no other row has figures.
    pub difference_to_rest: Option<Interval>,
    /// The shift drawn towards the mean of all rows shown, the more the less is known of this one
    /// (a hierarchical model with flat priors): the figure to show beside the raw one. Null for fewer than three rows.
    pub shrunken_shift: Option<Interval>,
    /// Of the judgements of the row, the share that its figures speak for, 0 to 1. The others are of grades of a class of which nothing was moderated.
    /// Null for protected figures, where it would tell of few pupils, and for rows by pupil group.
    pub represented: Option<f64>,
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

impl AgreementRow {
    /// What is answered of a row; `grades` are those of the scale, lowest first.
    pub fn told(key: &RowKey, row: &Result<Figures, NoFigure>, grades: &[grade::Model]) -> Self {
        let result = match row {
            Ok(figures) => AgreementResult::Agreement(Agreement::told(figures, grades)),
            Err(NoFigure::Withheld(withheld)) => AgreementResult::Withheld(*withheld),
            Err(NoFigure::NotComparable(not_comparable)) => AgreementResult::NotComparable(*not_comparable),
        };
        Self { key: key.clone(), result }
    }
}

impl Agreement {
    fn told(figures: &Figures, grades: &[grade::Model]) -> Self {
        let code = |rank: usize| grades.get(rank).map(|grade| grade.code.clone()).unwrap_or_default();
        let boundary = |boundary: &Boundary| AgreementBoundary {
            grade: code(boundary.rank),
            raised: boundary.raised,
            lowered: boundary.lowered,
            generosity: boundary.generosity.map(Into::into),
        };
        let pair =
            |&(from, to, count): &(usize, usize, u32)| AgreementMatrixCell { from: code(from), to: code(to), count };
        Self {
            n: figures.n,
            judged_twice: figures.judged_twice,
            moderators: figures.moderators,
            exact: figures.exact.map(Into::into),
            within_one: figures.within_one.map(Into::into),
            weighted_kappa: figures.kappa.map(Into::into),
            ac2: figures.ac2.map(Into::into),
            shift: figures.shift.map(Into::into),
            difference_to_rest: figures.difference_to_rest.map(Into::into),
            shrunken_shift: figures.shrunken_shift.map(Into::into),
            represented: figures.represented,
            boundaries: figures.boundaries.iter().map(boundary).collect(),
            matrix: figures.matrix.iter().map(pair).collect(),
        }
    }
}
