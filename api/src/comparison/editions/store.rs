//! What an edition is made from, and keeping it.

use std::collections::BTreeMap;

use plumbline_disclosure::Record;
use plumbline_entity::{
    agreement_cell::AgreementBasis, agreement_edition, agreement_edition_cell, agreement_edition_work, grade,
    moderation_exercise, moderation_exercise::ExerciseState, phase, sample_stratum, sampled_work,
    year_group::YearGroup,
};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, Condition, DbErr, EntityTrait, FromQueryResult, IntoActiveModel, Order, QueryResult,
};
use uuid::Uuid;

use crate::{
    comparison::{
        cells,
        cube::{ATTRIBUTES, phases},
    },
    db::{Covers, MakingEditions, Policy, Read, Reason, Tx},
    error::{Error, Result},
};

/// A moderated work, with the groups of its pupil.
#[derive(Debug)]
pub(super) struct Work {
    pub work_id: Uuid,
    pub school_id: Uuid,
    pub class_id: Uuid,
    pub year_group: YearGroup,
    /// The value of each of [`ATTRIBUTES`], in their order.
    pub groups: [String; Record::ATTRIBUTES],
    /// Who judged it a second time.
    pub moderator_id: Option<Uuid>,
    pub grades: Grades,
}

/// The grades of a work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Grades {
    pub first: Uuid,
    /// The agreed one, or where none is agreed the second judgement's.
    pub moderated: Uuid,
    /// That of the blind second judgement.
    pub second: Option<Uuid>,
}

impl Grades {
    /// The grade with which the first one is compared.
    pub(super) fn by(self, basis: AgreementBasis) -> Option<Uuid> {
        match basis {
            AgreementBasis::Agreed => Some(self.moderated),
            AgreementBasis::BlindSecond => self.second,
        }
    }
}

/// A work as one comparison reads it.
struct AsRead {
    work: Work,
    basis: AgreementBasis,
}

impl FromQueryResult for AsRead {
    fn from_query_result(row: &QueryResult, prefix: &str) -> Result<Self, DbErr> {
        let mut groups = ATTRIBUTES.map(|_| String::new());
        for (value, attribute) in groups.iter_mut().zip(ATTRIBUTES) {
            *value = row.try_get(prefix, &cells::column_of(attribute))?;
        }
        let grades = Grades {
            first: row.try_get(prefix, "first_grade_id")?,
            moderated: row.try_get(prefix, "moderated_grade_id")?,
            second: None,
        };
        let work = Work {
            work_id: row.try_get(prefix, "work_id")?,
            school_id: row.try_get(prefix, "school_id")?,
            class_id: row.try_get(prefix, "class_id")?,
            year_group: row.try_get(prefix, "year_group")?,
            groups,
            moderator_id: row.try_get(prefix, "moderator_id")?,
            grades,
        };
        Ok(Self { work, basis: row.try_get(prefix, "basis")? })
    }
}

/// Who was judged in the subject and window.
#[derive(Debug, Default, FromQueryResult)]
pub(super) struct Judged {
    pub pupils: i64,
    pub schools: i64,
}

/// The reads and writes for an edition of one exercise, made as the service.
pub(super) struct Store<'a> {
    tx: &'a Tx,
    exercise: moderation_exercise::Model,
}

/// The exercises of all trusts that are released and have no edition: those of an earlier build.
pub(super) async fn without_edition(on: &impl Read) -> Result<Vec<Uuid>> {
    let made = MakingEditions.of::<agreement_edition::Entity>().values_of(agreement_edition::Column::ExerciseId);
    let released = [ExerciseState::Released, ExerciseState::Closed];
    let exercises = MakingEditions
        .of::<moderation_exercise::Entity>()
        .filter(moderation_exercise::Column::State.is_in(released))
        .filter(moderation_exercise::Column::Id.not_in_subquery(made));
    let mut ids: Vec<Uuid> = on.all(exercises.rows()).await?.into_iter().map(|exercise| exercise.id).collect();
    ids.sort_unstable();
    Ok(ids)
}

impl<'a> Store<'a> {
    /// Takes hold of an exercise: nobody else makes an edition of it until the transaction ends.
    pub(super) async fn open(tx: &'a Tx, exercise: Uuid) -> Result<Self> {
        tx.lock(&format!("edition {exercise}")).await?;
        let named = MakingEditions.of::<moderation_exercise::Entity>().rows().id(exercise);
        let exercise = tx.one(named).await?.ok_or_else(|| Error::internal("an exercise that is not there"))?;
        Ok(Self { tx, exercise })
    }

    pub(super) const fn trust(&self) -> Uuid {
        self.exercise.trust_id
    }

    pub(super) const fn exercise(&self) -> &moderation_exercise::Model {
        &self.exercise
    }

    /// The moderated works, in the order of their ids.
    pub(super) async fn works(&self) -> Result<Vec<Work>> {
        let read: Vec<AsRead> = self.tx.select(&cells::moderated_works(), [self.exercise.id.into()]).await?;
        let mut works: Vec<Work> = Vec::with_capacity(read.len() / 2);
        for AsRead { work, basis } in read {
            match (basis, works.last_mut()) {
                (AgreementBasis::Agreed, _) => works.push(work),
                // What was judged a second time is moderated: it was read just before.
                (AgreementBasis::BlindSecond, Some(last)) if last.work_id == work.work_id => {
                    last.grades.second = Some(work.grades.moderated);
                }
                (AgreementBasis::BlindSecond, _) => {
                    return Err(Error::internal("a second judgement of a work that is not moderated"));
                }
            }
        }
        Ok(works)
    }

