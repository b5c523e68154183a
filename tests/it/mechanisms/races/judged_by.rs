//! Each mutation beside those that change what it is judged by.

use serde_json::{Value, json};

use super::arena::{Arena, Shot};
use super::{planning, records};

/// What must not be.
#[derive(Clone, Copy, Debug)]
pub enum Never {
    /// The one, committed after the other: by then it would have been refused.
    After,
    /// The two, in whatever order: whichever comes second is refused.
    Both,
    /// Either way round is right. What must not be is a fault, or a rule broken at the end.
    Wrong,
}

/// Which mutations change what a mutation is judged by, beside its like; `None` if it is not said. All are also judged by what their caller
/// is, which `endAppointment` and `revokeClient` change: that is one mechanism for all, and has races of one mutation.
pub fn changers(mutation: &str) -> Option<&'static [&'static str]> {
    Some(match mutation {
        // By what no other mutation changes: what is in the input, and what is written once and for all.
        "createSchool"
        | "createPhase"
        | "createFramework"
        | "createAssessmentWindow"
        | "createStaffMember"
        | "createModerationExercise" => &[],
        "createSubject" => &["endAppointment", "revokeClient"],
        "updateSchool" | "revokeClient" | "createAccessGrant" | "revokeAccessGrant" | "registerClient" => &[],
        "createAcademicYear" => &["createAcademicYear"],
        "updatePhase" => &["createAppointment"],
        "createClass" => &["updateSchool", "publishCurriculumVersion"],
        "updateClass" => &["enrolPupil", "createPupil"],
        "updateStaffMember" => &["createAppointment"],
        "createAppointment" => &["createAppointment", "updateClass"],
        "endAppointment" => &["endAppointment"],
        "createPupil" => &["updateClass"],
        "updatePupil" => &["enrolPupil", "recordJudgement"],
        "correctUpn" => &["enrolPupil"],
        "erasePupil" => &["enrolPupil", "recordJudgement", "drawSample", "recordSecondJudgement"],
        "mergePupils" => &["recordJudgement", "erasePupil"],
        "unmergePupils" => &["recordJudgement", "erasePupil", "mergePupils"],
        "recordPupilCharacteristics" => &["enrolPupil"],
        "enrolPupil" => &["updateClass", "endEnrolment"],
        "endEnrolment" => &["enrolPupil"],
        "recordJudgement" | "recordJudgements" => &["enrolPupil", "endEnrolment"],
        "withdrawJudgement" => &["recordJudgement", "drawSample"],
        "drawSample" => &["recordJudgement", "withdrawJudgement"],
        "advanceModerationExercise" => &["recordSecondJudgement"],
        "recordSecondJudgement" => &["advanceModerationExercise", "createAppointment"],
        "recordModerationOutcome" => &["advanceModerationExercise", "recordSecondJudgement"],
        "updateSubject"
        | "updateFramework"
        | "updateGrade"
        | "updateModerationExercise"
        | "removePupilCharacteristics" => &[],
        "updateAcademicYear" => &["enrolPupil"],
        "updateAssessmentWindow" => &["recordJudgement"],
        "updateEnrolment" => &["enrolPupil"],
        "removeEnrolment" => &["recordJudgement"],
        "removeSubject" | "removeFramework" | "removeAssessmentWindow" => &["createModerationExercise"],
        "removeModerationExercise" => &["drawSample"],
        "removeAcademicYear" | "removeSchool" => &["createClass"],
        "removeClass" => &["enrolPupil"],
        "removePhase" | "removeStaffMember" => &["createAppointment"],
        "createCurriculum" => &["removeSubject", "removeCurriculum"],
        "updateCurriculum" => &["draftCurriculumVersion"],
        "removeCurriculum" => &["draftCurriculumVersion"],
        "draftCurriculumVersion" => &["publishCurriculumVersion"],
        "updateCurriculumVersion" => &[],
        "publishCurriculumVersion" | "removeCurriculumVersion" => &["createObjective"],
        "createObjective" => &["removeObjective"],
        "updateObjective" => &["updateObjective", "publishCurriculumVersion"],
        "removeObjective" => &["publishCurriculumVersion"],
        _ => planning::changers(mutation)?,
    })
}

