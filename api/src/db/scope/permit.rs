//! Leave to write, which only the policy of a slice can give.

use std::marker::PhantomData;

use plumbline_entity::client_application::ClientScope;
use sea_orm::ActiveModelTrait;
use uuid::Uuid;

use super::{Area, Bounds, Place, Policy};
use crate::{error::Error, viewer::Viewer};

/// Leave to write rows of `E` at one place. Every write of [`Tx`](crate::db::Tx) asks for one, and the
/// only ways to one are what the table says of its [writers](Policy::writers), and a [reason](super::Reason) of the service's own.
#[derive(Clone, Debug)]
pub struct Permit<E> {
    place: Place,
    entity: PhantomData<fn() -> E>,
}

/// Whether the client application that speaks, if one does, leaves room to write at `place`: in its
/// schools alone, and for a person only where it was registered for writing such rows. What decides who may see and
/// do what has a scope of its own: by it an application could give itself all others.
fn client_may<E: Policy>(viewer: &Viewer, place: &Place) -> bool {
    let Some(client) = viewer.client_application() else { return true };
    let needed = if matches!(E::area(), Area::Staff) { ClientScope::WriteStaff } else { ClientScope::Write };
    let registered = viewer.staff_member().is_none() || client.has(needed);
    let within = |schools: &Vec<Uuid>| Bounds::schools(viewer.trust(), schools.as_slice()).contains(place);
    registered && client.schools.as_ref().is_none_or(within)
}

/// The viewer may not write there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("Your appointments do not allow this here.")]
pub struct Denied;

impl<E: Policy> Permit<E> {
    /// Asks whether all of `place` lies within what a [hold](super::Hold) of the viewer's opens to writers of `E`.
    ///
    /// # Errors
    /// [`Denied`] where none does.
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

    /// Checks that a whole row lies where the permit was given for: a permit for one school cannot write
    /// into another, whatever the caller put into the row.
    pub(in crate::db) fn covers<A>(&self, row: &A) -> Result<(), Error>
    where
        A: ActiveModelTrait<Entity = E>,
    {
        E::location().check(row, &self.place, true)
    }

    /// Checks that what is changed of a row that the permit covers leaves it there.
    pub(in crate::db) fn covers_changes<A>(&self, changes: &A) -> Result<(), Error>
    where
        A: ActiveModelTrait<Entity = E>,
    {
        E::location().check(changes, &self.place, false)
    }
}
