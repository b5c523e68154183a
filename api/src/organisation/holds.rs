//! What entitles the people of a trust to see and change things: their appointments, their grants, their client
//! application.

use std::collections::BTreeSet;

use plumbline_entity::appointment::Role;
use uuid::Uuid;

use super::policy::with_special_needs;
use crate::{
    auth::{Granted, Viewer},
    db::{Bounds, Hold, Side},
};

/// Everybody who holds an appointment in the trust, and its client applications. Somebody without an appointment sees
/// nothing.
pub const EVERYBODY: Hold =
    Hold { who: "everybody of the trust", bounds: |viewer| whole_trust(viewer, viewer.belongs()), wall: Side::Trust };

/// Trust leads, in their trust.
pub const TRUST_LEAD: Hold = Hold {
    who: "trust leads",
    bounds: |viewer| whole_trust(viewer, viewer.is(Role::TrustLead)),
    wall: Side::Roles(&[Role::TrustLead]),
};

/// Senior leaders, in their schools.
pub const SENIOR_LEADER: Hold = Hold {
    who: "senior leaders, in their school",
    bounds: |viewer| schools(viewer, viewer.schools_as(Role::SeniorLeader)),
    wall: Side::Schools,
};

/// Senior leaders of any school, in the whole trust: for rows that belong to no school.
pub const ANY_SENIOR_LEADER: Hold = Hold {
    who: "senior leaders of any school",
    bounds: |viewer| whole_trust(viewer, viewer.is(Role::SeniorLeader)),
    wall: Side::Roles(&[Role::SeniorLeader]),
};

/// Phase leaders, in the year groups of their phase in their school.
pub const PHASE_LEADER: Hold = Hold {
    who: "phase leaders, in the year groups of their phase",
    bounds: |viewer| {
        let led = viewer.held(Role::PhaseLeader).filter_map(|led| {
            let (youngest, oldest) = led.phase?;
            Some(Bounds::schools(viewer.trust(), [led.school?]).in_year_groups(youngest, oldest))
        });
        led.collect()
    },
    wall: Side::Schools,
};

/// Subject leaders, in their subject in their school.
pub const SUBJECT_LEADER: Hold = Hold {
    who: "subject leaders, in their subject in their school",
    bounds: |viewer| {
        let led = viewer.held(Role::SubjectLeader).filter_map(|led| {
            let (school, subject) = (led.school?, led.subject?);
            Some(Bounds::schools(viewer.trust(), [school]).in_subject(subject))
        });
        led.collect()
    },
    wall: Side::Schools,
};

/// Class teachers, in their classes.
pub const CLASS_TEACHER: Hold = Hold {
    who: "class teachers, in their class",
    bounds: |viewer| match viewer.classes() {
        classes if classes.is_empty() => Vec::new(),
        classes => vec![Bounds::classes(viewer.trust(), classes)],
    },
    wall: Side::Schools,
};

/// SENCOs, for the pupils of their schools with special educational needs.
pub const SENCO: Hold = Hold {
    who: "SENCOs, for pupils of their school with special educational needs",
    bounds: |viewer| {
        let led = schools(viewer, viewer.schools_as(Role::Senco));
        led.into_iter().map(|schools| schools.for_pupils(with_special_needs(viewer))).collect()
    },
    wall: Side::Schools,
};

/// Everybody who is appointed in a school, in whatever role.
pub const COLLEAGUE: Hold =
    Hold { who: "colleagues of a school", bounds: |viewer| schools(viewer, viewer.schools()), wall: Side::Schools };

/// Everybody, for what is their own.
pub const ONESELF: Hold = Hold {
    who: "everybody, their own",
    bounds: |viewer| viewer.staff_member().map(|own| Bounds::own(viewer.trust(), own)).into_iter().collect(),
    wall: Side::Own,
};

/// The school's own system (MIS), which keeps the roll up to date.
pub const MIS: Hold = Hold {
    who: "a school's MIS",
    bounds: |viewer| schools(viewer, viewer.synchronises().to_vec()),
    wall: Side::Schools,
};

/// Whoever holds a grant, for the schools of it.
pub const GRANTED: Hold = Hold {
    who: "whoever holds a grant, for its schools",
    bounds: |viewer| granted(viewer, |_| true),
    wall: Side::Schools,
};

/// Everybody who holds a grant with names, in the schools of the grant.
pub const GRANTED_NAMES: Hold = Hold {
    who: "whoever holds a grant with names, for its schools",
    bounds: |viewer| granted(viewer, |grant| grant.names),
    wall: Side::Schools,
};

fn whole_trust(viewer: &Viewer, held: bool) -> Vec<Bounds> {
    if held { vec![Bounds::trust(viewer.trust())] } else { Vec::new() }
}

fn schools(viewer: &Viewer, schools: Vec<Uuid>) -> Vec<Bounds> {
    if schools.is_empty() { Vec::new() } else { vec![Bounds::schools(viewer.trust(), schools)] }
}

fn granted(viewer: &Viewer, counts: fn(&Granted) -> bool) -> Vec<Bounds> {
    let grants = || viewer.grants().iter().filter(|grant| counts(grant));
    if grants().any(|grant| grant.school.is_none()) {
        return vec![Bounds::trust(viewer.trust())];
    }
    let of_schools: BTreeSet<Uuid> = grants().filter_map(|grant| grant.school).collect();
    schools(viewer, of_schools.into_iter().collect())
}
