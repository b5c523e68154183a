//! Leave to write. Only the policy of a slice can give it.

use std::marker::PhantomData;

use plumbline_entity::client_application::ClientScope;
use sea_orm::ActiveModelTrait;
use uuid::Uuid;

use super::{Area, Bounds, Dimension, Opened, Place, Policy};
use crate::{
    error::Error,
    viewer::{Client, Viewer},
};

/// Leave to write rows of `E` at one place. Every write of [`Tx`](crate::db::Tx) asks for one. There are two ways to
/// get one: the [writers](Policy::writers) that the table declares, and a [reason](super::Reason) of the service's
/// own.
#[derive(Clone, Debug)]
pub struct Permit<E> {
    place: Place,
    entity: PhantomData<fn() -> E>,
}

/// Whether the client application, if one speaks, may write at `place`. It may write in its schools alone. On behalf
/// of a person it may write only what it was registered to write. The rows that decide who may see and do what have a
/// scope of their own; otherwise an application could give itself every other scope.
fn client_may<E: Policy>(viewer: &Viewer, place: &Place) -> bool {
    let Some(client) = viewer.client_application() else { return true };
    let within = |schools: &Vec<Uuid>| Bounds::schools(viewer.trust(), schools.as_slice()).contains(place);
    is_registered::<E>(viewer, client) && client.schools.as_ref().is_none_or(within)
}

/// Whether a client application is registered to write rows of `E`.
fn is_registered<E: Policy>(viewer: &Viewer, client: &Client) -> bool {
    let needed = if matches!(E::area(), Area::Staff) { ClientScope::WriteStaff } else { ClientScope::Write };
    viewer.staff_member().is_none() || client.has(needed)
}

/// The parts of the trust in which a viewer may write rows of `E`: what [`Permit::ask`] would permit.
pub(super) fn opened<E: Policy>(viewer: &Viewer) -> Vec<Opened> {
    let client = viewer.client_application();
    if !client.is_none_or(|client| is_registered::<E>(viewer, client)) {
        return Vec::new();
    }
    let kept_to = client.and_then(|client| client.schools.as_ref());
    // Of what lies in no school, an application that is kept to some writes nothing.
    if kept_to.is_some() && !E::location().described().says(Dimension::School) {
        return Vec::new();
    }
    let opened = E::writers().iter().flat_map(|hold| (hold.bounds)(viewer)).map(Bounds::opened);
    let within = opened.filter_map(|mut opened| {
        if let Some(kept_to) = kept_to {
            let schools = opened.schools.take().unwrap_or_else(|| kept_to.clone());
            opened.schools = Some(schools.into_iter().filter(|school| kept_to.contains(school)).collect());
        }
        (opened.schools.as_ref().is_none_or(|schools| !schools.is_empty())).then_some(opened)
    });
    within.collect()
}

/// The viewer may not write there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Your appointments do not allow this here.")]
pub struct Denied;

impl<E: Policy> Permit<E> {
    /// Gives a permit if one of the viewer's [holds](super::Hold) that entitle to write `E` opens all of `place`.
    ///
    /// # Errors
    /// [`Denied`] if none does, or if the client application may not write there.
    pub fn ask(viewer: &Viewer, place: Place) -> Result<Self, Denied> {
        let mut opened = E::writers().iter().flat_map(|hold| (hold.bounds)(viewer));
        let may = client_may::<E>(viewer, &place) && opened.any(|bounds| bounds.contains(&place));
        if may { Ok(Self::given(place)) } else { Err(Denied) }
    }

    pub(super) const fn given(place: Place) -> Self {
        Self { place, entity: PhantomData }
    }

    /// The trust that the permit is for.
    pub(in crate::db) const fn trust(&self) -> Uuid {
        self.place.trust_id()
    }

    /// Checks that a whole row lies at the place of this permit. A permit for one school cannot write into another,
    /// whatever the caller put into the row.
    pub(in crate::db) fn covers<A>(&self, row: &A) -> Result<(), Error>
    where
        A: ActiveModelTrait<Entity = E>,
    {
        self.covers_all(std::slice::from_ref(row))
    }

    /// As [`Permit::covers`], for many rows.
    pub(in crate::db) fn covers_all<A>(&self, rows: &[A]) -> Result<(), Error>
    where
        A: ActiveModelTrait<Entity = E>,
    {
        let location = E::location();
        rows.iter().try_for_each(|row| location.check(row, &self.place, true))
    }

    /// Checks that changes to a row leave it at the place of this permit. The permit must cover the row already.
    pub(in crate::db) fn covers_changes<A>(&self, changes: &A) -> Result<(), Error>
    where
        A: ActiveModelTrait<Entity = E>,
    {
        E::location().check(changes, &self.place, false)
    }
}
