//! The schema as the questions need it: each type's fields, where they lead, how its lists are
//! filtered and ordered. Written from `schema.graphql`; a field that is missing here fails a test.

use plumbline::{access, assessment, curriculum, moderation, organisation};
use plumbline_tests::global_id;
use uuid::Uuid;

/// The types that have an id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
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
    Framework,
    Grade,
    AssessmentWindow,
    Judgement,
    ModerationExercise,
    SampledWork,
    SecondJudgement,
    ModerationOutcome,
}

/// How a field can be filtered.
#[derive(Clone, Copy, Debug)]
pub enum Operators {
    Text,
    Number,
    Date,
    Flag,
    /// An enum, or a year group.
    Value,
    Id(Kind),
}

/// A list below a type: its field, what is in it, and by which of its links it hangs there.
pub type Below = (&'static str, Kind, &'static str);

/// An order: its name, and its keys with whether they descend.
pub type Order = (&'static str, &'static [(&'static str, bool)]);

/// What there is to know of a type.
pub struct Shape {
    /// The root field that lists it.
    pub list: Option<&'static str>,
    /// The root field that takes an id.
    pub one: Option<&'static str>,
    /// Fields without fields of their own.
    pub plain: &'static [&'static str],
    /// Fields that lead to one other thing.
    pub leads: &'static [(&'static str, Kind)],
    /// Fields that are lists.
    pub lists: &'static [Below],
    /// Fields of its filter.
    pub filters: &'static [(&'static str, Operators)],
    /// Its orders; the first is the one that comes unasked.
    pub orders: &'static [Order],
}

use Operators::{Date, Flag, Id, Number, Text, Value};

const BARE: Shape = Shape { list: None, one: None, plain: &[], leads: &[], lists: &[], filters: &[], orders: &[] };

impl Kind {
    /// All of them.
    pub const ALL: [Self; 21] = [
        Self::Trust,
        Self::School,
        Self::AcademicYear,
        Self::Phase,
        Self::Class,
        Self::StaffMember,
        Self::Appointment,
        Self::AccessGrant,
        Self::ClientApplication,
        Self::Pupil,
        Self::PupilCharacteristics,
        Self::Enrolment,
        Self::Subject,
        Self::Framework,
        Self::Grade,
        Self::AssessmentWindow,
        Self::Judgement,
        Self::ModerationExercise,
        Self::SampledWork,
        Self::SecondJudgement,
        Self::ModerationOutcome,
    ];

    /// The id by which callers know a row.
    pub fn id(self, id: Uuid) -> String {
        match self {
            Self::Trust => global_id::<organisation::Trust>(id),
            Self::School => global_id::<organisation::School>(id),
            Self::AcademicYear => global_id::<organisation::AcademicYear>(id),
            Self::Phase => global_id::<organisation::Phase>(id),
            Self::Class => global_id::<organisation::Class>(id),
            Self::StaffMember => global_id::<organisation::StaffMember>(id),
            Self::Appointment => global_id::<organisation::Appointment>(id),
            Self::AccessGrant => global_id::<access::AccessGrant>(id),
            Self::ClientApplication => global_id::<access::ClientApplication>(id),
            Self::Pupil => global_id::<organisation::Pupil>(id),
            Self::PupilCharacteristics => global_id::<organisation::PupilCharacteristics>(id),
            Self::Enrolment => global_id::<organisation::Enrolment>(id),
            Self::Subject => global_id::<curriculum::Subject>(id),
            Self::Framework => global_id::<assessment::Framework>(id),
            Self::Grade => global_id::<assessment::Grade>(id),
            Self::AssessmentWindow => global_id::<assessment::AssessmentWindow>(id),
            Self::Judgement => global_id::<assessment::Judgement>(id),
            Self::ModerationExercise => global_id::<moderation::ModerationExercise>(id),
            Self::SampledWork => global_id::<moderation::SampledWork>(id),
            Self::SecondJudgement => global_id::<moderation::SecondJudgement>(id),
            Self::ModerationOutcome => global_id::<moderation::ModerationOutcome>(id),
        }
    }

