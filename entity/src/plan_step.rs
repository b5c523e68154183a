//! A step of working with a plan: a task, a review, a conversation, or that a class takes it up.

use crate::{entity::entity, vocabulary::text_enum};

text_enum! {
    /// What a step of working with a plan is.
    PlanStepKind {
        /// Something to prepare for it.
        Task = "TASK",
        /// A leader looks at it, and approves it or asks for changes.
        Review = "REVIEW",
        /// A learning conversation on it.
        Conversation = "CONVERSATION",
        /// A class takes it up, or passes it over.
        TakeUp = "TAKE_UP",
    }
}

text_enum! {
    /// What came of a step.
    PlanStepOutcome {
        /// A task or a conversation: done.
        Done = "DONE",
        /// Not done, and not to be done.
        Dropped = "DROPPED",
        /// A review: the plan is approved.
        Approved = "APPROVED",
        /// A review: changes are asked for.
        ChangesAsked = "CHANGES_ASKED",
        /// A class teaches by the plan as it stands.
        AsPlanned = "AS_PLANNED",
        /// A class teaches by the plan, adapted.
        Adapted = "ADAPTED",
        /// A class does not teach by the plan.
        PassedOver = "PASSED_OVER",
    }
}

entity! {
    "plan_step", versioned {
        /// The school.
        pub school_id: Uuid,
        /// The subject.
        pub subject_id: Uuid,
        /// The plan.
        pub plan_id: Uuid,
        /// What it is.
        pub kind: PlanStepKind,
        /// The class that takes the plan up; none for any other step.
        pub class_id: Option<Uuid>,
        /// The colleague who does it; of a conversation, with whom it is held; of a take-up, who said so.
        pub staff_member_id: Uuid,
        /// The colleague who asked for it.
        pub raised_by_id: Option<Uuid>,
        /// The step that it follows from.
        pub follows_id: Option<Uuid>,
        /// What is to be done, or was done.
        pub what: String,
        /// The day on which it was asked for or, of a take-up, first said.
        pub raised_on: Date,
        /// The day by which it is to be done.
        pub due_on: Option<Date>,
        /// The day on which it was done or dropped; none while it is open.
        pub done_on: Option<Date>,
        /// What came of it; none while it is open.
        pub outcome: Option<PlanStepOutcome>,
        /// What was found, and the reasons.
        pub found: Option<String>,
    }
}
