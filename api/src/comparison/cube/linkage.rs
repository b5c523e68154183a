//! Which schools can be compared: those that a chain of shared moderators links.

use std::collections::{BTreeMap, BTreeSet};

use uuid::Uuid;

/// The schools that are linked to the largest connected set of schools, from pairs of a school and
/// a moderator who judged its work. Comparing two schools that no chain of moderators links would
/// compare their moderators (connectedness of the two-way design: Searle 1987, ch. 5).
pub fn linked_schools(judged: &[(Uuid, Uuid)]) -> BTreeSet<Uuid> {
    let mut by_moderator: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    let mut by_school: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for (school, moderator) in judged {
        by_moderator.entry(*moderator).or_default().push(*school);
        by_school.entry(*school).or_default().push(*moderator);
    }
    let mut unseen: BTreeSet<Uuid> = by_school.keys().copied().collect();
    let mut largest = BTreeSet::new();
    while let Some(start) = unseen.pop_first() {
        let (mut linked, mut ahead) = (BTreeSet::from([start]), vec![start]);
        while let Some(school) = ahead.pop() {
            for moderator in by_school.get(&school).into_iter().flatten() {
                for other in by_moderator.get(moderator).into_iter().flatten() {
                    if linked.insert(*other) {
                        unseen.remove(other);
                        ahead.push(*other);
                    }
                }
            }
        }
        if linked.len() > largest.len() {
            largest = linked;
        }
    }
    largest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_of_moderators_links_and_a_school_of_its_own_moderator_stands_apart() {
        let [a, b, c, d, ann, ben, cat] = std::array::from_fn(|n| Uuid::from_u128(n as u128 + 1));
        let linked = linked_schools(&[(a, ann), (b, ann), (b, ben), (c, ben), (d, cat)]);
        assert_eq!(linked, BTreeSet::from([a, b, c]));
        assert!(linked_schools(&[]).is_empty());
    }
}
