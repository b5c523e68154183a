//! Random attempts to change what is taught.

use plumbline_entity::curriculum_version::CurriculumStatus;
use serde_json::{Value, json};
use uuid::Uuid;

use super::attempts::{Attempt, Trying, any_row, input};
use super::shape::Kind;

/// What an attempt is about: its mutation, the changed thing in the payload, what it may change.
type About = (&'static str, &'static str, &'static [&'static str]);

impl Trying<'_> {
    /// An attempt on the curriculum of a school, or of the trust.
    fn of_curriculum(
        &self,
        (name, object, tables): About,
        (school, subject): (Option<Uuid>, Uuid),
        names: Vec<(Kind, Uuid)>,
        fields: Value,
        mark: String,
    ) -> Attempt {
        let may = self.who.may_write_curriculum(school, subject);
        Attempt { name, object, input: input(fields), names, may, school, tables, mark }
    }

    pub(super) fn create_curriculum(&mut self) -> Option<Attempt> {
        let subject = any_row!(self, subject)?;
        let school = if self.chance.percent(70) { Some(any_row!(self, school)?.id) } else { None };
        let aim = self.fresh();
        let standing = school.map(|_| "REPLACES");
        let mut names = vec![(Kind::Subject, subject.id)];
        names.extend(school.map(|id| (Kind::School, id)));
        let fields = json!({
            "subjectId": Kind::Subject.id(subject.id), "schoolId": school.map(|id| Kind::School.id(id)), "standing": standing, "aim": aim });
        let about: About = ("createCurriculum", "curriculum { id }", &["curriculum"]);
        Some(self.of_curriculum(about, (school, subject.id), names, fields, aim))
    }

    pub(super) fn update_curriculum(&mut self) -> Option<Attempt> {
        let (row, aim) = (any_row!(self, curriculum)?, self.fresh());
        let fields = json!({ "curriculumId": Kind::Curriculum.id(row.id), "expectedVersion": row.version, "aim": aim });
        let about: About = ("updateCurriculum", "curriculum { id }", &["curriculum"]);
        let names = vec![(Kind::Curriculum, row.id)];
        Some(self.of_curriculum(about, (row.school_id, row.subject_id), names, fields, aim))
    }

    pub(super) fn remove_curriculum(&mut self) -> Option<Attempt> {
        let row = any_row!(self, curriculum)?;
        let fields = json!({ "curriculumId": Kind::Curriculum.id(row.id) });
        let about: About = ("removeCurriculum", "removedId", &["curriculum"]);
        let (names, mark) = (vec![(Kind::Curriculum, row.id)], format!("id: {}", row.id));
        Some(self.of_curriculum(about, (row.school_id, row.subject_id), names, fields, mark))
    }

    pub(super) fn draft_curriculum_version(&mut self) -> Option<Attempt> {
        let (row, rationale) = (any_row!(self, curriculum)?, self.fresh());
        let fields = json!({ "curriculumId": Kind::Curriculum.id(row.id), "rationale": rationale });
        let tables = &["curriculum_version", "objective", "objective_link", "coverage_cell"];
        let about: About = ("draftCurriculumVersion", "curriculumVersion { id }", tables);
        let names = vec![(Kind::Curriculum, row.id)];
        Some(self.of_curriculum(about, (row.school_id, row.subject_id), names, fields, rationale))
    }

    pub(super) fn update_curriculum_version(&mut self) -> Option<Attempt> {
        let (row, rationale) = (any_row!(self, curriculum_version)?, self.fresh());
        let id = Kind::CurriculumVersion.id(row.id);
        let fields = json!({ "curriculumVersionId": id, "expectedVersion": row.version, "rationale": rationale });
        let about: About =
            ("updateCurriculumVersion", "curriculumVersion { id }", &["curriculum_version", "coverage_cell"]);
        let names = vec![(Kind::CurriculumVersion, row.id)];
        Some(self.of_curriculum(about, (row.school_id, row.subject_id), names, fields, rationale))
    }

    /// A draft, mostly; else any version.
    fn a_draft(&mut self) -> Option<plumbline_entity::curriculum_version::Model> {
        let drafts = self.world.curriculum_version.iter().filter(|row| row.status == CurriculumStatus::Draft);
        let drafts: Vec<_> = drafts.cloned().collect();
        if self.chance.percent(80) {
            self.chance.pick_any(&drafts).cloned()
        } else {
            any_row!(self, curriculum_version)
        }
    }

    pub(super) fn publish_curriculum_version(&mut self) -> Option<Attempt> {
        let row = self.a_draft()?;
        let id = Kind::CurriculumVersion.id(row.id);
        let fields = json!({ "curriculumVersionId": id, "expectedVersion": row.version });
        let about: About =
            ("publishCurriculumVersion", "curriculumVersion { id }", &["curriculum_version", "coverage_cell"]);
        let (names, mark) = (vec![(Kind::CurriculumVersion, row.id)], row.id.to_string());
        Some(self.of_curriculum(about, (row.school_id, row.subject_id), names, fields, mark))
    }

    pub(super) fn remove_curriculum_version(&mut self) -> Option<Attempt> {
        let row = self.a_draft()?;
        let fields = json!({ "curriculumVersionId": Kind::CurriculumVersion.id(row.id) });
        let tables = &["curriculum_version", "objective", "objective_link", "coverage_cell"];
        let about: About = ("removeCurriculumVersion", "removedId", tables);
        let (names, mark) = (vec![(Kind::CurriculumVersion, row.id)], format!("id: {}", row.id));
        Some(self.of_curriculum(about, (row.school_id, row.subject_id), names, fields, mark))
    }

    pub(super) fn create_objective(&mut self) -> Option<Attempt> {
        let (row, code) = (self.a_draft()?, self.fresh());
        let fields = json!({
            "curriculumVersionId": Kind::CurriculumVersion.id(row.id), "code": code, "category": "SKILL", "strand": "Number",
            "lowestYearGroup": "YEAR_3", "statement": "Add." });
        let about: About = ("createObjective", "objective { id }", &["objective"]);
        let names = vec![(Kind::CurriculumVersion, row.id)];
        Some(self.of_curriculum(about, (row.school_id, row.subject_id), names, fields, code))
    }

    /// An objective of a draft, mostly; else any.
    fn a_drafted_objective(&mut self) -> Option<plumbline_entity::objective::Model> {
        let draft = self.a_draft()?;
        let of_draft = self.world.objective.iter().filter(|row| row.curriculum_version_id == draft.id);
        let of_draft: Vec<_> = of_draft.cloned().collect();
        self.chance.pick_any(&of_draft).cloned()
    }

    pub(super) fn update_objective(&mut self) -> Option<Attempt> {
        let (row, statement) = (self.a_drafted_objective()?, self.fresh());
        let id = Kind::Objective.id(row.id);
        let fields = json!({ "objectiveId": id, "expectedVersion": row.version, "statement": statement });
        let about: About = ("updateObjective", "objective { id }", &["objective"]);
        let names = vec![(Kind::Objective, row.id)];
        Some(self.of_curriculum(about, (row.school_id, row.subject_id), names, fields, statement))
    }

    pub(super) fn remove_objective(&mut self) -> Option<Attempt> {
        let row = self.a_drafted_objective()?;
        let fields = json!({ "objectiveId": Kind::Objective.id(row.id) });
        let about: About = ("removeObjective", "removedId", &["objective", "objective_link"]);
        let (names, mark) = (vec![(Kind::Objective, row.id)], format!("id: {}", row.id));
        Some(self.of_curriculum(about, (row.school_id, row.subject_id), names, fields, mark))
    }
}
