//! Trust leads see and give all access; everybody else sees the grants that were given to them.

use plumbline_entity::{access_grant, client_application};

use crate::{
    db::{Area, Counted, Location, Readers, policy, tables},
    organisation::holds::{ONESELF, TRUST_LEAD},
};

tables!(client_application, access_grant);

policy! {
    client_application: Area::Staff => {
        lies Location::trust(C::TrustId);
        read Readers::of(&[&TRUST_LEAD]);
        write [TRUST_LEAD];
        counted Counted::Not;
    }
}

policy! {
    access_grant: Area::Staff => {
        lies Location::trust(C::TrustId).school(C::SchoolId).owner(C::StaffMemberId);
        read Readers::of(&[&TRUST_LEAD, &ONESELF]);
        write [TRUST_LEAD];
        counted Counted::Not;
    }
}
