//! The trust moderates across its schools.

mod exercise;
mod sampling;
mod steps;

use plumbline::assessment::Grade;
use plumbline_tests::{Attempt, TestApp, World, global_id};

/// A trust whose work is moderated.
struct Setting<'a> {
    app: &'a TestApp,
    world: &'a World,
}

impl<'a> Setting<'a> {
    /// A trust lead sets up an exercise in writing.
    fn create(&self) -> Attempt<'a> {
        let mut input = self.world.judgements_input(&[]);
        input.as_object_mut().expect("an object").remove("judgements");
        input["title"] = "Writing".into();
        let fields = "moderationExercise { id version boundaryGrade { code } boundaryPercent maximumPerClass judgeBy }";
        Attempt::new(self.app, "createModerationExercise", fields, input)
    }

    /// The id of a grade of the framework.
    async fn grade(&self, code: &str) -> String {
        global_id::<Grade>(self.app.id(&format!("SELECT id AS id FROM grade WHERE code = '{code}'")).await)
    }
}
