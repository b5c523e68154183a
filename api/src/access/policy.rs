//! Who may see and give access: trust leads, and everybody what was given to them.

use plumbline_entity::{access_grant, client_application};

use crate::{
    db::{Area, Counted, Hold, Location, Policy, Readers, tables},
    organisation::holds::{ONESELF, TRUST_LEAD},
};

tables!(client_application, access_grant);

impl Policy for client_application::Entity {
    fn area() -> Area<client_application::Column> {
        Area::Staff
    }

    fn location() -> Location<Self> {
        Location::trust(client_application::Column::TrustId)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&TRUST_LEAD])
    }

    fn writers() -> &'static [&'static Hold] {
        &[&TRUST_LEAD]
    }

    fn counted() -> Counted<client_application::Column> {
        Counted::Not
    }
}

impl Policy for access_grant::Entity {
    fn area() -> Area<access_grant::Column> {
        Area::Staff
    }

    fn location() -> Location<Self> {
        use access_grant::Column as C;
        Location::trust(C::TrustId).school(C::SchoolId).owner(C::StaffMemberId)
    }

    fn readers() -> Readers<Self> {
        Readers::of(&[&TRUST_LEAD, &ONESELF])
    }

    fn writers() -> &'static [&'static Hold] {
        &[&TRUST_LEAD]
    }

    fn counted() -> Counted<access_grant::Column> {
        Counted::Not
    }
}
