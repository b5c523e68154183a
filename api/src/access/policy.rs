//! Who may see and give access: trust leads, and everybody what was given to them.

use plumbline_entity::{access_grant, appointment::Role, client_application};
use sea_orm::{ColumnTrait, Condition};

use crate::{
    auth::Viewer,
    db::{Area, Place, Policy, nothing},
};

impl Policy for client_application::Entity {
    fn area() -> Area<client_application::Column> {
        Area::Staff
    }

    fn readable(viewer: &Viewer) -> Condition {
        if viewer.is(Role::TrustLead) {
            Condition::all().add(client_application::Column::TrustId.eq(viewer.trust()))
        } else {
            nothing()
        }
    }

    fn writable(viewer: &Viewer, _: &Place) -> bool {
        viewer.is(Role::TrustLead)
    }
}

impl Policy for access_grant::Entity {
    fn area() -> Area<access_grant::Column> {
        Area::Staff
    }

    fn readable(viewer: &Viewer) -> Condition {
        let rows = nothing().add(access_grant::Column::StaffMemberId.eq(viewer.staff_member()));
        if viewer.is(Role::TrustLead) { rows.add(access_grant::Column::TrustId.eq(viewer.trust())) } else { rows }
    }

    fn writable(viewer: &Viewer, _: &Place) -> bool {
        viewer.is(Role::TrustLead)
    }
}
