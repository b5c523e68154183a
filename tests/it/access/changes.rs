//! How each change is tried: with which input, and at which spots.

use plumbline::organisation::rules::upn_of;
use plumbline_tests::access_table::Spot;
use plumbline_tests::sdl::in_snake_case;
use plumbline_tests::{Stage, TestApp, World, global_id_of};
use serde_json::{Value, json};
use uuid::Uuid;

/// What a change can name at one [`Spot`]: one thing of each kind, as global ids.
pub struct Targets {
    /// Where.
    pub spot: Spot,
    school: String,
    class: String,
    /// The other class of the same school, and its year group.
    sibling: (String, Value),
    year_group: Value,
    pupil: String,
    /// A second record of that pupil.
    duplicate: String,
    /// A third one, which was merged into the second.
    merged: String,
    /// That pupil's enrolment in the class.
    enrolment: String,
    /// A judgement of a pupil of the class, of which no sample was drawn.
    judgement: String,
    /// A person of the trust, or the teacher of the class.
    person: String,
    /// An appointment of that person.
    appointment: String,
    /// A work of the class, in an exercise that is being judged, without an outcome.
    work: String,
    /// An exercise that is being judged.
    pub exercise: String,
    draft: String,
    grant: String,
    client: String,
    phase: String,
    year: String,
    /// A year without windows.
    next_year: String,
    subject: String,
    /// The window of the summer.
    pub window: String,
    framework: String,
    grade: String,
    /// What is recorded of that pupil for the year.
    characteristics: String,
    /// An earlier place of the second record, in which nobody was judged.
    former_place: String,
    /// Somebody who was never appointed.
    newcomer: String,
    /// A curriculum of the school, or of the trust, that is taught by and has no draft.
    curriculum: String,
    /// Another that has a draft, and an objective in that.
    draft_version: String,
    objective: String,
    /// Mathematics, of which there are plans; an objective by which the school teaches it.
    mathematics: String,
    taught_first: String,
    /// A plan of the teacher of the class, an open task of it, an adaptation of it for that pupil.
    plan: String,
    task: String,
    adaptation: String,
    /// What was taught in the class.
    taught: String,
    focus: String,
    /// Of each kind one on which nothing hangs.
    spare: Spare,
}

/// What can be removed.
struct Spare {
    school: String,
    class: String,
    phase: String,
    year: String,
    window: String,
    subject: String,
    framework: String,
    curriculum: String,
    plan: String,
}

