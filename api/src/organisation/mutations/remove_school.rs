//! `removeSchool`: a trust lead takes a school away that was added by mistake.

use plumbline_entity::{access_grant, appointment, class, enrolment, pupil_erasure, pupil_merge, school_predecessor};

use crate::{
    graphql::{mutation, removal},
    organisation::School,
};

removal! {
    /// A school to remove.
    RemoveSchoolInput of school_id("schoolId"): School
    for |by, school| by.may_in_trust();
    hangs {
        "classes": class::SchoolId,
        "enrolments": enrolment::SchoolId,
        "appointments": appointment::SchoolId,
        "access grants": access_grant::SchoolId,
        "predecessors": school_predecessor::SchoolId,
        "records of erased pupils": pupil_erasure::SchoolId,
        "records of merged pupils": pupil_merge::SchoolId,
    }
}

mutation! {
    /// Removes a school that has no classes and to which nobody was ever appointed. A school that has closed is not removed: it has
    /// a day on which it closed (`updateSchool`). For trust leads.
    RemoveSchool { remove_school: RemoveSchoolInput => RemoveSchoolPayload { removed_id: (School), "The id by which it was known." } }
}
