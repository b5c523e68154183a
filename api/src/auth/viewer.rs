//! Who is asking: plain data that everything else reads and nothing here decides by.

use chrono::NaiveDate;
use plumbline_entity::{appointment::Role, year_group::YearGroup};
use uuid::Uuid;

/// An appointment as it stands on the day of the request: a whole tuple of role and place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What the person is.
    pub role: Role,
    /// The school, for a role of one school.
    pub school: Option<Uuid>,
    /// The year groups of the phase, youngest and oldest, for a phase leader.
    pub phase: Option<(YearGroup, YearGroup)>,
    /// The subject, for a subject leader.
    pub subject: Option<Uuid>,
    /// The class, for a class teacher.
    pub class: Option<Uuid>,
}

/// Who a request is made for, and by which appointments.
#[derive(Clone, Debug)]
pub struct Viewer {
    kind: Kind,
    trust: Uuid,
    today: NaiveDate,
    standings: Vec<Standing>,
}

#[derive(Clone, Debug)]
enum Kind {
    Staff(Uuid),
    /// The person at the console of the machine: sets up, imports, fills the demo.
    Operator,
}

impl Viewer {
    /// A member of staff, by the appointments that are current on `today`.
    #[must_use]
    pub const fn staff(id: Uuid, trust: Uuid, today: NaiveDate, standings: Vec<Standing>) -> Self {
        Self { kind: Kind::Staff(id), trust, today, standings }
    }

    /// The operator of the machine, who sees and may do everything: for the console and for tests,
    /// never made from a token.
    #[must_use]
    pub const fn operator(trust: Uuid, today: NaiveDate) -> Self {
        Self { kind: Kind::Operator, trust, today, standings: Vec::new() }
    }

    /// Whether this is the operator.
    #[must_use]
    pub const fn is_operator(&self) -> bool {
        matches!(self.kind, Kind::Operator)
    }

    /// The trust outside which nothing exists.
    #[must_use]
    pub const fn trust(&self) -> Uuid {
        self.trust
    }

    /// The day of the request.
    #[must_use]
    pub const fn today(&self) -> NaiveDate {
        self.today
    }

    /// The member of staff, unless it is the operator.
    #[must_use]
    pub const fn staff_member(&self) -> Option<Uuid> {
        match self.kind {
            Kind::Staff(id) => Some(id),
            Kind::Operator => None,
        }
    }

    /// A stable name for the caller, by which idempotency keys are kept apart.
    #[must_use]
    pub fn actor(&self) -> String {
        match self.kind {
            Kind::Staff(id) => format!("staff:{id}"),
            Kind::Operator => "operator".to_owned(),
        }
    }

    /// The appointments that are current.
    #[must_use]
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// Whether an appointment of this role is current, wherever.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.standings.iter().any(|standing| standing.role == role)
    }

    /// The schools of the current appointments of this role.
    #[must_use]
    pub fn schools_as(&self, role: Role) -> Vec<Uuid> {
        self.standings.iter().filter(|standing| standing.role == role).filter_map(|s| s.school).collect()
    }

    /// The schools of all current appointments.
    #[must_use]
    pub fn schools(&self) -> Vec<Uuid> {
        self.standings.iter().filter_map(|standing| standing.school).collect()
    }

    /// The classes that the viewer is appointed to teach.
    #[must_use]
    pub fn classes(&self) -> Vec<Uuid> {
        let teaches = self.standings.iter().filter(|standing| standing.role == Role::ClassTeacher);
        teaches.filter_map(|standing| standing.class).collect()
    }
}