/// A change: the spots where it can be tried, and its input at one of them.
pub type Change = (&'static [Spot], fn(&Targets) -> Value);

const CLASSES: &[Spot] = &[Spot::Class, Spot::School, Spot::OtherSchool, Spot::OtherTrust];
const SCHOOLS: &[Spot] = &[Spot::School, Spot::OtherSchool, Spot::OtherTrust];
const ANYWHERE: &[Spot] = &[Spot::School, Spot::OtherSchool, Spot::Trust, Spot::OtherTrust];
const PEOPLE: &[Spot] = &[Spot::Class, Spot::School, Spot::OtherSchool, Spot::Trust, Spot::OtherTrust];
const OF_TRUST: &[Spot] = &[Spot::Trust, Spot::OtherTrust];
const NAMES_NOTHING: &[Spot] = &[Spot::Trust];

/// How a mutation is tried; `None` if it has no line here. Each mutation must have one.
#[rustfmt::skip]
pub fn change(mutation: &str) -> Option<Change> {
    Some(match mutation {
        "createSchool" => (NAMES_NOTHING, |_| json!({
            "urn": 123_456, "laCode": 936, "establishmentNumber": 2092, "name": "New", "educationPhase": "PRIMARY" })),
        "updateSchool" => (SCHOOLS, |at| json!({ "schoolId": at.school, "expectedVersion": 1, "name": "Renamed" })),
        "createAcademicYear" => (NAMES_NOTHING, |_| json!({ "year": 2027 })),
        "createPhase" => (NAMES_NOTHING, |_| json!({
            "name": "New", "lowestYearGroup": "RECEPTION", "highestYearGroup": "YEAR_1" })),
        "updatePhase" => (OF_TRUST, |at| json!({ "phaseId": at.phase, "expectedVersion": 1, "name": "Renamed" })),
        "createSubject" => (NAMES_NOTHING, |_| json!({ "code": "science", "name": "Science" })),
        "createClass" => (SCHOOLS, |at| json!({
            "schoolId": at.school, "academicYearId": at.year, "name": "New", "lowestYearGroup": "YEAR_5" })),
        "updateClass" => (CLASSES, |at| json!({ "classId": at.class, "expectedVersion": 1, "name": "Renamed" })),
        "createStaffMember" => (NAMES_NOTHING, |_| json!({
            "email": "new@test.example", "givenName": "Ann", "familyName": "New" })),
        "updateStaffMember" => (PEOPLE, |at| json!({
            "staffMemberId": at.person, "expectedVersion": 1, "familyName": "Renamed" })),
        "createAppointment" => (ANYWHERE, |at| match at.spot {
            Spot::Trust => json!({ "staffMemberId": at.person, "role": "MODERATOR" }),
            _ => json!({ "staffMemberId": at.person, "role": "SENCO", "schoolId": at.school }),
        }),
        "endAppointment" => (PEOPLE, |at| json!({ "appointmentId": at.appointment, "expectedVersion": 1 })),
        "createPupil" => (CLASSES, |at| json!({
            "upn": upn_of("936209225001"), "givenName": "Bea", "familyName": "Oak", "dateOfBirth": "2017-11-30",
            "sex": "FEMALE", "classId": at.class, "yearGroup": at.year_group, "startsOn": "2026-06-01" })),
        "updatePupil" => (CLASSES, |at| json!({ "pupilId": at.pupil, "expectedVersion": 1, "givenName": "Renamed" })),
        "correctUpn" => (CLASSES, |at| json!({
            "pupilId": at.pupil, "expectedVersion": 1, "upn": upn_of("936209225001") })),
        "erasePupil" => (CLASSES, |at| json!({
            "pupilId": at.pupil, "confirmPupilId": at.pupil, "expectedVersion": 1, "reason": "REQUEST_UPHELD" })),
        "mergePupils" => (CLASSES, |at| json!({
            "pupilId": at.pupil, "expectedVersion": 1, "duplicateId": at.duplicate, "duplicateVersion": 2 })),
        "unmergePupils" => (CLASSES, |at| json!({
            "pupilId": at.duplicate, "expectedVersion": 2, "duplicateId": at.merged })),
        "recordPupilCharacteristics" => (CLASSES, |at| json!({
            "pupilId": at.pupil, "academicYearId": at.year, "expectedVersion": 1, "freeSchoolMeals": false,
            "everSixFreeSchoolMeals": false, "everInCare": false, "serviceChild": true, "disadvantaged": false,
            "pupilPremium": false, "sen": "NONE", "firstLanguage": "ENGLISH" })),
        "enrolPupil" => (CLASSES, |at| json!({
            "pupilId": at.pupil, "classId": at.sibling.0, "yearGroup": at.sibling.1, "startsOn": "2026-06-01" })),
        "endEnrolment" => (CLASSES, |at| json!({
            "enrolmentId": at.enrolment, "expectedVersion": 1, "endsOn": "2026-06-30" })),
        "createFramework" => (NAMES_NOTHING, |_| json!({
            "code": "new", "edition": "1", "name": "New",
            "grades": [{ "code": "LOW", "name": "Low" }, { "code": "HIGH", "name": "High" }] })),
        "createAssessmentWindow" => (OF_TRUST, |at| json!({
            "academicYearId": at.next_year, "term": "AUTUMN", "opensOn": "2026-09-01", "closesOn": "2026-12-31" })),
        "recordJudgement" => (CLASSES, |at| json!({
            "windowId": at.window, "subjectId": at.subject, "frameworkId": at.framework,
            "judgement": { "pupilId": at.pupil, "gradeCode": "GDS" } })),
        "recordJudgements" => (CLASSES, |at| json!({
            "windowId": at.window, "subjectId": at.subject, "frameworkId": at.framework,
            "judgements": [{ "pupilId": at.pupil, "gradeCode": "GDS" }] })),
        "withdrawJudgement" => (CLASSES, |at| json!({ "judgementId": at.judgement, "reason": "Of another pupil" })),
        "createModerationExercise" => (OF_TRUST, |at| json!({
            "title": "New", "subjectId": at.subject, "windowId": at.window, "frameworkId": at.framework })),
        "drawSample" => (OF_TRUST, |at| json!({ "exerciseId": at.draft, "expectedVersion": 1 })),
        "advanceModerationExercise" => (OF_TRUST, |at| json!({
            "exerciseId": at.exercise, "expectedVersion": 2, "state": "DISCUSSING" })),
        "recordSecondJudgement" => (CLASSES, |at| json!({
            "workId": at.work, "gradeCode": "GDS", "rationale": "Seen in three pieces." })),
        "recordModerationOutcome" => (CLASSES, |at| json!({ "workId": at.work, "decision": "UNRESOLVED" })),
        "registerClient" => (ANYWHERE, |at| json!({
            "name": "New", "issuer": "development", "clientId": "new", "scopes": ["COMPARE"],
            "schoolIds": if at.spot == Spot::Trust { Value::Null } else { json!([at.school]) } })),
        "revokeClient" => (OF_TRUST, |at| json!({ "clientApplicationId": at.client, "expectedVersion": 1 })),
        "createAccessGrant" => (ANYWHERE, |at| json!({
            "staffMemberId": at.person, "schoolId": if at.spot == Spot::Trust { Value::Null } else { json!(at.school) },
            "withNames": false, "purpose": "Audit of attainment", "expiresAt": "2026-08-01T00:00:00Z" })),
        "revokeAccessGrant" => (OF_TRUST, |at| json!({ "accessGrantId": at.grant, "expectedVersion": 1 })),
        "removeSchool" => (OF_TRUST, |at| json!({ "schoolId": at.spare.school })),
        "updateAcademicYear" => (OF_TRUST, |at| json!({
            "academicYearId": at.year, "expectedVersion": 1, "endsOn": "2026-08-30" })),
        "removeAcademicYear" => (OF_TRUST, |at| json!({ "academicYearId": at.spare.year })),
        "removePhase" => (OF_TRUST, |at| json!({ "phaseId": at.spare.phase })),
        "updateSubject" => (OF_TRUST, |at| json!({ "subjectId": at.subject, "expectedVersion": 1, "name": "Renamed" })),
        "removeSubject" => (OF_TRUST, |at| json!({ "subjectId": at.spare.subject })),
        "removeClass" => (SCHOOLS, |at| json!({ "classId": at.spare.class })),
        "removeStaffMember" => (OF_TRUST, |at| json!({ "staffMemberId": at.newcomer })),
        "removePupilCharacteristics" => (CLASSES, |at| json!({ "characteristicsId": at.characteristics })),
        "updateEnrolment" => (CLASSES, |at| json!({
            "enrolmentId": at.enrolment, "expectedVersion": 1, "startsOn": "2025-09-03" })),
        "removeEnrolment" => (CLASSES, |at| json!({ "enrolmentId": at.former_place })),
        "updateFramework" => (OF_TRUST, |at| json!({ "frameworkId": at.framework, "expectedVersion": 1, "name": "Renamed" })),
        "updateGrade" => (OF_TRUST, |at| json!({ "gradeId": at.grade, "expectedVersion": 1, "name": "Renamed" })),
        "removeFramework" => (OF_TRUST, |at| json!({ "frameworkId": at.spare.framework })),
        "updateAssessmentWindow" => (OF_TRUST, |at| json!({
            "windowId": at.window, "expectedVersion": 1, "closesOn": "2026-07-30" })),
        "removeAssessmentWindow" => (OF_TRUST, |at| json!({ "windowId": at.spare.window })),
        "updateModerationExercise" => (OF_TRUST, |at| json!({
            "exerciseId": at.draft, "expectedVersion": 1, "title": "Renamed" })),
        "removeModerationExercise" => (OF_TRUST, |at| json!({ "exerciseId": at.draft })),
        "createCurriculum" => (ANYWHERE, |at| json!({
            "subjectId": at.spare.subject, "schoolId": at.of_school(), "standing": at.standing() })),
        "updateCurriculum" => (ANYWHERE, |at| json!({
            "curriculumId": at.curriculum, "expectedVersion": 1, "aim": "To know more" })),
        "removeCurriculum" => (ANYWHERE, |at| json!({ "curriculumId": at.spare.curriculum })),
        "draftCurriculumVersion" => (ANYWHERE, |at| json!({ "curriculumId": at.curriculum, "rationale": "As it grew" })),
        "updateCurriculumVersion" => (ANYWHERE, |at| json!({
            "curriculumVersionId": at.draft_version, "expectedVersion": 1, "rationale": "As it grew" })),
        "publishCurriculumVersion" => (ANYWHERE, |at| json!({
            "curriculumVersionId": at.draft_version, "expectedVersion": 1 })),
        "removeCurriculumVersion" => (ANYWHERE, |at| json!({ "curriculumVersionId": at.draft_version })),
        "createObjective" => (ANYWHERE, |at| json!({
            "curriculumVersionId": at.draft_version, "code": "new", "category": "SKILL", "strand": "All",
            "lowestYearGroup": "YEAR_5", "statement": "Go on.", "buildsOn": [at.objective] })),
        "updateObjective" => (ANYWHERE, |at| json!({
            "objectiveId": at.objective, "expectedVersion": 1, "statement": "Begin again." })),
        "removeObjective" => (ANYWHERE, |at| json!({ "objectiveId": at.objective })),
        "createPlan" => (SCHOOLS, |at| json!({
            "schoolId": at.school, "subjectId": at.mathematics, "academicYearId": at.year, "title": "New", "lowestYearGroup": "YEAR_3",
            "startsOn": "2026-06-01", "endsOn": "2026-06-30", "outline": "Begin.", "objectiveIds": [at.taught_first] })),
        "updatePlan" => (CLASSES, |at| json!({ "planId": at.plan, "expectedVersion": 1, "title": "Renamed" })),
        "removePlan" => (CLASSES, |at| json!({ "planId": at.spare.plan })),
        "createPlanStep" => (CLASSES, |at| json!({ "planId": at.plan, "kind": "REVIEW", "what": "Look again." })),
        "updatePlanStep" => (CLASSES, |at| json!({ "planStepId": at.task, "expectedVersion": 1, "what": "Look again." })),
        "completePlanStep" => (CLASSES, |at| json!({ "planStepId": at.task, "expectedVersion": 1, "outcome": "DONE" })),
        "takeUpPlan" => (CLASSES, |at| json!({ "planId": at.plan, "classId": at.class, "outcome": "ADAPTED" })),
        "createAdaptation" => (CLASSES, |at| json!({
            "planId": at.plan, "classId": at.class, "audience": "GROUP", "pupilGroup": "Six", "need": "GREATER_DEPTH", "what": "More.",
            "reason": "They are quick." })),
        "updateAdaptation" => (CLASSES, |at| json!({ "adaptationId": at.adaptation, "expectedVersion": 1, "what": "Pictures." })),
        "removeAdaptation" => (CLASSES, |at| json!({ "adaptationId": at.adaptation })),
        "recordCoverage" => (CLASSES, |at| json!({
            "classId": at.class, "objectives": [{ "objectiveId": at.taught_first }], "taughtOn": "2026-06-01" })),
        "correctCoverage" => (CLASSES, |at| json!({ "taughtObjectiveId": at.taught, "depth": "SECURE" })),
        "withdrawCoverage" => (CLASSES, |at| json!({ "taughtObjectiveId": at.taught, "reason": "It was the other class." })),
        "createFocus" => (SCHOOLS, |at| json!({
            "schoolId": at.school, "subjectId": at.mathematics, "title": "New", "reason": "Asked for.", "lowestYearGroup": "YEAR_3",
            "highestYearGroup": "YEAR_4", "startsOn": "2026-06-01", "endsOn": "2026-06-30" })),
        "updateFocus" => (SCHOOLS, |at| json!({ "focusId": at.focus, "expectedVersion": 1, "title": "Renamed" })),
        "removeFocus" => (SCHOOLS, |at| json!({ "focusId": at.focus })),
        _ => return None,
    })
}

impl Targets {
    /// Those of all spots of a stage.
    pub async fn all(app: &TestApp, stage: &Stage) -> Vec<Self> {
        let (here, there) = (&stage.here, &stage.there);
        vec![
            Self::at(app, here, Spot::Class, 0, 0).await,
            Self::at(app, here, Spot::School, 0, 1).await,
            Self::at(app, here, Spot::OtherSchool, 1, 0).await,
            Self::at(app, here, Spot::Trust, 0, 0).await,
            Self::at(app, there, Spot::OtherTrust, 0, 0).await,
        ]
    }

    /// The school of the spot; null where the whole trust is meant.
    fn of_school(&self) -> Value {
        if self.spot == Spot::Trust { Value::Null } else { json!(self.school) }
    }

    /// The standing of a curriculum there.
    fn standing(&self) -> &'static str {
        if self.spot == Spot::Trust { "CORE" } else { "REPLACES" }
    }

    async fn at(app: &TestApp, world: &World, spot: Spot, school: usize, class: usize) -> Self {
        let (school, nth) = (&world.schools[school], class);
        let (class, sibling) = (&school.classes[nth], &school.classes[1 - nth]);
        let email = if spot == Spot::Trust { &world.analyst } else { &class.teacher };
        let trust = app.literal(world.trust);
        let found = |kind: &'static str, condition: String| async move {
            let table = in_snake_case(kind);
            let sql = format!("SELECT id AS id FROM {table} WHERE {condition} ORDER BY id LIMIT 1");
            global_id_of(kind, app.id(&sql).await)
        };
        let person = app.id(&format!("SELECT id AS id FROM staff_member WHERE email = '{email}'")).await;
        let pupil = class.pupils[0];
        let named = |kind: &str, id: Uuid| global_id_of(kind, id);
        let of_school = match spot {
            Spot::Trust => "school_id IS NULL".to_owned(),
            _ => format!("school_id = {}", app.literal(school.id)),
        };
        let taught = |subject: &str| {
            format!("trust_id = {trust} AND {of_school} AND subject_id = {}", app.literal(world.subjects[subject]))
        };
        let of_class = format!("class_id = {}", app.literal(class.id));
        let plan = |title: &str| {
            format!(
                "title = '{title}' AND author_id IN (SELECT staff_member_id FROM appointment WHERE {of_class} AND role = 'CLASS_TEACHER')
                 AND subject_id = {}",
                app.literal(world.subjects["mathematics"])
            )
        };
        Self {
            spot,
            school: named("School", school.id),
            class: named("Class", class.id),
            sibling: (named("Class", sibling.id), json!(year_group(sibling.year_group))),
            year_group: json!(year_group(class.year_group)),
            pupil: named("Pupil", pupil),
            duplicate: found(
                "Pupil",
                format!(
                    "family_name = 'Double' AND id IN (SELECT pupil_id FROM enrolment WHERE class_id = {})",
                    app.literal(class.id)
                ),
            )
            .await,
            merged: {
                let (of_double, class) = ("SELECT id FROM pupil WHERE family_name = 'Double'", app.literal(class.id));
                let placed = format!("SELECT pupil_id FROM enrolment WHERE class_id = {class}");
                let sql = format!(
                    "SELECT id AS id FROM pupil_merge WHERE pupil_id IN ({of_double}) AND pupil_id IN ({placed}) ORDER BY id LIMIT 1"
                );
                named("Pupil", app.id(&sql).await)
            },
            enrolment: found("Enrolment", format!("pupil_id = {}", app.literal(pupil))).await,
            judgement: found(
                "Judgement",
                format!(
                    "class_id = {} AND subject_id = {}",
                    app.literal(class.id),
                    app.literal(world.subjects["mathematics"])
                ),
            )
            .await,
            person: named("StaffMember", person),
            appointment: found("Appointment", format!("staff_member_id = {}", app.literal(person))).await,
            work: named("SampledWork", app.work(world.trust, class.id, "Reading, being judged", 1).await),
            exercise: found("ModerationExercise", format!("trust_id = {trust} AND state = 'JUDGING'")).await,
            draft: found("ModerationExercise", format!("trust_id = {trust} AND state = 'DRAFT'")).await,
            grant: found("AccessGrant", format!("trust_id = {trust}")).await,
            client: found("ClientApplication", format!("trust_id = {trust}")).await,
            phase: named("Phase", world.phases[0]),
            year: named("AcademicYear", world.year),
            next_year: found("AcademicYear", format!("trust_id = {trust} AND year = 2026")).await,
            subject: named("Subject", world.subjects["writing"]),
            window: named("AssessmentWindow", world.windows[&plumbline_entity::assessment_window::Term::Summer]),
            framework: named("Framework", world.framework),
            grade: named("Grade", world.grades["EXS"]),
            characteristics: found("PupilCharacteristics", format!("pupil_id = {}", app.literal(pupil))).await,
            former_place: found(
                "Enrolment",
                format!(
                    "class_id = {} AND ends_on IS NOT NULL AND pupil_id IN (SELECT id FROM pupil WHERE family_name = 'Double')",
                    app.literal(class.id)
                ),
            )
            .await,
            curriculum: found("Curriculum", taught("mathematics")).await,
            draft_version: found("CurriculumVersion", taught("writing")).await,
            objective: found("Objective", format!("{} AND code = 'first'", taught("writing"))).await,
            mathematics: named("Subject", world.subjects["mathematics"]),
            taught_first: app.taught_first(school.id).await,
            plan: found("Plan", plan("Unit")).await,
            task: found("PlanStep", format!("kind = 'TASK' AND plan_id IN (SELECT id FROM plan WHERE {})", plan("Unit"))).await,
            adaptation: found("Adaptation", format!("{of_class} AND audience = 'PUPIL'")).await,
            taught: found("TaughtObjective", format!("{of_class} AND is_current")).await,
            focus: found("Focus", format!("school_id = {}", app.literal(school.id))).await,
            newcomer: found("StaffMember", format!("trust_id = {trust} AND email LIKE '%nobody@test.example'")).await,
            spare: Spare {
                school: found("School", format!("trust_id = {trust} AND name = 'Spare'")).await,
                class: found("Class", format!("school_id = {} AND name = 'Spare'", app.literal(school.id))).await,
                phase: found("Phase", format!("trust_id = {trust} AND name = 'Spare'")).await,
                year: found("AcademicYear", format!("trust_id = {trust} AND year = 2029")).await,
                window: found("AssessmentWindow", format!("trust_id = {trust} AND opens_on = '2030-09-01'")).await,
                subject: found("Subject", format!("trust_id = {trust} AND code = 'spare'")).await,
                framework: found("Framework", format!("trust_id = {trust} AND code = 'spare'")).await,
                curriculum: found("Curriculum", taught("reading")).await,
                plan: found("Plan", plan("Spare")).await,
            },
        }
    }
}

fn year_group(year_group: plumbline_entity::year_group::YearGroup) -> String {
    format!("YEAR_{}", year_group.number())
}
