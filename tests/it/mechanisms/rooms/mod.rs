//! Which room of `api/src` may import which: the sources are held against the list in `api/rooms.txt`.
//!
//! A room is a folder or a file directly in `api/src`. What counts is what the code says, tests of the room
//! included; comments do not count, so a link in a comment binds nobody.

mod list;
mod sources;

use std::collections::BTreeMap;
use std::path::Path;

use list::Room;

/// For each two rooms, the files in which the one imports the other.
type Arrows = BTreeMap<(String, String), Vec<String>>;

#[test]
fn rooms_import_what_the_list_lets_them_and_no_more() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let committed = std::fs::read_to_string(root.join("api/rooms.txt")).unwrap();
    let (arrows, mut faults) = sources::read(&root);
    faults.extend(held_against(&list::read(&committed).unwrap(), &arrows, &sources::rooms(&root)));
    assert!(faults.is_empty(), "api/rooms.txt says which room may import which:\n\n{}\n", faults.join("\n"));
}

/// What is wrong: imports that no line allows, lines for imports that are not there, rooms that only the list or only
/// the folder has.
fn held_against(list: &[Room], arrows: &Arrows, rooms: &[String]) -> Vec<String> {
    let mut faults = Vec::new();
    for room in rooms.iter().filter(|room| list.iter().all(|line| line.name != **room)) {
        faults.push(format!("`{room}` is a room without a line: give it one, above all that it imports."));
    }
    for Room { name, .. } in list.iter().filter(|line| !rooms.contains(&line.name)) {
        faults.push(format!("`{name}` has a line and is no room: strike the line."));
    }
    for ((from, to), files) in arrows {
        if list.iter().any(|room| room.name == *from && room.imports.iter().all(|(name, _)| name != to)) {
            faults.push(format!(
                "`{from}` may not import `{to}`, and does in {}. Move what is imported to a room that both may know; \
                 or add `{to}` to the line of `{from}`, and say why in docs/architecture.md.",
                files.join(", ")
            ));
        }
    }
    let floor = |name: &str| list.iter().position(|room| room.name == name);
    for Room { name, imports } in list {
        for (to, runs_up) in imports {
            if !arrows.contains_key(&(name.clone(), to.clone())) {
                faults.push(format!("`{name}` imports `{to}` no more: strike it from the line of `{name}`."));
            }
            match (floor(to) > floor(name), *runs_up) {
                (true, false) | (false, true) => {}
                (false, false) => faults.push(format!("`{to}` stands above `{name}`: arrows run down.")),
                (true, true) => faults.push(format!("`{to}` stands below `{name}`: strike the `^` before it.")),
            }
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIST: &str = "# The list of a small house.\n\nservice: slice, tools\nslice: tools ^service\ntools:\n";

    fn rooms() -> Vec<String> {
        ["service", "slice", "tools"].map(str::to_owned).to_vec()
    }

    fn arrows(all: &[(&str, &str)]) -> Arrows {
        all.iter().map(|(from, to)| (((*from).into(), (*to).into()), vec![format!("api/src/{from}.rs")])).collect()
    }

    const AS_LISTED: [(&str, &str); 4] =
        [("service", "slice"), ("service", "tools"), ("slice", "tools"), ("slice", "service")];

    fn faults(list: &str, all: &[(&str, &str)], rooms: &[String]) -> String {
        held_against(&list::read(list).unwrap(), &arrows(all), rooms).join("\n")
    }

    #[test]
    fn a_house_that_is_as_listed_has_no_fault() {
        assert_eq!(faults(LIST, &AS_LISTED, &rooms()), "");
    }

    #[test]
    fn an_arrow_that_no_line_allows_is_told_with_its_file() {
        let told = faults(LIST, &[AS_LISTED.as_slice(), &[("tools", "slice")]].concat(), &rooms());
        assert!(told.starts_with("`tools` may not import `slice`, and does in api/src/tools.rs."), "{told}");
    }

    #[test]
    fn an_arrow_that_is_no_more_has_to_leave_the_list() {
        assert_eq!(
            faults(LIST, &AS_LISTED[..3], &rooms()),
            "`slice` imports `service` no more: strike it from the line of `slice`."
        );
    }

    #[test]
    fn the_list_is_in_order_and_what_runs_up_is_marked() {
        let unmarked = faults(&LIST.replace('^', ", "), &AS_LISTED, &rooms());
        assert_eq!(unmarked, "`service` stands above `slice`: arrows run down.");
        let marked = faults(&LIST.replace("service: slice, tools", "service: slice ^tools"), &AS_LISTED, &rooms());
        assert_eq!(marked, "`tools` stands below `service`: strike the `^` before it.");
    }

    #[test]
    fn a_room_and_its_line_come_and_go_together() {
        let four = [rooms(), vec!["attic".to_owned()]].concat();
        assert!(faults(LIST, &AS_LISTED, &four).starts_with("`attic` is a room without a line"));
        let told = faults(&format!("{LIST}cellar:\n"), &AS_LISTED, &rooms());
        assert_eq!(told, "`cellar` has a line and is no room: strike the line.");
    }
}
