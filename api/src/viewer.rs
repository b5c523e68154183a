//! Who is asking: plain data that everything else reads and nothing here decides by.

use chrono::NaiveDate;
use plumbline_entity::{appointment::Role, client_application::ClientScope, year_group::YearGroup};
use uuid::Uuid;

/// An appointment as it stands on the day of the request: a whole tuple of role and place.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
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

/// A grant that is in force: leave to read rows of pupils beyond what appointments give.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Granted {
    /// The grant.
    pub id: Uuid,
    /// The school whose pupils may be read; none for all schools of the trust.
    pub school: Option<Uuid>,
    /// Whether with their names; else by id and by what is recorded of them alone.
    pub names: bool,
    /// Whether comparisons are answered with exact figures, out of disclosure control.
    pub exact_figures: bool,
}

/// A client application as it is registered: what it may at most, by itself or for a person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Client {
    /// Its id.
    pub id: Uuid,
    /// The id by which its issuer knows it, and under which its trusted documents are kept.
    pub client_id: String,
    /// What it may be used for.
    pub scopes: Vec<ClientScope>,
    /// The schools that it is kept to; none where it is kept to none.
    pub schools: Option<Vec<Uuid>>,
    /// Whether it may send none but its trusted documents.
    pub trusted_documents_only: bool,
}

impl Client {
    /// Whether it was registered for this.
    #[must_use]
    pub fn has(&self, scope: ClientScope) -> bool {
        self.scopes.contains(&scope)
    }
}

/// Who a request is made for, and by which appointments, grants and client application.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Viewer {
    kind: Kind,
    trust: Uuid,
    today: NaiveDate,
    standings: Vec<Standing>,
    grants: Vec<Granted>,
    client: Option<Client>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Staff(Uuid),
    /// A client application that speaks for itself.
    Client,
}

impl Viewer {
    /// A member of staff, by the appointments that are current on `today`.
    #[must_use]
    pub const fn staff(id: Uuid, trust: Uuid, today: NaiveDate, standings: Vec<Standing>) -> Self {
        Self { kind: Kind::Staff(id), trust, today, standings, grants: Vec::new(), client: None }
    }

    /// A client application that speaks for itself. One that compares sees what a trust analyst sees.
    #[must_use]
    pub fn client(client: Client, trust: Uuid, today: NaiveDate) -> Self {
        let analyst = Standing { role: Role::TrustAnalyst, school: None, phase: None, subject: None, class: None };
        let standings = if client.has(ClientScope::Compare) { vec![analyst] } else { Vec::new() };
        Self { kind: Kind::Client, trust, today, standings, grants: Vec::new(), client: Some(client) }
    }

    /// The same person with the grants that are in force.
    #[must_use]
    pub fn with_grants(mut self, grants: Vec<Granted>) -> Self {
        self.grants = grants;
        self
    }

    /// The same person, for whom a client application speaks: they see what both may.
    #[must_use]
    pub fn through(mut self, client: Client) -> Self {
        self.client = Some(client);
        self
    }

    /// The trust outside which nothing exists.
    #[must_use]
    pub const fn trust(&self) -> Uuid {
        self.trust
    }

    /// The day of the request, in the time zone of the trust.
    #[must_use]
    pub const fn today(&self) -> NaiveDate {
        self.today
    }

    /// The member of staff, unless it is a client application by itself.
    #[must_use]
    pub const fn staff_member(&self) -> Option<Uuid> {
        match self.kind {
            Kind::Staff(id) => Some(id),
            Kind::Client => None,
        }
    }

    /// The client application that speaks, for a person or for itself.
    #[must_use]
    pub const fn client_application(&self) -> Option<&Client> {
        self.client.as_ref()
    }

    /// A stable name for the caller, by which idempotency keys and budgets are kept apart.
    #[must_use]
    pub fn actor(&self) -> String {
        match (self.kind, &self.client) {
            (Kind::Staff(id), None) => format!("staff:{id}"),
            (Kind::Staff(id), Some(client)) => format!("staff:{id} client:{}", client.id),
            (Kind::Client, client) => format!("client:{}", client.as_ref().map_or(Uuid::nil(), |client| client.id)),
        }
    }

    /// The appointments that are current.
    #[must_use]
    pub fn standings(&self) -> &[Standing] {
        &self.standings
    }

    /// The grants that are in force.
    #[must_use]
    pub fn grants(&self) -> &[Granted] {
        &self.grants
    }

    /// Whether there is anything of the trust that they may see: an appointment, or a client's registration.
    #[must_use]
    pub fn belongs(&self) -> bool {
        match self.kind {
            Kind::Staff(_) => !self.standings.is_empty(),
            Kind::Client => true,
        }
    }

    /// What sort of caller it is, in a word, for the log.
    #[must_use]
    pub const fn sort(&self) -> &'static str {
        match (&self.kind, self.client_application()) {
            (Kind::Client, _) => "client",
            (Kind::Staff(_), Some(_)) => "staff-through-client",
            (Kind::Staff(_), None) => "staff",
        }
    }

    /// Whether an appointment of this role is current, wherever.
    #[must_use]
    pub fn is(&self, role: Role) -> bool {
        self.held(role).next().is_some()
    }

    /// The current appointments of this role, each whole.
    pub fn held(&self, role: Role) -> impl Iterator<Item = &Standing> {
        self.standings.iter().filter(move |standing| standing.role == role)
    }

    /// The schools of the current appointments of this role.
    #[must_use]
    pub fn schools_as(&self, role: Role) -> Vec<Uuid> {
        self.held(role).filter_map(|standing| standing.school).collect()
    }

    /// The schools of all current appointments.
    #[must_use]
    pub fn schools(&self) -> Vec<Uuid> {
        self.standings.iter().filter_map(|standing| standing.school).collect()
    }

    /// The classes that the viewer is appointed to teach.
    #[must_use]
    pub fn classes(&self) -> Vec<Uuid> {
        self.held(Role::ClassTeacher).filter_map(|standing| standing.class).collect()
    }

    /// The schools whose rolls a client application by itself keeps in step with their own system (MIS).
    #[must_use]
    pub fn synchronises(&self) -> &[Uuid] {
        match (self.kind, &self.client) {
            (Kind::Client, Some(client)) if client.has(ClientScope::Synchronise) => {
                client.schools.as_deref().unwrap_or_default()
            }
            _ => &[],
        }
    }
}
