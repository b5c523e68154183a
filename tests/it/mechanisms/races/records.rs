//! Races of what is recorded of a pupil, and of what is done to all of it.

use serde_json::{Value, json};

use super::arena::{Arena, Shot};
use super::judged_by::shot;

/// The two of a race, set up; none if it is a race of something else.
#[rustfmt::skip]
pub async fn race(arena: &Arena, judged: &str, changer: &str, round: usize) -> Option<(Shot, Shot)> {
    let world = arena.world();
    let school = &world.schools[0];
    let (lead, head) = (world.lead.as_str(), school.head.as_str());
    let (moderator, teacher) = (world.moderator.as_str(), school.classes[0].teacher.as_str());
    let classes = [0, 1].map(|at| plumbline_tests::global_id_of("Class", school.classes[at].id));
    Some(match (judged, changer) {
        ("erasePupil", "enrolPupil") => {
            let (pupil, _) = arena.pupil(0, "2026-05-01").await;
            (shot("erasePupil", head, erased(&pupil)),
             shot("enrolPupil", head, json!({ "pupilId": pupil, "classId": classes[1], "yearGroup": "YEAR_4", "startsOn": "2026-06-01" })))
        }
        ("erasePupil", "recordJudgement") => {
            let (pupil, _) = arena.pupil(0, "2026-05-01").await;
            (shot("erasePupil", head, erased(&pupil)), shot("recordJudgement", teacher, arena.judgement(&pupil, false)))
        }
        ("erasePupil", "drawSample") => {
            let (pupil, _) = arena.pupil(0, "2026-05-01").await;
            arena.does(teacher, "recordJudgement", arena.judgement(&pupil, false), "judgement { id }").await;
            (shot("erasePupil", head, erased(&pupil)),
             shot("drawSample", lead, json!({ "exerciseId": arena.draft().await, "expectedVersion": 1 })))
        }
        ("erasePupil", "recordSecondJudgement") => {
            let (pupil, _) = arena.pupil(0, "2026-05-01").await;
            let judged = arena.does(teacher, "recordJudgement", arena.judgement(&pupil, false), "judgement { id }").await;
            arena.drawn_whole().await;
            let (_, judgement) = plumbline::graphql::decode_id(judged["id"].as_str().expect("an id")).expect("an id");
            let sql = format!("SELECT id AS id FROM sampled_work WHERE judgement_id = {} ORDER BY id LIMIT 1", arena.app.literal(judgement));
            let work = plumbline_tests::global_id_of("SampledWork", arena.app.id(&sql).await);
            (shot("erasePupil", head, erased(&pupil)), shot("recordSecondJudgement", moderator, json!({
                "workId": work, "gradeCode": "GDS", "rationale": "Seen in three pieces." })))
        }
        ("mergePupils", "recordJudgement") => {
            let (pupil, duplicate) = (arena.pupil(0, "2026-05-01").await.0, arena.pupil(0, "2026-05-01").await.0);
            (shot("mergePupils", head, merged(&pupil, &duplicate)), shot("recordJudgement", teacher, arena.judgement(&duplicate, false)))
        }
        ("unmergePupils", "recordJudgement") => {
            let (pupil, gone) = arena.one_of_two(head).await;
            (shot("unmergePupils", head, unmerged(&pupil, &gone)), shot("recordJudgement", teacher, arena.judgement(&pupil, false)))
        }
        ("unmergePupils", "erasePupil") => {
            let (pupil, gone) = arena.one_of_two(head).await;
            let mut erased = erased(&pupil);
            erased["expectedVersion"] = json!(2);
            (shot("unmergePupils", head, unmerged(&pupil, &gone)), shot("erasePupil", head, erased))
        }
        ("unmergePupils", "mergePupils") => {
            let ((pupil, gone), third) = (arena.one_of_two(head).await, arena.pupil(0, "2026-05-01").await.0);
            let mut merged = merged(&pupil, &third);
            merged["expectedVersion"] = json!(2);
            (shot("unmergePupils", head, unmerged(&pupil, &gone)), shot("mergePupils", head, merged))
        }
        ("mergePupils", "erasePupil") => {
            let (pupil, duplicate) = (arena.pupil(0, "2026-05-01").await.0, arena.pupil(0, "2026-05-01").await.0);
            (shot("mergePupils", head, merged(&pupil, &duplicate)), shot("erasePupil", head, erased(&pupil)))
        }
        ("updatePupil", "recordJudgement") => {
            let pupil = plumbline_tests::global_id_of("Pupil", school.classes[0].pupils[0]);
            let version = arena.version(&json!(pupil)).await;
            let sex = if round.is_multiple_of(2) { "MALE" } else { "FEMALE" };
            (shot("updatePupil", head, json!({ "pupilId": pupil, "expectedVersion": version, "sex": sex })),
             shot("recordJudgement", teacher, arena.judgement(&json!(pupil), false)))
        }
        ("withdrawJudgement", "recordJudgement") => {
            let (pupil, _) = arena.pupil(0, "2026-05-01").await;
            let judged = arena.does(teacher, "recordJudgement", arena.judgement(&pupil, false), "judgement { id }").await;
            (shot("withdrawJudgement", head, json!({ "judgementId": judged["id"], "reason": "Of another pupil" })),
             shot("recordJudgement", teacher, arena.judgement(&pupil, false)))
        }
        _ => return None,
    })
}

/// The input by which a pupil is erased whom nobody has changed.
pub fn erased(pupil: &Value) -> Value {
    json!({ "pupilId": pupil, "confirmPupilId": pupil, "expectedVersion": 1, "reason": "REQUEST_UPHELD" })
}

/// The input by which two records are merged that nobody has changed.
pub fn merged(pupil: &Value, duplicate: &Value) -> Value {
    json!({ "pupilId": pupil, "expectedVersion": 1, "duplicateId": duplicate, "duplicateVersion": 1 })
}

/// The input by which a merge is undone that was just made.
pub fn unmerged(pupil: &Value, gone: &Value) -> Value {
    json!({ "pupilId": pupil, "expectedVersion": 2, "duplicateId": gone })
}
