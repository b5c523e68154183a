//! From what rows count to the answer for each row: pure.

use std::collections::BTreeMap;

/// A measure: figures of rows that are set side by side.
pub trait Measure {
    /// What a row is about. Rows are answered in the order of their keys.
    type Key: Ord;
    /// What a row counts: all that its figures are made of (its sufficient statistics).
    type Counts;
    /// The figures of a row.
    type Figures;
    /// Why a row has no figures.
    type NoFigure;

    /// Why a row is not shown or not compared; `None` if it is.
    fn no_figure(&self, key: &Self::Key, counts: &Self::Counts) -> Option<Self::NoFigure>;

    /// The figures of the rows that are compared, in their order. They are computed together, because a figure may
    /// depend on the other rows: a shrunken one, a limit.
    fn figures(&self, rows: &[&Self::Counts]) -> Vec<Self::Figures>;
}

/// Rows, each with its figures or why it has none.
pub type Rows<M> = BTreeMap<<M as Measure>::Key, Result<<M as Measure>::Figures, <M as Measure>::NoFigure>>;

/// Sets rows side by side.
pub fn compared<M: Measure>(measure: &M, rows: BTreeMap<M::Key, M::Counts>) -> Rows<M> {
    let decided: Vec<_> = rows
        .into_iter()
        .map(|(key, counts)| match measure.no_figure(&key, &counts) {
            Some(reason) => (key, Err(reason)),
            None => (key, Ok(counts)),
        })
        .collect();
    let shown: Vec<&M::Counts> = decided.iter().filter_map(|(_, counts)| counts.as_ref().ok()).collect();
    let mut figures = measure.figures(&shown).into_iter();
    // There is one for each row that is shown, in the same order.
    let answered = decided.into_iter().filter_map(|(key, counts)| match counts {
        Ok(_) => Some((key, Ok(figures.next()?))),
        Err(reason) => Some((key, Err(reason))),
    });
    answered.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share that each row has of all that are shown; rows below 2 are not.
    struct Shares;

    impl Measure for Shares {
        type Key = char;
        type Counts = u32;
        type Figures = f64;
        type NoFigure = &'static str;

        fn no_figure(&self, _: &char, count: &u32) -> Option<&'static str> {
            (*count < 2).then_some("few")
        }

        fn figures(&self, rows: &[&u32]) -> Vec<f64> {
            let all: u32 = rows.iter().copied().sum();
            rows.iter().map(|count| f64::from(**count) / f64::from(all)).collect()
        }
    }

    #[test]
    fn each_row_gets_its_own_figures_and_what_is_not_shown_counts_for_none() {
        let rows = compared(&Shares, BTreeMap::from([('c', 3), ('a', 1), ('b', 9)]));
        assert_eq!(rows, BTreeMap::from([('a', Err("few")), ('b', Ok(0.75)), ('c', Ok(0.25))]));
    }
}
