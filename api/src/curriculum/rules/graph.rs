//! What builds on what: a graph without circles, over year groups and subjects.

use std::collections::{HashMap, HashSet, VecDeque};

use uuid::Uuid;

/// From each objective, by its key, to those on the other end of its links.
#[derive(Clone, Debug, Default)]
pub struct Links(HashMap<Uuid, Vec<Uuid>>);

impl FromIterator<(Uuid, Uuid)> for Links {
    fn from_iter<I: IntoIterator<Item = (Uuid, Uuid)>>(links: I) -> Self {
        let mut from: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for (one, other) in links {
            from.entry(one).or_default().push(other);
        }
        Self(from)
    }
}

impl Links {
    fn of(&self, key: Uuid) -> impl Iterator<Item = Uuid> + '_ {
        self.0.get(&key).into_iter().flatten().copied()
    }

    /// Those that lie at most so many links away, each once, at its smallest distance. The nearest come first.
    #[must_use]
    pub fn within(&self, key: Uuid, distance: usize) -> Vec<(usize, Uuid)> {
        let mut met = HashSet::from([key]);
        let mut waiting = VecDeque::from([(0, key)]);
        let mut found = Vec::new();
        while let Some((so_far, at)) = waiting.pop_front() {
            if so_far == distance {
                break;
            }
            for next in self.of(at) {
                if met.insert(next) {
                    found.push((so_far + 1, next));
                    waiting.push_back((so_far + 1, next));
                }
            }
        }
        found
    }

    /// Those that lie on circles, or on ways to one: what is left when all from which no link leads on are taken away, and then those
    /// that led to these alone, until none is. Each link is looked at once (Kahn 1962).
    #[must_use]
    pub fn tangled(&self) -> HashSet<Uuid> {
        let mut left: HashMap<Uuid, usize> = HashMap::new();
        let mut came_by: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for (from, others) in &self.0 {
            *left.entry(*from).or_default() += others.len();
            for other in others {
                left.entry(*other).or_default();
                came_by.entry(*other).or_default().push(*from);
            }
        }
        let mut ends: Vec<Uuid> = left.iter().filter(|(_, links)| **links == 0).map(|(key, _)| *key).collect();
        while let Some(end) = ends.pop() {
            left.remove(&end);
            for from in came_by.remove(&end).into_iter().flatten() {
                if let Some(links) = left.get_mut(&from) {
                    *links -= 1;
                    if *links == 0 {
                        ends.push(from);
                    }
                }
            }
        }
        left.into_keys().collect()
    }

    /// The shortest way from one to another, both included; empty if there is none.
    #[must_use]
    pub fn way(&self, from: Uuid, to: Uuid) -> Vec<Uuid> {
        let mut came_from = HashMap::from([(from, from)]);
        let mut waiting = VecDeque::from([from]);
        while let Some(at) = waiting.pop_front() {
            if at == to {
                let mut way = vec![to];
                while let Some(before) =
                    way.last().and_then(|last| came_from.get(last)).filter(|_| way.last() != Some(&from))
                {
                    way.push(*before);
                }
                way.reverse();
                return way;
            }
            for next in self.of(at) {
                if let std::collections::hash_map::Entry::Vacant(unmet) = came_from.entry(next) {
                    unmet.insert(at);
                    waiting.push_back(next);
                }
            }
        }
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    fn links(all: &[(u128, u128)]) -> Links {
        all.iter().map(|(one, other)| (key(*one), key(*other))).collect()
    }

    #[test]
    fn each_is_found_once_at_its_smallest_distance() {
        let links = links(&[(1, 2), (1, 3), (2, 4), (3, 4), (4, 5), (1, 5)]);
        let numbers = |distance| {
            links.within(key(1), distance).iter().map(|(far, key)| (*far, key.as_u128())).collect::<Vec<_>>()
        };
        assert_eq!(numbers(1), [(1, 2), (1, 3), (1, 5)]);
        assert_eq!(numbers(9), [(1, 2), (1, 3), (1, 5), (2, 4)]);
        assert!(numbers(0).is_empty() && links.within(key(5), 9).is_empty());
    }

    #[test]
    fn a_way_is_the_shortest_and_none_is_empty() {
        let links = links(&[(1, 2), (2, 3), (3, 4), (1, 3)]);
        let way = |from, to| links.way(key(from), key(to)).iter().map(Uuid::as_u128).collect::<Vec<_>>();
        assert_eq!(way(1, 4), [1, 3, 4]);
        assert_eq!(way(2, 2), [2], "one is there already");
        assert!(way(4, 1).is_empty());
    }

    #[test]
    fn what_is_tangled_leads_into_a_circle() {
        let tangled = |all| {
            let keys = links(all).tangled().into_iter().map(|key| key.as_u128());
            keys.collect::<std::collections::BTreeSet<_>>().into_iter().collect::<Vec<_>>()
        };
        assert!(tangled(&[]).is_empty());
        assert!(tangled(&[(1, 2), (1, 2), (1, 3), (2, 4), (3, 4)]).is_empty());
        assert_eq!(tangled(&[(0, 1), (1, 2), (2, 3), (3, 1), (3, 4), (5, 4)]), [0, 1, 2, 3]);
        assert_eq!(tangled(&[(7, 7)]), [7]);
    }

    #[test]
    fn a_circle_that_is_there_holds_nothing_up() {
        let links = links(&[(1, 2), (2, 1), (2, 3)]);
        assert_eq!(links.within(key(1), 99).len(), 2);
        assert_eq!(links.way(key(1), key(3)).len(), 3);
    }
}
