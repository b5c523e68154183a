//! The rule book: what a row must fulfil, whoever makes it.
//!
//! A mutation, an import, a command of the console and the demo each make a row of their own: the `Model` of an
//! entity. [`Ruled`] says what must be so of it. The rule is written once for each entity, in the `rules` of its
//! slice; what a single value may be is said once in [`values`]. Whoever makes the row reports the [`Faults`] in its
//! own way: a mutation at the field of its input, an import at the row and column of its file, a command at its
//! argument.

mod faults;
pub mod values;

pub use faults::{Fault, Faults, Kind};

/// A row that must fulfil rules before it is written.
///
/// `Beside` is what the rule needs besides the row: the day, or rows that the row refers to. Without it a row cannot
/// be checked, so no caller can leave it out.
pub trait Ruled<Beside = ()>: Sized {
    /// Brings each value into the form in which it is kept, and notes what is wrong at the field that it is about, as the
    /// API calls it.
    fn rule(&mut self, beside: Beside, faults: &mut Faults);

    /// The row as it is to be kept.
    ///
    /// # Errors
    /// All that is wrong with it.
    fn checked(mut self, beside: Beside) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        self.rule(beside, &mut faults);
        faults.none().map(|()| self)
    }

    /// The row as a change leaves it. What was wrong with it before is not held against the change: whoever corrects
    /// a date need not correct a name that an older version took.
    ///
    /// # Errors
    /// All that the change makes wrong.
    fn changed_from(mut self, before: &Self, beside: Beside) -> Result<Self, Faults>
    where
        Self: Clone,
        Beside: Copy,
    {
        let (mut old, mut new) = (Faults::default(), Faults::default());
        before.clone().rule(beside, &mut old);
        self.rule(beside, &mut new);
        new.but_for(&old).none().map(|()| self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Clone, Debug, PartialEq)]
    struct Shelf {
        name: String,
        boards: i16,
    }

    impl Ruled for Shelf {
        fn rule(&mut self, (): (), faults: &mut Faults) {
            faults.at("name", values::name(&mut self.name));
            faults.at("boards", values::Number::new("The number of boards", 1, 9).check(self.boards));
        }
    }

    fn shelf(name: &str, boards: i16) -> Shelf {
        Shelf { name: name.to_owned(), boards }
    }

    #[test]
    fn a_row_is_kept_in_its_form_or_told_all_that_is_wrong() {
        assert_eq!(shelf(" Oak ", 3).checked(()), Ok(shelf("Oak", 3)));
        let faults = shelf("", 12).checked(()).expect_err("two faults");
        assert_eq!(faults.to_string(), "name: A name is needed. boards: The number of boards is 1 to 9, not 12.");
    }

    #[test]
    fn a_change_answers_for_what_it_makes_wrong() {
        let old = shelf(&"x".repeat(200), 3);
        assert!(Shelf { boards: 4, ..old.clone() }.changed_from(&old, ()).is_ok());
        let faults = Shelf { boards: 0, ..old.clone() }.changed_from(&old, ()).expect_err("a fault");
        assert_eq!(faults.iter().map(|fault| fault.field.as_str()).collect::<Vec<_>>(), ["boards"]);
        assert!(shelf(&"x".repeat(201), 3).changed_from(&old, ()).is_err(), "another name, as bad");
    }
}
