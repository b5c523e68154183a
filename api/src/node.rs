//! `node` and `nodes`: anything by its id, if it exists for the viewer.

use async_graphql::{Context, ID, Interface, Object};

use crate::{
    access::{AccessGrant, ClientApplication},
    assessment::{AssessmentWindow, Framework, Grade, Judgement},
    audit_entries::AuditEntry,
    curriculum::{Curriculum, CurriculumVersion, Objective, Subject},
    error::{Error, Result},
    graphql::{Each, decode_id, load},
    moderation::{ExerciseStep, ModerationExercise, ModerationOutcome, SampledWork, SecondJudgement},
    organisation::{
        AcademicYear, Appointment, Class, Enrolment, Phase, Pupil, PupilCharacteristics, School, StaffMember, Trust,
    },
    planning::{Adaptation, Focus, Plan, PlanStep, SharedAdaptation, TaughtObjective},
};

/// Declares the interface `Node` over the given types, and how one is loaded by the type in its id.
macro_rules! nodes {
    ($($name:ident),+ $(,)?) => {
        /// Something that has an id of its own.
        #[derive(Interface)]
        #[graphql(field(name = "id", ty = "ID", desc = "Opaque and lasting; it carries the type."))]
        pub enum Node {
            $(
                #[doc = concat!("A ", stringify!($name), ".")]
                $name($name),
            )+
        }

        /// The types that have ids of their own.
        pub const TYPES: &[&str] = &[$(stringify!($name)),+];

        async fn load_node(ctx: &Context<'_>, id: &ID) -> Result<Option<Node>> {
            let Some((name, uuid)) = decode_id(id) else { return Ok(None) };
            match name.as_str() {
                $(stringify!($name) => Ok(load::<$name>(ctx, uuid).await?.map(Node::$name)),)+
                _ => Ok(None),
            }
        }
    };
}

nodes!(
    Trust,
    School,
    AcademicYear,
    Phase,
    Class,
    StaffMember,
    Appointment,
    AccessGrant,
    ClientApplication,
    Pupil,
    PupilCharacteristics,
    Enrolment,
    Subject,
    Curriculum,
    CurriculumVersion,
    Objective,
    Plan,
    PlanStep,
    Adaptation,
    SharedAdaptation,
    TaughtObjective,
    Focus,
    Framework,
    Grade,
    AssessmentWindow,
    Judgement,
    ModerationExercise,
    ExerciseStep,
    SampledWork,
    SecondJudgement,
    ModerationOutcome,
    AuditEntry,
);

/// Anything by its id.
#[derive(Default)]
pub struct NodeQuery;

const MOST_NODES: usize = 100;

#[Object]
impl NodeQuery {
    /// The object with this id; null where there is none that you may see.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The id.")] id: ID,
    ) -> async_graphql::Result<Option<Node>> {
        Ok(load_node(ctx, &id).await?)
    }

    /// The objects with these ids, at most 100, in their order; null for each that you may not see.
    #[graphql(directive = crate::graphql::cost::list_size::apply(None, crate::graphql::cost::names(&["ids"]), None))]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The ids.")] ids: Vec<ID>,
    ) -> async_graphql::Result<Each<Option<Node>>> {
        if ids.len() > MOST_NODES {
            return Err(
                Error::bad_input(format!("`nodes` takes at most {MOST_NODES} ids; ask in several requests.")).into()
            );
        }
        let nodes = ids.iter().map(|id| load_node(ctx, id));
        Ok(Each(futures_util::future::try_join_all(nodes).await?))
    }
}
