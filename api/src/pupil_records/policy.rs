//! Who may erase and merge.

use plumbline_entity::{pupil_erasure, pupil_merge};

use crate::{
    db::{Area, Counted, Location, Readers, policy, tables},
    organisation::holds::SENIOR_LEADER,
};

tables!(pupil_erasure, pupil_merge);

policy! {
    /// Senior leaders erase pupils of their school: they see whom they erase. A trust lead sees no pupil, and a school's MIS
    /// does by itself nothing that cannot be undone. The audit shows that it was done; the reason is for the console.
    pupil_erasure: Area::Service => {
        lies Location::trust(C::TrustId).school(C::SchoolId);
        read Readers::nobody();
        write [SENIOR_LEADER];
        counted Counted::Not;
    }
}

policy! {
    /// As erasing: one of two records is gone afterwards.
    pupil_merge: Area::Service => {
        lies Location::trust(C::TrustId).school(C::SchoolId);
        read Readers::nobody();
        write [SENIOR_LEADER];
        counted Counted::Not;
    }
}
