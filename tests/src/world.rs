//! A small trust, made by hand: few enough pupils to count on fingers.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use plumbline::db::Tx;
use plumbline_entity::{
    academic_year, appointment,
    appointment::Role,
    assessment_window,
    assessment_window::Term,
    class, enrolment, framework, grade, phase, pupil,
    pupil::Sex,
    pupil_characteristics,
    pupil_characteristics::{FirstLanguage, SenProvision},
    school,
    school::EducationPhase,
    staff_member, subject, trust,
    year_group::YearGroup,
};
use uuid::Uuid;

use crate::TestApp;

/// How large a world is.
#[derive(Clone, Copy, Debug)]
pub struct Size {
    /// Schools.
    pub schools: usize,
    /// Classes of each school: Year 3, Year 4, and so on.
    pub classes: usize,
    /// Pupils of each class.
    pub pupils: usize,
}

impl Default for Size {
    fn default() -> Self {
        Self { schools: 2, classes: 2, pupils: 8 }
    }
}

/// A trust with schools, classes, pupils and somebody in each role. The academic year is 2025.
///
/// Every other pupil is a girl, every third is disadvantaged, every fourth has SEN support, every
/// fifth has English as an additional language.
pub struct World {
    /// The trust.
    pub trust: Uuid,
    /// The academic year 2025/26.
    pub year: Uuid,
    /// The windows of the year.
    pub windows: BTreeMap<Term, Uuid>,
    /// The subjects by code: reading, writing, mathematics.
    pub subjects: BTreeMap<&'static str, Uuid>,
    /// The framework.
    pub framework: Uuid,
    /// Its grades by code: WTS, EXS, GDS, and A, which is not a grade.
    pub grades: BTreeMap<&'static str, Uuid>,
    /// The phases: Key Stage 1 and Key Stage 2.
    pub phases: Vec<Uuid>,
    /// The schools.
    pub schools: Vec<SchoolWorld>,
    /// The address of the trust analyst.
    pub analyst: String,
    /// The address of the trust lead.
    pub lead: String,
    /// The address of a moderator who teaches nowhere.
    pub moderator: String,
    /// The address of somebody without any appointment.
    pub nobody: String,
}

/// A school of a world.
pub struct SchoolWorld {
    /// Its id.
    pub id: Uuid,
    /// The address of its senior leader.
    pub head: String,
    /// Its classes.
    pub classes: Vec<ClassWorld>,
}

/// A class of a world.
pub struct ClassWorld {
    /// Its id.
    pub id: Uuid,
    /// The address of its class teacher.
    pub teacher: String,
    /// Its year group.
    pub year_group: YearGroup,
    /// Its pupils.
    pub pupils: Vec<Uuid>,
}

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().expect("a day")
}

/// Writes rows by hand, with the permits with which the service fills a demo.
pub(crate) struct Hand<'a> {
    pub(crate) tx: &'a Tx,
    pub(crate) trust: Uuid,
}

macro_rules! put {
    ($hand:expr, $entity:ident { $($field:ident: $value:expr),* $(,)? }) => {{
        use plumbline::db::{Filling, Reason};
        use sea_orm::ActiveValue::Set;
        let permit = Filling.permit::<$entity::Entity>($hand.trust);
        $hand.tx.insert(&permit, $entity::ActiveModel { $($field: Set($value),)* }).await.expect("a row")
    }};
}
pub(crate) use put;

impl World {
    /// Makes a world in an empty database.
    pub async fn build(app: &TestApp, size: Size) -> Self {
        Self::named(app, size, "Test Trust", 0).await
    }

    /// Makes a second world beside the first: another trust, whose addresses begin with `other.`.
    pub async fn build_another(app: &TestApp, size: Size) -> Self {
        Self::named(app, size, "Other Trust", 1).await
    }

    async fn named(app: &TestApp, size: Size, name: &str, nth: usize) -> Self {
        let tx = app.db.begin().await.expect("a transaction");
        let trust = Uuid::now_v7();
        let hand = Hand { tx: &tx, trust };
        put!(hand, trust { id: trust, name: name.to_owned(), version: 1 });
        let mut world = hand.frame(nth).await;
        for at in 0..size.schools {
            let school = hand.school(&world, size, nth, at).await;
            world.schools.push(school);
        }
        crate::commit(tx).await;
        world
    }