/// All races: what is judged, what changes that, and what must not come of the two.
pub const RACES: &[(&str, &str, Never)] = &[
    ("createSubject", "endAppointment", Never::After),
    ("createSubject", "revokeClient", Never::After),
    ("updatePhase", "createAppointment", Never::After),
    ("createClass", "updateSchool", Never::Wrong),
    ("updateClass", "enrolPupil", Never::Both),
    ("updateClass", "createPupil", Never::Both),
    ("updateStaffMember", "createAppointment", Never::After),
    ("createAppointment", "createAppointment", Never::Both),
    ("createAppointment", "updateClass", Never::Wrong),
    ("endAppointment", "endAppointment", Never::Both),
    ("createPupil", "updateClass", Never::Both),
    ("updatePupil", "enrolPupil", Never::After),
    ("updatePupil", "recordJudgement", Never::Wrong),
    ("correctUpn", "enrolPupil", Never::After),
    ("erasePupil", "enrolPupil", Never::Wrong),
    ("erasePupil", "recordJudgement", Never::Wrong),
    ("erasePupil", "drawSample", Never::Wrong),
    ("erasePupil", "recordSecondJudgement", Never::Wrong),
    ("mergePupils", "recordJudgement", Never::Wrong),
    ("mergePupils", "erasePupil", Never::Both),
    ("unmergePupils", "recordJudgement", Never::After),
    ("unmergePupils", "erasePupil", Never::Both),
    ("unmergePupils", "mergePupils", Never::Both),
    ("recordPupilCharacteristics", "enrolPupil", Never::After),
    ("enrolPupil", "updateClass", Never::Both),
    ("enrolPupil", "endEnrolment", Never::Wrong),
    ("endEnrolment", "enrolPupil", Never::After),
    ("recordJudgement", "enrolPupil", Never::After),
    ("recordJudgement", "endEnrolment", Never::Wrong),
    ("recordJudgements", "enrolPupil", Never::After),
    ("recordJudgements", "endEnrolment", Never::Wrong),
    ("withdrawJudgement", "recordJudgement", Never::Wrong),
    ("withdrawJudgement", "drawSample", Never::Wrong),
    ("drawSample", "recordJudgement", Never::Wrong),
    ("drawSample", "withdrawJudgement", Never::Wrong),
    ("advanceModerationExercise", "recordSecondJudgement", Never::Wrong),
    ("recordSecondJudgement", "advanceModerationExercise", Never::After),
    ("recordSecondJudgement", "createAppointment", Never::After),
    ("recordModerationOutcome", "advanceModerationExercise", Never::After),
    ("recordModerationOutcome", "recordSecondJudgement", Never::Wrong),
    ("updateAcademicYear", "enrolPupil", Never::Both),
    ("updateAssessmentWindow", "recordJudgement", Never::Both),
    ("updateEnrolment", "enrolPupil", Never::Wrong),
    ("removeEnrolment", "recordJudgement", Never::Wrong),
    ("removeSubject", "createModerationExercise", Never::Both),
    ("removeFramework", "createModerationExercise", Never::Both),
    ("removeAssessmentWindow", "createModerationExercise", Never::Both),
    ("removeModerationExercise", "drawSample", Never::Both),
    ("removeAcademicYear", "createClass", Never::Both),
    ("removeSchool", "createClass", Never::Wrong),
    ("removeClass", "enrolPupil", Never::Both),
    ("removePhase", "createAppointment", Never::Both),
    ("removeStaffMember", "createAppointment", Never::Both),
    ("createCurriculum", "removeSubject", Never::Both),
    ("createCurriculum", "removeCurriculum", Never::Both),
    ("updateCurriculum", "draftCurriculumVersion", Never::Both),
    ("removeCurriculum", "draftCurriculumVersion", Never::Both),
    ("draftCurriculumVersion", "publishCurriculumVersion", Never::Wrong),
    ("publishCurriculumVersion", "createObjective", Never::Wrong),
    ("removeCurriculumVersion", "createObjective", Never::Wrong),
    ("createObjective", "removeObjective", Never::Wrong),
    ("updateObjective", "updateObjective", Never::Both),
    ("updateObjective", "publishCurriculumVersion", Never::After),
    ("removeObjective", "publishCurriculumVersion", Never::Both),
    // The last: its years end in December.
    ("createAcademicYear", "createAcademicYear", Never::Both),
];