    /// The grades of the exercise's framework that have a rank, lowest first.
    pub(super) async fn ranked_grades(&self) -> Result<Vec<Uuid>> {
        let of_framework = Condition::all()
            .add(grade::Column::FrameworkId.eq(self.exercise.framework_id))
            .add(grade::Column::Rank.is_not_null());
        let mut grades = self.tx.all(MakingEditions.of::<grade::Entity>().filter(of_framework).rows()).await?;
        grades.sort_by_key(|grade| grade.rank);
        Ok(grades.into_iter().map(|grade| grade.id).collect())
    }

    /// The latest edition.
    pub(super) async fn latest(&self) -> Result<Option<agreement_edition::Model>> {
        let editions = MakingEditions
            .of::<agreement_edition::Entity>()
            .filter(agreement_edition::COLUMN.exercise_id.eq(self.exercise.id))
            .rows()
            .order_by(agreement_edition::Column::Number, Order::Desc)
            .limit(1);
        Ok(self.tx.all(editions).await?.pop())
    }

    /// The grades of each work from which the first edition was made. Empty if there is none yet.
    pub(super) async fn made_from(&self) -> Result<BTreeMap<Uuid, Grades>> {
        let editions = MakingEditions
            .of::<agreement_edition::Entity>()
            .filter(agreement_edition::COLUMN.exercise_id.eq(self.exercise.id))
            .ids();
        let works = MakingEditions
            .of::<agreement_edition_work::Entity>()
            .filter(agreement_edition_work::Column::EditionId.in_subquery(editions));
        let works = self.tx.all(works.rows()).await?;
        let grades = |work: &agreement_edition_work::Model| Grades {
            first: work.first_grade_id,
            moderated: work.moderated_grade_id,
            second: work.second_grade_id,
        };
        Ok(works.iter().map(|work| (work.work_id, grades(work))).collect())
    }

    /// The sizes of the strata that the sample was drawn from.
    pub(super) async fn strata(&self) -> Result<Vec<sample_stratum::Model>> {
        let strata = MakingEditions
            .of::<sample_stratum::Entity>()
            .filter(sample_stratum::COLUMN.exercise_id.eq(self.exercise.id));
        self.tx.all(strata.rows()).await
    }

    /// The phase of each year group.
    pub(super) async fn phases(&self) -> Result<BTreeMap<YearGroup, Uuid>> {
        let of_trust = MakingEditions.of::<phase::Entity>().filter(phase::COLUMN.trust_id.eq(self.trust()));
        phases(self.tx, of_trust.rows()).await
    }

    /// Which moderator judged work of which school, for schools of which at least k works were judged. Below k, a
    /// single judgement could reveal a work's school to somebody who knows the work by its code: the judgement would
    /// link the school.
    pub(super) async fn judges(&self) -> Result<Vec<(Uuid, Uuid)>> {
        #[derive(FromQueryResult)]
        struct Pair {
            school_id: Uuid,
            moderator_id: Uuid,
        }
        let sql = "SELECT DISTINCT s.school_id, m.moderator_id FROM second_judgement m
                   JOIN sampled_work s ON s.id = m.work_id WHERE m.exercise_id = $1 AND m.is_current
                   AND s.school_id IN (SELECT w.school_id FROM second_judgement n JOIN sampled_work w ON w.id = n.work_id
                                       WHERE n.exercise_id = $1 AND n.is_current
                                       GROUP BY w.school_id HAVING COUNT(DISTINCT w.id) >= $2)";
        let values = [self.exercise.id.into(), i64::from(self.tx.threshold()).into()];
        let pairs: Vec<Pair> = self.tx.select(sql, values).await?;
        Ok(pairs.into_iter().map(|pair| (pair.school_id, pair.moderator_id)).collect())
    }

    /// Pupils with a ranked judgement in the exercise's window and subject, and their schools.
    pub(super) async fn judged(&self) -> Result<Judged> {
        let sql = "SELECT CAST(COALESCE(SUM(c.pupils), 0) AS BIGINT) AS pupils, COUNT(DISTINCT c.school_id) AS schools
                   FROM judgement_cell c JOIN grade g ON g.id = c.grade_id AND g.rank IS NOT NULL
                   WHERE c.window_id = $1 AND c.subject_id = $2 AND c.attribute = 'ALL'";
        let values = [self.exercise.window_id.into(), self.exercise.subject_id.into()];
        Ok(self.tx.select(sql, values).await?.pop().unwrap_or_default())
    }

    /// How many works were drawn.
    pub(super) async fn sampled(&self) -> Result<u64> {
        let works =
            MakingEditions.of::<sampled_work::Entity>().filter(sampled_work::COLUMN.exercise_id.eq(self.exercise.id));
        self.tx.count(works.rows()).await
    }

    /// Keeps an edition.
    pub(super) async fn keep(
        &self,
        edition: agreement_edition::Model,
        cells: Vec<agreement_edition_cell::Model>,
        made_from: Vec<agreement_edition_work::Model>,
    ) -> Result<()> {
        self.load::<agreement_edition::Entity>(vec![edition]).await?;
        self.load::<agreement_edition_cell::Entity>(cells).await?;
        self.load::<agreement_edition_work::Entity>(made_from).await
    }

    async fn load<E>(&self, rows: Vec<E::Model>) -> Result<()>
    where
        E: Policy<Model: IntoActiveModel<<E as EntityTrait>::ActiveModel>>,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
        MakingEditions: Covers<E>,
    {
        let permit = MakingEditions.permit::<E>(self.trust());
        self.tx.load(&permit, rows.into_iter().map(IntoActiveModel::into_active_model).collect()).await
    }
}
