//! The objects of the curriculum.

use async_graphql::{Context, Object, Result};
use plumbline_entity::{
    curriculum, curriculum::CurriculumStanding, curriculum_version, curriculum_version::CurriculumStatus, objective,
    objective::ObjectiveCategory, subject, year_group::YearGroup,
};

use super::{
    compared::CoreComparison,
    reads::{Towards, VersionOf, WholeOf, along, stood_for},
    rules::changes::{self, Change, ObjectiveChangeKind, Whole},
};
use crate::{
    error::Error,
    graphql::{Date, Ref, Wraps as _, cost::list_size, load, load_all_by, load_by, object},
    organisation::School,
};

object! {
    /// A subject of the curriculum.
    Subject of subject {
        /// Short name in lower case, such as `writing`: what filters and files use.
        code: &str,
        /// The name that people read.
        name: &str,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
        /// What the trust and its schools intend to teach in it.
        curricula: [Curriculum] by curriculum::SubjectId,
    }
}

object! {
    /// What the trust, or one of its schools, intends to teach in a subject.
    Curriculum of curriculum {
        /// The subject.
        subject => Subject by subject_id,
        /// The school; null for the trust's.
        school -> School by school_id,
        /// Whose it is, and how a school's own stands to the trust's.
        standing: CurriculumStanding,
        /// What the subject is taught for.
        aim: Option<&str>,
        {
            /// The version by which is taught: for a school that follows the trust's, that of the trust. Null before there is one.
            async fn current(&self, ctx: &Context<'_>) -> Result<Option<CurriculumVersion>> {
                let key = match self.0.standing {
                    CurriculumStanding::Follows => VersionOf::Core(self.0.subject_id),
                    _ => VersionOf::Curriculum(self.0.id, CurriculumStatus::Current),
                };
                Ok(load_by(ctx, key).await?.map(CurriculumVersion))
            }

            /// The version that is being written; null where there is none.
            async fn draft(&self, ctx: &Context<'_>) -> Result<Option<CurriculumVersion>> {
                let key = VersionOf::Curriculum(self.0.id, CurriculumStatus::Draft);
                Ok(load_by(ctx, key).await?.map(CurriculumVersion))
            }
        }
        /// Its versions.
        versions: [CurriculumVersion] by curriculum_version::CurriculumId,
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

object! {
    /// A version of a curriculum: its objectives as they stood for a time.
    CurriculumVersion of curriculum_version {
        /// The curriculum.
        curriculum => Curriculum by curriculum_id,
        /// The subject.
        subject => Subject by subject_id,
        /// The school; null for the trust's.
        school -> School by school_id,
        /// Counts the versions of the curriculum, from 1.
        number: i32,
        /// What it is: being written, taught by, or taught by before.
        status: CurriculumStatus,
        /// Why the sequence is as it is, and what was changed.
        rationale: &str,
        /// Where it was taken from; null where it is in the trust's own words.
        source: Option<&str>,
        /// The licence of the source.
        licence: Option<&str>,
        /// The day from which it was taught by; null for a draft.
        current_from: Option<Date>,
        /// The day on which another took its place; null until then.
        retired_on: Option<Date>,
        /// Its objectives, in the sequence in which they are taught.
        objectives: [Objective] by objective::CurriculumVersionId,
        {
            /// What changed since another version of the curriculum, in the sequence of this one; what was removed comes last.
            #[graphql(directive = list_size::apply(Some(50), None, None))]
            async fn changes(
                &self,
                ctx: &Context<'_>,
                #[graphql(desc = "The version to compare with; the one before it, if it is left out.")]
                since: Option<Ref<Self>>,
            ) -> Result<Vec<ObjectiveChange>> {
                let since = match since {
                    Some(id) => Some(load::<Self>(ctx, id.uuid()).await?.map(|version| version.0).ok_or_else(unknown)?),
                    None => load_by(ctx, VersionOf::Before(self.0.curriculum_id, self.0.number)).await?,
                };
                if since.as_ref().is_some_and(|since| since.curriculum_id != self.0.curriculum_id) {
                    let message = "`since` is a version of another curriculum. A school's own is compared with the trust's by `core`.";
                    return Err(Error::bad_input(message).into());
                }
                let versions = since.iter().map(|version| version.id).chain([self.0.id]).map(WholeOf);
                let wholes = load_all_by(ctx, versions).await?;
                let after = wholes.get(&WholeOf(self.0.id)).cloned().unwrap_or_default();
                let before = since.and_then(|since| wholes.get(&WholeOf(since.id)).cloned()).unwrap_or_default();
                let changes: Vec<Change> = changes::changes(&before, &after);
                Ok(changes.into_iter().map(ObjectiveChange).collect())
            }

            /// How a school's own version stands to the trust's as it is now: which objectives stand for which, and what cannot be compared.
            /// Null for the trust's, and where the trust has none.
            async fn core(&self, ctx: &Context<'_>) -> Result<Option<CoreComparison>> {
                if self.0.school_id.is_none() {
                    return Ok(None);
                }
                let Some(core) = load_by(ctx, VersionOf::Core(self.0.subject_id)).await? else { return Ok(None) };
                let mut wholes = load_all_by(ctx, [WholeOf(core.id), WholeOf(self.0.id)]).await?;
                let mut whole = |id| -> std::sync::Arc<Whole> { wholes.remove(&WholeOf(id)).unwrap_or_default() };
                let (of_trust, own) = (whole(core.id), whole(self.0.id));
                Ok(Some(CoreComparison::of(core, &own, &of_trust)))
            }
        }
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

fn unknown() -> Error {
    Error::bad_input("There is no such version of a curriculum that you may see.")
}

/// Most links that are followed in one field: more than there are year groups.
const FARTHEST: i32 = 20;

/// How far links are followed.
fn distance(depth: i32) -> Result<usize> {
    match usize::try_from(depth) {
        Ok(far) if (1..=FARTHEST).contains(&depth) => Ok(far),
        _ => Err(Error::bad_input(format!("`depth` must be 1 to {FARTHEST}, but is {depth}.")).into()),
    }
}

object! {
    /// What pupils are to know or to be able to do.
    Objective of objective {
        /// The version of the curriculum.
        curriculum_version => CurriculumVersion by curriculum_version_id,
        /// The subject.
        subject => Subject by subject_id,
        /// The school; null in the trust's curriculum.
        school -> School by school_id,
        /// Short name, unique in its version.
        code: &str,
        /// Knowledge or skill.
        category: ObjectiveCategory,
        /// The strand of the subject, such as Place value.
        strand: &str,
        /// The first year group in which it is taught.
        lowest_year_group: YearGroup,
        /// The year group by the end of which it is due.
        highest_year_group: YearGroup,
        /// Its place in the sequence of its year group.
        position: i32,
        /// What pupils are to know or to be able to do.
        statement: &str,
        /// Why it comes where it comes.
        reason: Option<&str>,
        {
            /// What it builds on, in this subject and in others as they are taught now: the nearest first.
            #[graphql(directive = list_size::apply(Some(10), None, None))]
            async fn builds_on(
                &self,
                ctx: &Context<'_>,
                #[graphql(default = 1, desc = "How many links to follow, 1 to 20.")] depth: i32,
            ) -> Result<Vec<Self>> {
                let rows = along(ctx, &self.0, Towards::Earlier, distance(depth)?).await?;
                Ok(rows.into_iter().map(Self).collect())
            }

            /// What builds on it, in this subject and in others as they are taught now: the nearest first.
            #[graphql(directive = list_size::apply(Some(10), None, None))]
            async fn leads_to(
                &self,
                ctx: &Context<'_>,
                #[graphql(default = 1, desc = "How many links to follow, 1 to 20.")] depth: i32,
            ) -> Result<Vec<Self>> {
                let rows = along(ctx, &self.0, Towards::Later, distance(depth)?).await?;
                Ok(rows.into_iter().map(Self).collect())
            }

            /// In a school's own curriculum: the trust's objective for which it stands, as it is now. Null where it stands for none, and
            /// then it cannot be compared with other schools.
            async fn stands_for(&self, ctx: &Context<'_>) -> Result<Option<Self>> {
                Ok(stood_for(ctx, &self.0).await?.map(Self))
            }
        }
        /// Counts its changes; an update names the version that it saw.
        version: i32,
    }
}

/// What happened to an objective between two versions of a curriculum.
pub struct ObjectiveChange(Change);

/// What happened to an objective between two versions of a curriculum.
#[Object]
impl ObjectiveChange {
    /// What happened: it was added, or removed, or one or more of the others.
    async fn kinds(&self) -> &[ObjectiveChangeKind] {
        &self.0.kinds
    }

    /// As it was; null where it was added.
    async fn before(&self) -> Option<Objective> {
        self.0.before.clone().map(Objective::wrap)
    }

    /// As it is; null where it was removed.
    async fn after(&self) -> Option<Objective> {
        self.0.after.clone().map(Objective::wrap)
    }
}
