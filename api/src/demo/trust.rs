//! What the console and the tests are told of a demo once it is there.

use plumbline_entity::appointment::Role;
use uuid::Uuid;

use super::{DemoOptions, PlantedEffects, fixed::CLIENTS, world::World};

/// The name of the demo's trust.
pub const TRUST_NAME: &str = "Plumb Tree Learning Trust";

/// The demo's trust: who can sign in, and what is to be found.
#[derive(Clone, Debug, PartialEq)]
pub struct DemoTrust {
    /// Its id.
    pub id: Uuid,
    /// Its name.
    pub name: &'static str,
    /// What it was made with.
    pub options: DemoOptions,
    /// One member of staff for each kind of caller.
    pub accounts: Vec<DemoAccount>,
    /// The client applications that are registered, by the id under which they sign in, and what each is for.
    pub clients: [(&'static str, &'static str); 2],
    /// What is planted in its judgements, and where; without effects, where it would be.
    pub effects: PlantedEffects,
    /// What was written; none where the demo was there already.
    pub written: Option<DemoCounts>,
}

/// Somebody to sign in as.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoAccount {
    /// The id of the member of staff.
    pub staff_member: Uuid,
    /// Given and family name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// The role for which they are shown; they may have others.
    pub role: Role,
    /// The school and class, for a role that has them.
    pub place: Option<String>,
}

/// How much was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DemoCounts {
    /// Schools.
    pub schools: usize,
    /// Classes, of all years.
    pub classes: usize,
    /// Members of staff.
    pub staff: usize,
    /// Pupils, of all years.
    pub pupils: usize,
    /// Judgements, superseded ones included.
    pub judgements: usize,
    /// Exercises.
    pub exercises: usize,
    /// Second judgements.
    pub second_judgements: usize,
    /// Plans of what is to be taught.
    pub plans: usize,
    /// Records of what was taught.
    pub taught: usize,
}

impl DemoTrust {
    pub(super) fn of(world: &World, written: Option<DemoCounts>) -> Self {
        Self {
            id: world.trust,
            name: TRUST_NAME,
            options: world.options,
            accounts: accounts(world),
            clients: CLIENTS,
            effects: world.planted.told(&world.schools, &world.rolls.classes, &world.staff.people),
            written,
        }
    }

    /// The account that is shown for a role.
    #[must_use]
    pub fn account(&self, role: Role) -> Option<&DemoAccount> {
        self.accounts.iter().find(|account| account.role == role)
    }
}

fn accounts(world: &World) -> Vec<DemoAccount> {
    let staff = &world.staff;
    let school = |at: usize| Some(world.schools[at].name.clone());
    // A class of the last year whose pupils have learned something before, and whose teacher leads no subject and is no moderator.
    let class = world.rolls.classes.iter().find(|class| class.year == world.calendar.last() && class.lowest == 5);
    let teacher = class.map_or(0, |class| class.teacher);
    let class = class.map(|class| format!("{}, {}", world.schools[class.school].name, class.name));
    let shown = [
        (staff.analyst, Role::TrustAnalyst, None),
        (staff.lead, Role::TrustLead, None),
        (staff.heads[0], Role::SeniorLeader, school(0)),
        (staff.leaders[0][0], Role::SubjectLeader, school(0).map(|name| format!("writing, {name}"))),
        (staff.leaders[0][1], Role::PhaseLeader, school(0).map(|name| format!("upper key stage 2, {name}"))),
        (staff.leaders[0][2], Role::Senco, school(0)),
        (teacher, Role::ClassTeacher, class),
        (staff.moderators[0], Role::Moderator, None),
    ];
    let account = |(person, role, place): (usize, Role, Option<String>)| {
        let person = &staff.people[person];
        let name = format!("{} {}", person.given_name, person.family_name);
        DemoAccount { staff_member: person.id, name, email: person.email.clone(), role, place }
    };
    shown.into_iter().map(account).collect()
}