    /// What there is to ask of it.
    pub const fn shape(self) -> Shape {
        match self {
            Self::Trust => Shape { plain: &["name"], lists: &[("schools", Self::School, "trust")], ..BARE },
            Self::School => Shape {
                list: Some("schools"),
                one: Some("school"),
                plain: &[
                    "urn",
                    "laestab",
                    "name",
                    "educationPhase",
                    "lowestAge",
                    "highestAge",
                    "openedOn",
                    "closedOn",
                    "version",
                ],
                lists: &[("classes", Self::Class, "school")],
                filters: &[("name", Text), ("urn", Number)],
                orders: &[("NAME", &[("name", false)]), ("URN", &[("urn", false)])],
                ..BARE
            },
            Self::AcademicYear => Shape {
                list: Some("academicYears"),
                plain: &["year", "startsOn", "endsOn"],
                filters: &[("year", Number)],
                orders: &[("LATEST", &[("year", true)]), ("EARLIEST", &[("year", false)])],
                ..BARE
            },
            Self::Phase => Shape {
                list: Some("phases"),
                plain: &["name", "lowestYearGroup", "highestYearGroup", "version"],
                filters: &[("name", Text)],
                orders: &[("AGE", &[("lowestYearGroup", false), ("highestYearGroup", false)])],
                ..BARE
            },
            Self::Class => Shape {
                list: Some("classes"),
                one: Some("class"),
                plain: &["name", "lowestYearGroup", "highestYearGroup", "version"],
                leads: &[("school", Self::School), ("academicYear", Self::AcademicYear)],
                lists: &[("enrolments", Self::Enrolment, "class")],
                filters: &[
                    ("name", Text),
                    ("school", Id(Self::School)),
                    ("academicYear", Id(Self::AcademicYear)),
                    ("lowestYearGroup", Value),
                ],
                orders: &[("YEAR_GROUP", &[("lowestYearGroup", false), ("name", false)]), ("NAME", &[("name", false)])],
            },
            Self::StaffMember => Shape {
                list: Some("staffMembers"),
                plain: &["email", "givenName", "familyName", "version"],
                lists: &[("appointments", Self::Appointment, "staffMember")],
                filters: &[("familyName", Text), ("email", Text)],
                orders: &[("NAME", &[("familyName", false), ("givenName", false)])],
                ..BARE
            },
            Self::Appointment => Shape {
                list: Some("appointments"),
                plain: &["role", "startsOn", "endsOn", "version"],
                leads: &[
                    ("staffMember", Self::StaffMember),
                    ("school", Self::School),
                    ("phase", Self::Phase),
                    ("subject", Self::Subject),
                    ("class", Self::Class),
                ],
                filters: &[
                    ("role", Value),
                    ("school", Id(Self::School)),
                    ("class", Id(Self::Class)),
                    ("staffMember", Id(Self::StaffMember)),
                ],
                orders: &[("LATEST", &[("startsOn", true)]), ("EARLIEST", &[("startsOn", false)])],
                ..BARE
            },
            Self::AccessGrant => Shape {
                list: Some("accessGrants"),
                plain: &["withNames", "exactFigures", "purpose", "grantedAt", "expiresAt", "revokedAt", "version"],
                leads: &[
                    ("staffMember", Self::StaffMember),
                    ("school", Self::School),
                    ("grantedBy", Self::StaffMember),
                ],
                filters: &[("staffMember", Id(Self::StaffMember)), ("school", Id(Self::School)), ("withNames", Flag)],
                orders: &[("LATEST", &[("grantedAt", true)]), ("EXPIRY", &[("expiresAt", false)])],
                ..BARE
            },
            Self::ClientApplication => Shape {
                list: Some("clientApplications"),
                plain: &[
                    "name",
                    "issuer",
                    "clientId",
                    "scopes",
                    "trustedDocumentsOnly",
                    "registeredAt",
                    "revokedAt",
                    "version",
                ],
                leads: &[("registeredBy", Self::StaffMember)],
                filters: &[("name", Text), ("issuer", Text)],
                orders: &[("NAME", &[("name", false)]), ("LATEST", &[("registeredAt", true)])],
                ..BARE
            },
            Self::Pupil => Shape {
                list: Some("pupils"),
                one: Some("pupil"),
                plain: &["upn", "givenName", "familyName", "dateOfBirth", "sex", "version"],
                lists: &[
                    ("enrolments", Self::Enrolment, "pupil"),
                    ("characteristics", Self::PupilCharacteristics, "pupil"),
                    ("judgements", Self::Judgement, "pupil"),
                ],
                filters: &[
                    ("familyName", Text),
                    ("givenName", Text),
                    ("upn", Text),
                    ("dateOfBirth", Date),
                    ("sex", Value),
                ],
                orders: &[
                    ("NAME", &[("familyName", false), ("givenName", false)]),
                    ("DATE_OF_BIRTH", &[("dateOfBirth", false)]),
                    ("UPN", &[("upn", false)]),
                ],
                ..BARE
            },
            Self::PupilCharacteristics => Shape {
                plain: &[
                    "freeSchoolMeals",
                    "everSixFreeSchoolMeals",
                    "everInCare",
                    "serviceChild",
                    "disadvantaged",
                    "pupilPremium",
                    "sen",
                    "firstLanguage",
                    "version",
                ],
                leads: &[("pupil", Self::Pupil), ("academicYear", Self::AcademicYear)],
                filters: &[("academicYear", Id(Self::AcademicYear))],
                orders: &[("RECORDED", &[("version", false)])],
                ..BARE
            },
            Self::Enrolment => Shape {
                list: Some("enrolments"),
                plain: &["yearGroup", "startsOn", "endsOn", "version"],
                leads: &[("pupil", Self::Pupil), ("class", Self::Class)],
                filters: &[
                    ("class", Id(Self::Class)),
                    ("school", Id(Self::School)),
                    ("yearGroup", Value),
                    ("startsOn", Date),
                ],
                orders: &[("LATEST", &[("startsOn", true)]), ("EARLIEST", &[("startsOn", false)])],
                ..BARE
            },
            Self::Subject => Shape {
                list: Some("subjects"),
                plain: &["code", "name"],
                filters: &[("code", Text)],
                orders: &[("NAME", &[("name", false)])],
                ..BARE
            },
            Self::Framework => Shape {
                list: Some("frameworks"),
                plain: &["code", "edition", "name"],
                lists: &[("grades", Self::Grade, "framework")],
                filters: &[("code", Text)],
                orders: &[("CODE", &[("code", false), ("edition", false)])],
                ..BARE
            },
            Self::Grade => Shape {
                plain: &["code", "name", "rank"],
                leads: &[("framework", Self::Framework)],
                filters: &[("code", Text)],
                orders: &[("CODE", &[("code", false)])],
                ..BARE
            },
            Self::AssessmentWindow => Shape {
                list: Some("assessmentWindows"),
                plain: &["term", "opensOn", "closesOn"],
                leads: &[("academicYear", Self::AcademicYear)],
                filters: &[("academicYear", Id(Self::AcademicYear)), ("term", Value)],
                orders: &[("LATEST", &[("opensOn", true)]), ("EARLIEST", &[("opensOn", false)])],
                ..BARE
            },
            Self::Judgement => Shape {
                list: Some("judgements"),
                plain: &["yearGroup", "judgedOn", "recordedAt", "isCurrent"],
                leads: &[
                    ("pupil", Self::Pupil),
                    ("class", Self::Class),
                    ("subject", Self::Subject),
                    ("window", Self::AssessmentWindow),
                    ("grade", Self::Grade),
                    ("judgedBy", Self::StaffMember),
                    ("supersedes", Self::Judgement),
                ],
                filters: &[
                    ("pupil", Id(Self::Pupil)),
                    ("class", Id(Self::Class)),
                    ("school", Id(Self::School)),
                    ("subject", Id(Self::Subject)),
                    ("window", Id(Self::AssessmentWindow)),
                    ("grade", Id(Self::Grade)),
                    ("yearGroup", Value),
                    ("judgedOn", Date),
                    ("isCurrent", Flag),
                ],
                orders: &[("LATEST", &[("judgedOn", true)]), ("EARLIEST", &[("judgedOn", false)])],
                ..BARE
            },
            Self::ModerationExercise => Shape {
                list: Some("moderationExercises"),
                plain: &["title", "level", "state", "samplePercent", "minimumPerClass", "seed", "version"],
                leads: &[
                    ("subject", Self::Subject),
                    ("window", Self::AssessmentWindow),
                    ("framework", Self::Framework),
                ],
                lists: &[("sampledWorks", Self::SampledWork, "exercise")],
                filters: &[
                    ("title", Text),
                    ("subject", Id(Self::Subject)),
                    ("window", Id(Self::AssessmentWindow)),
                    ("level", Value),
                    ("state", Value),
                ],
                orders: &[("TITLE", &[("title", false)])],
                ..BARE
            },
            Self::SampledWork => Shape {
                list: Some("sampledWorks"),
                plain: &["code", "yearGroup"],
                leads: &[("exercise", Self::ModerationExercise), ("judgement", Self::Judgement)],
                lists: &[
                    ("secondJudgements", Self::SecondJudgement, "work"),
                    ("outcomes", Self::ModerationOutcome, "work"),
                ],
                filters: &[("code", Text), ("exercise", Id(Self::ModerationExercise)), ("yearGroup", Value)],
                orders: &[("CODE", &[("code", false)])],
                ..BARE
            },
            Self::SecondJudgement => Shape {
                list: Some("secondJudgements"),
                plain: &["rationale", "judgedOn", "recordedAt", "isCurrent"],
                leads: &[("work", Self::SampledWork), ("moderator", Self::StaffMember), ("grade", Self::Grade)],
                filters: &[
                    ("exercise", Id(Self::ModerationExercise)),
                    ("grade", Id(Self::Grade)),
                    ("isCurrent", Flag),
                    ("judgedOn", Date),
                ],
                orders: &[("LATEST", &[("judgedOn", true)]), ("EARLIEST", &[("judgedOn", false)])],
                ..BARE
            },
            Self::ModerationOutcome => Shape {
                plain: &["decision", "agreedOn", "version"],
                leads: &[("work", Self::SampledWork), ("agreedGrade", Self::Grade)],
                filters: &[("exercise", Id(Self::ModerationExercise)), ("agreedOn", Date)],
                orders: &[("LATEST", &[("agreedOn", true)])],
                ..BARE
            },
        }
    }
}
