//! Writes the demo: each table after those that it refers to, judgements window by window.

use chrono::{Days, NaiveTime, Utc};
use plumbline_entity::{
    academic_year, adaptation, appointment, assessment_window, class, client_application, curriculum,
    curriculum_version, demo_fill, enrolment, exercise_step, focus, framework, grade, insecure_pupil, judgement,
    moderation_exercise, moderation_exercise::ExerciseState, moderation_outcome, objective, objective_link, phase,
    plan, plan_objective, plan_step, pupil, pupil_characteristics, sample_stratum, sampled_work, school,
    second_judgement, shared_adaptation, staff_member, subject, taught_objective, trust,
};
use rand::SeedableRng;
use rand_chacha::ChaCha20Rng;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::{
    DemoCounts, DemoError, DemoOptions, TRUST_NAME, curriculum::Curricula, exercises::Moderated, fixed::SUBJECTS,
    judgements::Assessed, planning::Planning, world::World,
};
use crate::{
    comparison::{cells, editions},
    db::{Covers, Filling, Policy, Read, Reason, Tx, kept_by_service, tables},
    error::Result,
};

/// The edition of the demo. Count it up with every change to what the same options make.
const EDITION: i32 = 10;

tables!(demo_fill);

// The console's own note: nobody reads or writes it through the API.
kept_by_service!(demo_fill in TrustId);

/// Whether the demo of these options is there.
pub(super) async fn is_filled(tx: &Tx, options: DemoOptions) -> Result<bool, DemoError> {
    let named = trust::COLUMN.name.eq(TRUST_NAME);
    let Some(trust) = tx.one(Filling.of::<trust::Entity>().filter(named).rows()).await? else {
        return Ok(false);
    };
    let of_trust = demo_fill::COLUMN.trust_id.eq(trust.id);
    let made = tx.one(Filling.of::<demo_fill::Entity>().filter(of_trust).rows()).await?;
    let made = made.ok_or(DemoError::NotOurs)?;
    let same = made == note(trust.id, options, made.made_at);
    if same { Ok(true) } else { Err(DemoError::OtherDemo(told(&made))) }
}

fn told(made: &demo_fill::Model) -> String {
    let version = if made.edition == EDITION { "" } else { " by another version of plumbline" };
    let effects = if made.effects { "" } else { " --without-effects" };
    format!("--schools {} --years {} --seed {}{effects}{version}", made.schools, made.years, made.seed.cast_unsigned())
}

fn note(trust_id: Uuid, options: DemoOptions, made_at: chrono::DateTime<Utc>) -> demo_fill::Model {
    demo_fill::Model {
        trust_id,
        schools: options.schools.cast_signed(),
        years: options.years.cast_signed(),
        seed: options.seed.cast_signed(),
        effects: options.effects,
        edition: EDITION,
        made_at,
    }
}

/// Writes all of a demo, and counts its cells.
pub(super) async fn write(tx: &Tx, world: &World, progress: &impl Fn(&str)) -> Result<DemoCounts> {
    let writing = Writing { tx, world };
    // If the database holds another trust, somebody may be at work in it and would have to wait.
    let alone = tx.count(Filling.of::<trust::Entity>().rows()).await? == 0;
    let mut counts = writing.people().await?;
    let curricula = world.curricula();
    for (year, at) in world.calendar.years.iter().enumerate() {
        writing.planned(world.planning(&curricula, year), &mut counts).await?;
        progress(&format!("{} plans, and what was taught by them, up to {}", counts.plans, at.label()));
    }
    progress(&format!("{} pupils in {} schools; now their judgements", counts.pupils, counts.schools));
    let aside = if alone { Some(tx.set_aside::<judgement::Entity>().await?) } else { None };
    let mut released = Vec::new();
    for (window, at) in world.calendar.windows.iter().enumerate() {
        for subject in 0..SUBJECTS.len() {
            let assessed = world.assess(window, subject);
            let moderated = world.moderate(&assessed);
            let of = moderated.as_ref().map(|moderated| &moderated.exercise);
            released.extend(of.filter(|of| of.state == ExerciseState::Released).map(|of| (of.id, at.closes_on)));
            writing.assessed(assessed, moderated, &mut counts).await?;
        }
        let (term, year) = (at.term.code().to_lowercase(), world.calendar.years[at.year].label());
        progress(&format!("{} judgements, up to {term} {year}", counts.judgements));
    }
    if let Some(aside) = aside {
        tx.put_back(aside).await?;
    }
    progress("counting the cells that comparisons are answered from");
    cells::rebuild(tx, world.trust).await?;
    // The lots follow from the seed, so that the same demo answers alike everywhere. A real trust's lots nobody can
    // repeat.
    let mut lots = ChaCha20Rng::seed_from_u64(world.options.seed);
    for (exercise, closed_on) in released {
        editions::make(tx, exercise, (closed_on + Days::new(14)).and_time(NaiveTime::default()).and_utc(), &mut lots)
            .await?;
    }
    writing.insert::<demo_fill::Entity>(vec![note(world.trust, world.options, Utc::now())]).await?;
    Ok(counts)
}