    /// The academic year 2024/25, with a Year 2 in each of the first two schools. The first half of the pupils who are in the first class of
    /// the first school now were in the one, the others in the other. Returns the two classes.
    pub async fn year_before(&self, app: &TestApp) -> [Uuid; 2] {
        let tx = app.db.begin().await.expect("a transaction");
        let hand = Hand { tx: &tx, trust: self.trust };
        let (trust, year) = (self.trust, Uuid::now_v7());
        let (starts_on, ends_on) = (day("2024-09-01"), day("2025-08-31"));
        put!(
            hand,
            academic_year { id: year, trust_id: trust, year: 2024, starts_on: starts_on, ends_on: ends_on, version: 1 }
        );
        let classes = [Uuid::now_v7(), Uuid::now_v7()];
        for (school, class) in self.schools.iter().zip(classes) {
            put!(
                hand,
                class {
                    id: class,
                    trust_id: trust,
                    school_id: school.id,
                    academic_year_id: year,
                    name: "Wren".to_owned(),
                    lowest_year_group: YearGroup::Year2,
                    highest_year_group: YearGroup::Year2,
                    version: 1,
                }
            );
        }
        let pupils = &self.schools[0].classes[0].pupils;
        for (at, pupil) in pupils.iter().enumerate() {
            let half = at * 2 / pupils.len();
            put!(
                hand,
                enrolment {
                    id: Uuid::now_v7(),
                    trust_id: trust,
                    school_id: self.schools[half].id,
                    pupil_id: *pupil,
                    class_id: classes[half],
                    academic_year_id: year,
                    year_group: YearGroup::Year2,
                    starts_on: day("2024-09-02"),
                    ends_on: Some(day("2025-07-20")),
                    version: 1,
                }
            );
        }
        crate::commit(tx).await;
        classes
    }
}