/// How often a race is run on PostgreSQL.
pub fn rounds(judged: &str, changer: &str) -> usize {
    match (judged, changer) {
        // Two who dismiss each other wait for each other, and PostgreSQL takes a second to find that out.
        ("endAppointment", "endAppointment") => 3,
        ("recordSecondJudgement", "advanceModerationExercise") => 20,
        ("createAppointment", _) | (_, "advanceModerationExercise") => 12,
        _ => 8,
    }
}

/// The two of a race, set up for a round.
#[rustfmt::skip]
pub async fn race(arena: &Arena, judged: &str, changer: &str, round: usize) -> (Shot, Shot) {
    let world = arena.world();
    let (school, other) = (&world.schools[0], &world.schools[1]);
    let (lead, lead2, head) = (world.lead.as_str(), "lead2@test.example", school.head.as_str());
    let (moderator, teacher) = (world.moderator.as_str(), school.classes[0].teacher.as_str());
    let classes = [0, 1].map(|at| plumbline_tests::global_id_of("Class", school.classes[at].id));
    let serial = arena.serial();
    if let Some(shots) = records::race(arena, judged, changer, round).await {
        return shots;
    }
    if let Some(shots) = planning::race(arena, judged, changer).await {
        return shots;
    }
    match (judged, changer) {
        ("createSubject", "endAppointment") => {
            let (_, email, appointment) = arena.appointed(&json!({ "role": "TRUST_LEAD" })).await;
            (shot("createSubject", &email, json!({ "code": format!("a{serial}"), "name": "A" })),
             shot("endAppointment", lead, json!({ "appointmentId": appointment, "expectedVersion": 1 })))
        }
        ("createSubject", "revokeClient") => {
            let name = format!("app{serial}");
            let client = arena.office().await.register(&name, &["WRITE", "WRITE_STAFF"], None).await;
            (shot("createSubject", &format!("{lead} through {name}"), json!({ "code": format!("c{serial}"), "name": "C" })),
             shot("revokeClient", lead, json!({ "clientApplicationId": client["id"], "expectedVersion": 1 })))
        }
        // The one ends in December, and the other begins before that.
        ("createAcademicYear", "createAcademicYear") => {
            let year = arena.new_year().await + 1;
            (shot("createAcademicYear", lead, json!({ "year": year, "endsOn": format!("{}-12-31", year + 1) })),
             shot("createAcademicYear", lead2, json!({ "year": year + 1, "startsOn": format!("{}-08-15", year + 1) })))
        }
        // Who leads a phase does not say which year groups it has.
        ("updatePhase", "createAppointment") => {
            let phase = arena.does(lead, "createPhase", json!({
                "name": format!("Phase {serial}"), "lowestYearGroup": "YEAR_3", "highestYearGroup": "YEAR_4" }), "phase { id }").await;
            (shot("updatePhase", lead, json!({ "phaseId": phase["id"], "expectedVersion": 1, "highestYearGroup": "YEAR_6" })),
             shot("createAppointment", lead2, json!({
                "staffMemberId": arena.person(lead).await, "role": "PHASE_LEADER", "schoolId": world.school(0), "phaseId": phase["id"] })))
        }
        ("createClass", "updateSchool") => {
            let version = arena.version(&json!(world.school(0))).await;
            (shot("createClass", head, json!({
                "schoolId": world.school(0), "academicYearId": arena.year(), "name": format!("Class {serial}"), "lowestYearGroup": "YEAR_5" })),
             shot("updateSchool", lead, json!({ "schoolId": world.school(0), "expectedVersion": version, "name": format!("School {serial}") })))
        }
        // A class loses a year group, and a pupil of that year group comes into it.
        ("updateClass", "enrolPupil") | ("enrolPupil", "updateClass") => {
            let (class, narrow) = arena.mixed_class().await;
            let pupil = arena.pupil(0, "2026-05-01").await.0;
            turned(judged == "updateClass", narrow, shot("enrolPupil", head, json!({
                "pupilId": pupil, "classId": class, "yearGroup": "YEAR_4", "startsOn": "2026-06-01" })))
        }
        ("updateClass", "createPupil") | ("createPupil", "updateClass") => {
            let (class, narrow) = arena.mixed_class().await;
            let mut pupil = arena.new_pupil(&class, "2026-06-01");
            pupil["yearGroup"] = json!("YEAR_4");
            turned(judged == "updateClass", narrow, shot("createPupil", head, pupil))
        }
        // A senior leader mends the names of those who are appointed in their school alone.
        ("updateStaffMember", "createAppointment") => {
            let (person, _, _) = arena.appointed(&world.serving(0, "SENCO")).await;
            let mut elsewhere = world.serving(1, "SENCO");
            elsewhere["staffMemberId"] = person.clone();
            (shot("updateStaffMember", head, json!({ "staffMemberId": person, "expectedVersion": 1, "familyName": "Renamed" })),
             shot("createAppointment", lead, elsewhere))
        }
        // Two senior leaders appoint somebody who was never appointed: whoever comes second does not see them any more.
        ("createAppointment", "createAppointment") => {
            let (person, _) = arena.newcomer(&[]).await;
            let [mut here, mut there] = [world.serving(0, "SENCO"), world.serving(1, "SENCO")];
            (here["staffMemberId"], there["staffMemberId"]) = (person.clone(), person);
            (shot("createAppointment", head, here), shot("createAppointment", &other.head, there))
        }
        ("createAppointment", "updateClass") => {
            let (person, _) = arena.newcomer(&[]).await;
            let mut teaching = world.teaching(0, 0);
            teaching["staffMemberId"] = person;
            let version = arena.version(&json!(classes[0])).await;
            (shot("createAppointment", head, teaching),
             shot("updateClass", head, json!({ "classId": classes[0], "expectedVersion": version, "name": format!("Class {serial}") })))
        }
        // Two trust leads dismiss each other: one of them is one no more by then.
        ("endAppointment", "endAppointment") => {
            let (_, one, first) = arena.appointed(&json!({ "role": "TRUST_LEAD" })).await;
            let (_, two, second) = arena.appointed(&json!({ "role": "TRUST_LEAD" })).await;
            (shot("endAppointment", &one, json!({ "appointmentId": second, "expectedVersion": 1 })),
             shot("endAppointment", &two, json!({ "appointmentId": first, "expectedVersion": 1 })))
        }
        // The pupil is of another school from then on, which alone may say what is so of them.
        ("updatePupil" | "recordPupilCharacteristics" | "correctUpn", "enrolPupil") => {
            let (pupil, enrolment) = arena.pupil(0, "2026-05-01").await;
            arena.does(head, "endEnrolment", json!({ "enrolmentId": enrolment, "expectedVersion": 1, "endsOn": "2026-06-30" }), "enrolment { id }").await;
            let there = plumbline_tests::global_id_of("Class", other.classes[0].id);
            let judged = if judged == "updatePupil" {
                shot("updatePupil", head, json!({ "pupilId": pupil, "expectedVersion": 1, "givenName": "Renamed" }))
            } else if judged == "correctUpn" {
                shot("correctUpn", head, json!({ "pupilId": pupil, "expectedVersion": 1, "upn": arena.upn() }))
            } else {
                shot("recordPupilCharacteristics", head, arena.characteristics(&pupil))
            };
            (judged, shot("enrolPupil", "head.both@test.example", json!({
                "pupilId": pupil, "classId": there, "yearGroup": "YEAR_3", "startsOn": "2026-07-01" })))
        }
        // A pupil is erased while something of them is recorded: it goes with them, or is refused.
        ("enrolPupil", "endEnrolment") | ("endEnrolment", "enrolPupil") => {
            let (pupil, enrolment) = arena.pupil(0, "2026-05-01").await;
            turned(judged == "enrolPupil",
                shot("enrolPupil", head, json!({ "pupilId": pupil, "classId": classes[1], "yearGroup": "YEAR_4", "startsOn": "2026-06-01" })),
                shot("endEnrolment", head, json!({ "enrolmentId": enrolment, "expectedVersion": 1, "endsOn": "2026-06-30" })))
        }
        // From today the pupil is in another class, whose teacher judges them.
        ("recordJudgement" | "recordJudgements", "enrolPupil") => {
            let (pupil, _) = arena.pupil(0, "2026-05-01").await;
            let (judged, many) = if judged == "recordJudgement" { ("recordJudgement", false) } else { ("recordJudgements", true) };
            (shot(judged, teacher, arena.judgement(&pupil, many)),
             shot("enrolPupil", head, json!({ "pupilId": pupil, "classId": classes[1], "yearGroup": "YEAR_4", "startsOn": "2026-07-01" })))
        }
        // A pupil is judged in the class that they left last: they may be judged either way.
        ("recordJudgement" | "recordJudgements", "endEnrolment") => {
            let (pupil, enrolment) = arena.pupil(0, "2026-05-01").await;
            let (judged, many) = if judged == "recordJudgement" { ("recordJudgement", false) } else { ("recordJudgements", true) };
            (shot(judged, teacher, arena.judgement(&pupil, many)),
             shot("endEnrolment", head, json!({ "enrolmentId": enrolment, "expectedVersion": 1, "endsOn": "2026-06-30" })))
        }
        ("withdrawJudgement", "drawSample") | ("drawSample", "withdrawJudgement") => {
            let (pupil, _) = arena.pupil(0, "2026-05-01").await;
            let judgement = arena.does(teacher, "recordJudgement", arena.judgement(&pupil, false), "judgement { id }").await;
            turned(judged == "withdrawJudgement",
                shot("withdrawJudgement", head, json!({ "judgementId": judgement["id"], "reason": "Of another pupil" })),
                shot("drawSample", lead, json!({ "exerciseId": arena.draft().await, "expectedVersion": 1 })))
        }
        ("drawSample", "recordJudgement") => {
            let pupil = plumbline_tests::global_id_of("Pupil", school.classes[0].pupils[0]);
            (shot("drawSample", lead, json!({ "exerciseId": arena.draft().await, "expectedVersion": 1 })),
             shot("recordJudgement", teacher, arena.judgement(&json!(pupil), false)))
        }
        // Work is judged while the exercise is JUDGING.
        ("recordSecondJudgement", "advanceModerationExercise") | ("advanceModerationExercise", "recordSecondJudgement") => {
            let advance = arena.step("JUDGING", "DISCUSSING").await;
            let work = arena.work(round).await;
            turned(judged == "recordSecondJudgement", shot("recordSecondJudgement", moderator, json!({
                "workId": work, "gradeCode": "GDS", "rationale": "Seen in three pieces." })), advance)
        }
        // Nobody judges work of a school where they are appointed.
        ("recordSecondJudgement", "createAppointment") => {
            arena.step("JUDGING", "DISCUSSING").await;
            let (person, email, _) = arena.appointed(&json!({ "role": "MODERATOR" })).await;
            let mut here = world.serving(0, "SENCO");
            here["staffMemberId"] = person;
            (shot("recordSecondJudgement", &email, json!({
                "workId": arena.work(0).await, "gradeCode": "GDS", "rationale": "Seen in three pieces." })),
             shot("createAppointment", lead, here))
        }
        // Grades are agreed until the exercise is released.
        ("recordModerationOutcome", "advanceModerationExercise") => {
            let advance = arena.step("DISCUSSING", "RELEASED").await;
            (arena.outcome().await, advance)
        }
        ("recordModerationOutcome", "recordSecondJudgement") => {
            arena.step("JUDGING", "DISCUSSING").await;
            let outcome = arena.outcome().await;
            let second = json!({ "workId": outcome.input["workId"], "gradeCode": "GDS", "rationale": "Seen in three pieces." });
            (outcome, shot("recordSecondJudgement", moderator, second))
        }
        // The last day of the year moves before the day on which a pupil comes.
        ("updateAcademicYear", "enrolPupil") => {
            let year = arena.new_year().await;
            let made = arena.does(lead, "createAcademicYear", json!({ "year": year }), "academicYear { id }").await;
            let class = json!({ "schoolId": world.school(0), "academicYearId": made["id"], "name": "Future", "lowestYearGroup": "YEAR_4" });
            let class = arena.does(head, "createClass", class, "class { id }").await;
            let pupil = arena.pupil(0, "2026-05-01").await.0;
            (shot("updateAcademicYear", lead, json!({ "academicYearId": made["id"], "expectedVersion": 1, "endsOn": format!("{}-07-31", year + 1) })),
             shot("enrolPupil", head, json!({ "pupilId": pupil, "classId": class["id"], "yearGroup": "YEAR_4", "startsOn": format!("{}-08-10", year + 1) })))
        }
        // The window shall close before the day of the judgement.
        ("updateAssessmentWindow", "recordJudgement") => {
            let (window, judgement) = arena.early_judgement().await;
            (shot("updateAssessmentWindow", lead, json!({
                "windowId": window, "expectedVersion": arena.version(&window).await, "closesOn": format!("2026-03-{}", 10 + round % 10), "daysOfGrace": 300 })),
             shot("recordJudgement", teacher, judgement))
        }
        ("updateEnrolment", "enrolPupil") => {
            let (pupil, place) = arena.pupil(0, "2026-05-01").await;
            (shot("updateEnrolment", head, json!({ "enrolmentId": place, "expectedVersion": 1, "endsOn": "2026-07-20" })),
             shot("enrolPupil", head, json!({ "pupilId": pupil, "classId": classes[1], "yearGroup": "YEAR_4", "startsOn": "2026-06-10" })))
        }
        // Whoever judges the pupil on a day in the place that is removed, judges in the class that they are in then.
        ("removeEnrolment", "recordJudgement") => {
            let (pupil, former) = arena.moved(round).await;
            let mut judgement = arena.judgement(&pupil, false);
            judgement["judgement"]["judgedOn"] = json!("2026-05-04");
            (shot("removeEnrolment", head, json!({ "enrolmentId": former })), shot("recordJudgement", head, judgement))
        }
        ("removeSubject" | "removeFramework" | "removeAssessmentWindow", "createModerationExercise") => {
            let judgements = world.judgements_input(&[]);
            let mut exercise = json!({ "title": format!("Exercise {serial}"), "subjectId": judgements["subjectId"],
                "windowId": judgements["windowId"], "frameworkId": judgements["frameworkId"] });
            let (judged, named, id): (&'static str, _, _) = match judged {
                "removeSubject" => {
                    let subject = json!({ "code": format!("x{serial}"), "name": "X" });
                    ("removeSubject", "subjectId", arena.does(lead, "createSubject", subject, "subject { id }").await["id"].clone())
                }
                "removeFramework" => {
                    let grades = json!([{ "code": "LOW", "name": "Low" }, { "code": "HIGH", "name": "High" }]);
                    let framework = json!({ "code": format!("x{serial}"), "edition": "1", "name": "X", "grades": grades });
                    ("removeFramework", "frameworkId", arena.does(lead, "createFramework", framework, "framework { id }").await["id"].clone())
                }
                _ => ("removeAssessmentWindow", "windowId", arena.window().await),
            };
            exercise[named] = id.clone();
            (shot(judged, lead, json!({ (named): id })), shot("createModerationExercise", lead2, exercise))
        }
        ("removeModerationExercise", "drawSample") => {
            let draft = arena.draft().await;
            (shot("removeModerationExercise", lead, json!({ "exerciseId": draft })),
             shot("drawSample", lead2, json!({ "exerciseId": draft, "expectedVersion": 1 })))
        }
        ("removeAcademicYear", "createClass") => {
            let year = arena.new_year().await;
            let made = arena.does(lead, "createAcademicYear", json!({ "year": year }), "academicYear { id }").await;
            (shot("removeAcademicYear", lead, json!({ "academicYearId": made["id"] })),
             shot("createClass", head, json!({
                "schoolId": world.school(0), "academicYearId": made["id"], "name": "Future", "lowestYearGroup": "YEAR_5" })))
        }
        ("removeSchool", "createClass") => {
            (shot("removeSchool", lead, json!({ "schoolId": world.school(0) })),
             shot("createClass", head, json!({
                "schoolId": world.school(0), "academicYearId": arena.year(), "name": format!("Class {serial}"), "lowestYearGroup": "YEAR_5" })))
        }
        ("removeClass", "enrolPupil") => {
            let class = arena.mixed_class().await.0;
            let pupil = arena.pupil(0, "2026-05-01").await.0;
            (shot("removeClass", head, json!({ "classId": class })),
             shot("enrolPupil", head, json!({ "pupilId": pupil, "classId": class, "yearGroup": "YEAR_4", "startsOn": "2026-06-01" })))
        }
        ("removePhase", "createAppointment") => {
            let phase = json!({ "name": format!("Phase {serial}"), "lowestYearGroup": "YEAR_3", "highestYearGroup": "YEAR_4" });
            let phase = arena.does(lead, "createPhase", phase, "phase { id }").await["id"].clone();
            (shot("removePhase", lead, json!({ "phaseId": phase })),
             shot("createAppointment", lead2, json!({
                "staffMemberId": arena.newcomer(&[]).await.0, "role": "PHASE_LEADER", "schoolId": world.school(0), "phaseId": phase })))
        }
        ("removeStaffMember", "createAppointment") => {
            let person = arena.newcomer(&[]).await.0;
            let mut serving = world.serving(0, "SENCO");
            serving["staffMemberId"] = person.clone();
            (shot("removeStaffMember", lead, json!({ "staffMemberId": person })), shot("createAppointment", lead2, serving))
        }
        ("createCurriculum", "removeSubject") => {
            let subject = arena.new_subject().await;
            (shot("createCurriculum", lead, json!({ "subjectId": subject })), shot("removeSubject", lead2, json!({ "subjectId": subject })))
        }
        // A school comes to follow what is removed.
        ("createCurriculum", "removeCurriculum") => {
            let subject = arena.new_subject().await;
            let core = arena.does(lead, "createCurriculum", json!({ "subjectId": subject }), "curriculum { id }").await;
            (shot("createCurriculum", head, json!({ "subjectId": subject, "schoolId": world.school(0), "standing": "FOLLOWS" })),
             shot("removeCurriculum", lead, json!({ "curriculumId": core["id"] })))
        }
        // A school that comes to follow the trust's has no draft of its own.
        ("updateCurriculum", "draftCurriculumVersion") => {
            let subject = arena.new_subject().await;
            arena.does(lead, "createCurriculum", json!({ "subjectId": subject }), "curriculum { id }").await;
            let own = json!({ "subjectId": subject, "schoolId": world.school(0), "standing": "REPLACES" });
            let own = arena.does(head, "createCurriculum", own, "curriculum { id }").await["id"].clone();
            (shot("updateCurriculum", lead, json!({ "curriculumId": own, "expectedVersion": 1, "standing": "FOLLOWS" })),
             shot("draftCurriculumVersion", head, drafted(&own)))
        }
        ("removeCurriculum", "draftCurriculumVersion") => {
            let curriculum = arena.curriculum().await;
            (shot("removeCurriculum", lead, json!({ "curriculumId": curriculum })),
             shot("draftCurriculumVersion", lead2, drafted(&curriculum)))
        }
        // Refused while there is a draft, and begun from what it became.
        ("draftCurriculumVersion", "publishCurriculumVersion") => {
            let draft = arena.written().await.0;
            let curriculum = arena.curriculum_of(&draft).await;
            (shot("draftCurriculumVersion", lead, drafted(&curriculum)),
             shot("publishCurriculumVersion", lead2, json!({ "curriculumVersionId": draft, "expectedVersion": 1 })))
        }
        ("publishCurriculumVersion" | "removeCurriculumVersion", "createObjective") => {
            let draft = arena.written().await.0;
            let judged = if judged == "publishCurriculumVersion" {
                shot("publishCurriculumVersion", lead, json!({ "curriculumVersionId": draft, "expectedVersion": 1 }))
            } else {
                shot("removeCurriculumVersion", lead, json!({ "curriculumVersionId": draft }))
            };
            (judged, shot("createObjective", lead2, another(&draft, &json!([]))))
        }
        ("createObjective", "removeObjective") => {
            let (draft, objective) = arena.written().await;
            (shot("createObjective", lead, another(&draft, &json!([objective]))),
             shot("removeObjective", lead2, json!({ "objectiveId": objective })))
        }
        // Each would build on the other.
        ("updateObjective", "updateObjective") => {
            let (draft, one) = arena.written().await;
            let other = arena.does(lead, "createObjective", another(&draft, &json!([])), "objective { id }").await["id"].clone();
            (shot("updateObjective", lead, json!({ "objectiveId": one, "expectedVersion": 1, "buildsOn": [other] })),
             shot("updateObjective", lead2, json!({ "objectiveId": other, "expectedVersion": 1, "buildsOn": [one] })))
        }
        ("updateObjective", "publishCurriculumVersion") => {
            let (draft, objective) = arena.written().await;
            (shot("updateObjective", lead, json!({ "objectiveId": objective, "expectedVersion": 1, "statement": "Begin again." })),
             shot("publishCurriculumVersion", lead2, json!({ "curriculumVersionId": draft, "expectedVersion": 1 })))
        }
        // The only one: without it nothing would be taught by the draft.
        ("removeObjective", "publishCurriculumVersion") => {
            let (draft, objective) = arena.written().await;
            (shot("removeObjective", lead, json!({ "objectiveId": objective })),
             shot("publishCurriculumVersion", lead2, json!({ "curriculumVersionId": draft, "expectedVersion": 1 })))
        }
        _ => panic!("{judged} beside {changer} has no line in `race` (tests/it/mechanisms/races/judged_by.rs)"),
    }
}

/// The input by which a draft is begun.
fn drafted(curriculum: &Value) -> Value {
    json!({ "curriculumId": curriculum, "rationale": "As it grew" })
}

/// The input by which another objective comes into a draft.
fn another(draft: &Value, builds_on: &Value) -> Value {
    json!({ "curriculumVersionId": draft, "code": "another", "category": "SKILL", "strand": "All", "lowestYearGroup": "YEAR_3",
            "statement": "Go on.", "buildsOn": builds_on })
}

/// A mutation by somebody.
pub fn shot(mutation: &'static str, who: &str, input: Value) -> Shot {
    Shot { mutation, who: who.to_owned(), input }
}

fn turned(as_they_are: bool, one: Shot, other: Shot) -> (Shot, Shot) {
    if as_they_are { (one, other) } else { (other, one) }
}