struct Writing<'a> {
    tx: &'a Tx,
    world: &'a World,
}

impl Writing<'_> {
    async fn insert<E>(&self, rows: Vec<E::Model>) -> Result<()>
    where
        E: Policy<Model: IntoActiveModel<<E as EntityTrait>::ActiveModel>>,
        E::ActiveModel: ActiveModelTrait<Entity = E> + Send,
        Filling: Covers<E>,
    {
        let permit = Filling.permit::<E>(self.world.trust);
        let rows = rows.into_iter().map(IntoActiveModel::into_active_model).collect();
        self.tx.load(&permit, rows).await
    }

    /// All but what is judged.
    async fn people(&self) -> Result<DemoCounts> {
        let World { schools, rolls, staff, .. } = self.world;
        let trust = trust::Model { id: self.world.trust, name: TRUST_NAME.to_owned(), version: 1 };
        self.insert::<trust::Entity>(vec![trust]).await?;
        self.insert::<school::Entity>(self.world.school_rows()).await?;
        self.insert::<academic_year::Entity>(self.world.year_rows()).await?;
        self.insert::<phase::Entity>(self.world.phase_rows()).await?;
        self.insert::<subject::Entity>(self.world.subject_rows()).await?;
        let Curricula { subjects, curricula, versions, objectives, links } = self.world.curricula();
        self.insert::<subject::Entity>(subjects).await?;
        self.insert::<curriculum::Entity>(curricula).await?;
        self.insert::<curriculum_version::Entity>(versions).await?;
        self.insert::<objective::Entity>(objectives).await?;
        self.insert::<objective_link::Entity>(links).await?;
        self.insert::<class::Entity>(self.world.class_rows()).await?;
        self.insert::<staff_member::Entity>(self.world.staff_rows()).await?;
        self.insert::<appointment::Entity>(self.world.appointment_rows()).await?;
        self.insert::<client_application::Entity>(self.world.client_rows()).await?;
        self.insert::<pupil::Entity>(self.world.pupil_rows()).await?;
        for year in 0..self.world.calendar.years.len() {
            self.insert::<pupil_characteristics::Entity>(self.world.characteristics_rows(year)).await?;
            self.insert::<enrolment::Entity>(self.world.enrolment_rows(year)).await?;
        }
        self.insert::<framework::Entity>(vec![self.world.framework_row()]).await?;
        self.insert::<grade::Entity>(self.world.grade_rows()).await?;
        self.insert::<assessment_window::Entity>(self.world.window_rows()).await?;
        Ok(DemoCounts {
            schools: schools.len(),
            classes: rolls.classes.len(),
            staff: staff.people.len(),
            pupils: rolls.pupils.len(),
            ..DemoCounts::default()
        })
    }

    /// What is planned and taught in a year.
    async fn planned(&self, planned: Planning, counts: &mut DemoCounts) -> Result<()> {
        counts.plans += planned.plans.len();
        counts.taught += planned.taught.len();
        self.insert::<plan::Entity>(planned.plans).await?;
        self.insert::<plan_objective::Entity>(planned.objectives).await?;
        self.insert::<plan_step::Entity>(planned.steps).await?;
        self.insert::<adaptation::Entity>(planned.adaptations).await?;
        self.insert::<shared_adaptation::Entity>(planned.shared).await?;
        self.insert::<taught_objective::Entity>(planned.taught).await?;
        self.insert::<insecure_pupil::Entity>(planned.insecure).await?;
        self.insert::<focus::Entity>(planned.focuses).await
    }

    async fn assessed(&self, assessed: Assessed, moderated: Option<Moderated>, counts: &mut DemoCounts) -> Result<()> {
        counts.judgements += assessed.judgements.len();
        self.insert::<judgement::Entity>(assessed.judgements).await?;
        let Some(moderated) = moderated else {
            return Ok(());
        };
        counts.exercises += 1;
        counts.second_judgements += moderated.seconds.len();
        self.insert::<moderation_exercise::Entity>(vec![moderated.exercise]).await?;
        self.insert::<exercise_step::Entity>(moderated.steps).await?;
        self.insert::<sample_stratum::Entity>(moderated.strata).await?;
        self.insert::<sampled_work::Entity>(moderated.works).await?;
        self.insert::<second_judgement::Entity>(moderated.seconds).await?;
        self.insert::<moderation_outcome::Entity>(moderated.outcomes).await
    }
}