impl Hand<'_> {
    async fn frame(&self, nth: usize) -> World {
        let (trust, year) = (self.trust, Uuid::now_v7());
        put!(
            self,
            academic_year {
                id: year,
                trust_id: trust,
                year: 2025,
                starts_on: day("2025-09-01"),
                ends_on: day("2026-08-31"),
                version: 1
            }
        );
        let mut windows = BTreeMap::new();
        for (term, from, until) in [
            (Term::Autumn, "2025-09-01", "2025-12-31"),
            (Term::Spring, "2026-01-01", "2026-03-31"),
            (Term::Summer, "2026-04-01", "2026-07-31"),
        ] {
            let id = Uuid::now_v7();
            put!(
                self,
                assessment_window {
                    id: id,
                    trust_id: trust,
                    academic_year_id: year,
                    term: term,
                    opens_on: day(from),
                    closes_on: day(until),
                    // Into each of them tests record in July.
                    days_of_grace: 366,
                    version: 1
                }
            );
            windows.insert(term, id);
        }
        let mut subjects = BTreeMap::new();
        for code in ["reading", "writing", "mathematics"] {
            let row = put!(
                self,
                subject {
                    id: Uuid::now_v7(),
                    trust_id: trust,
                    code: code.to_owned(),
                    name: code.to_owned(),
                    version: 1
                }
            );
            subjects.insert(code, row.id);
        }
        let framework = Uuid::now_v7();
        put!(
            self,
            framework {
                id: framework,
                trust_id: trust,
                code: "ks-ta".to_owned(),
                edition: "2025".to_owned(),
                name: "Teacher assessment".to_owned(),
                version: 1
            }
        );
        let mut grades = BTreeMap::new();
        for (code, rank) in [("WTS", Some(0)), ("EXS", Some(1)), ("GDS", Some(2)), ("A", None)] {
            let id = Uuid::now_v7();
            put!(
                self,
                grade {
                    id: id,
                    trust_id: trust,
                    framework_id: framework,
                    code: code.to_owned(),
                    name: code.to_owned(),
                    rank: rank,
                    version: 1
                }
            );
            grades.insert(code, id);
        }
        let mut phases = Vec::new();
        for (name, low, high) in
            [("Key Stage 1", YearGroup::Year1, YearGroup::Year2), ("Key Stage 2", YearGroup::Year3, YearGroup::Year6)]
        {
            let row = put!(
                self,
                phase {
                    id: Uuid::now_v7(),
                    trust_id: trust,
                    name: name.to_owned(),
                    lowest_year_group: low,
                    highest_year_group: high,
                    version: 1
                }
            );
            phases.push(row.id);
        }
        let prefix = if nth == 0 { "" } else { "other." };
        let mut trust_staff = Vec::new();
        for (who, role) in [
            ("analyst", Some(Role::TrustAnalyst)),
            ("lead", Some(Role::TrustLead)),
            ("moderator", Some(Role::Moderator)),
            ("nobody", None),
        ] {
            let email = format!("{prefix}{who}@test.example");
            let person = self.person(&email, who).await;
            if let Some(role) = role {
                self.appoint(person, role, None, None).await;
            }
            trust_staff.push(email);
        }
        let [analyst, lead, moderator, nobody] = trust_staff.try_into().expect("four people");
        World {
            trust,
            year,
            windows,
            subjects,
            framework,
            grades,
            phases,
            schools: Vec::new(),
            analyst,
            lead,
            moderator,
            nobody,
        }
    }

    async fn school(&self, world: &World, size: Size, nth: usize, at: usize) -> SchoolWorld {
        let (trust, id, prefix) = (self.trust, Uuid::now_v7(), if nth == 0 { "" } else { "other." });
        let number = i16::try_from(nth * 100 + at).expect("few schools");
        put!(
            self,
            school {
                id: id,
                trust_id: trust,
                urn: 900_000 + i32::from(number),
                la_code: 999,
                establishment_number: 2000 + number,
                name: format!("School {}", at + 1),
                education_phase: EducationPhase::Primary,
                lowest_age: Some(4),
                highest_age: Some(11),
                opened_on: None,
                closed_on: None,
                version: 1,
            }
        );
        let head = format!("{prefix}head{}@test.example", at + 1);
        let person = self.person(&head, "Head").await;
        self.appoint(person, Role::SeniorLeader, Some(id), None).await;
        let mut classes = Vec::new();
        for nth_class in 0..size.classes {
            let year_group =
                YearGroup::from_number(3 + i16::try_from(nth_class).expect("few classes")).expect("a year group");
            let class = Uuid::now_v7();
            put!(
                self,
                class {
                    id: class,
                    trust_id: trust,
                    school_id: id,
                    academic_year_id: world.year,
                    name: format!("Class {}", nth_class + 1),
                    lowest_year_group: year_group,
                    highest_year_group: year_group,
                    version: 1,
                }
            );
            let teacher = format!("{prefix}teacher{}.{}@test.example", at + 1, nth_class + 1);
            let person = self.person(&teacher, "Teacher").await;
            self.appoint(person, Role::ClassTeacher, Some(id), Some(class)).await;
            let mut pupils = Vec::new();
            for nth_pupil in 0..size.pupils {
                pupils.push(
                    self.pupil(
                        world,
                        id,
                        class,
                        year_group,
                        (usize::from(number.unsigned_abs()), nth_class, nth_pupil),
                    )
                    .await,
                );
            }
            classes.push(ClassWorld { id: class, teacher, year_group, pupils });
        }
        SchoolWorld { id, head, classes }
    }

    async fn pupil(
        &self,
        world: &World,
        school: Uuid,
        class: Uuid,
        year_group: YearGroup,
        (s, c, p): (usize, usize, usize),
    ) -> Uuid {
        let (trust, id) = (self.trust, Uuid::now_v7());
        let upn = plumbline::organisation::rules::upn_of(&format!("9992{s:03}{c:02}{p:03}")).expect("a UPN");
        let birth = NaiveDate::from_ymd_opt(
            2025 - 5 - i32::from(year_group.number()),
            1 + u32::try_from(p % 8).expect("small"),
            15,
        );
        put!(
            self,
            pupil {
                id: id,
                trust_id: trust,
                upn: Some(upn),
                given_name: Some(format!("Given{p}")),
                family_name: Some(format!("Family{s}-{c}-{p:02}")),
                date_of_birth: birth,
                sex: Some(if p % 2 == 0 { Sex::Female } else { Sex::Male }),
                version: 1,
            }
        );
        let disadvantaged = p % 3 == 0;
        put!(
            self,
            pupil_characteristics {
                id: Uuid::now_v7(),
                trust_id: trust,
                pupil_id: id,
                academic_year_id: world.year,
                free_school_meals: Some(disadvantaged),
                ever_six_free_school_meals: Some(disadvantaged),
                ever_in_care: Some(false),
                service_child: Some(false),
                disadvantaged: Some(disadvantaged),
                pupil_premium: Some(disadvantaged),
                sen: Some(if p % 4 == 0 { SenProvision::Support } else { SenProvision::None }),
                first_language: Some(if p % 5 == 0 { FirstLanguage::Other } else { FirstLanguage::English }),
                version: 1,
            }
        );
        put!(
            self,
            enrolment {
                id: Uuid::now_v7(),
                trust_id: trust,
                school_id: school,
                pupil_id: id,
                class_id: class,
                academic_year_id: world.year,
                year_group: year_group,
                starts_on: day("2025-09-01"),
                ends_on: None,
                version: 1,
            }
        );
        id
    }

    async fn person(&self, email: &str, name: &str) -> Uuid {
        let row = put!(
            self,
            staff_member {
                id: Uuid::now_v7(),
                trust_id: self.trust,
                email: email.to_owned(),
                given_name: "Ann".to_owned(),
                family_name: name.to_owned(),
                version: 1,
            }
        );
        row.id
    }

    async fn appoint(&self, person: Uuid, role: Role, school: Option<Uuid>, class: Option<Uuid>) {
        put!(
            self,
            appointment {
                id: Uuid::now_v7(),
                trust_id: self.trust,
                staff_member_id: person,
                role: role,
                school_id: school,
                phase_id: None,
                subject_id: None,
                class_id: class,
                starts_on: day("2025-09-01"),
                ends_on: None,
                version: 1,
            }
        );
    }
}
