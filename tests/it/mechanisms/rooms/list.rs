//! The list: a line for each room, from top to bottom, with the rooms that it may import.

/// A line of the list.
#[derive(Debug)]
pub(super) struct Room {
    pub(super) name: String,
    /// The rooms that it may import, each with whether it stands above, which takes a `^`.
    pub(super) imports: Vec<(String, bool)>,
}

/// Reads a list. A line that cannot be read is returned as it stands.
pub(super) fn read(text: &str) -> Result<Vec<Room>, String> {
    let mut rooms: Vec<Room> = Vec::new();
    for line in text.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let unreadable = || format!("api/rooms.txt: `{line}` is not as `room: other, another ^above`.");
        let (name, imports) = line.split_once(':').ok_or_else(unreadable)?;
        let (below, above) = imports.split_once('^').unwrap_or((imports, ""));
        let named = |names: &str, runs_up| {
            let names = names.split(',').map(str::trim).filter(|name| !name.is_empty());
            names.map(|name| (name.to_owned(), runs_up)).collect::<Vec<_>>()
        };
        let imports = [named(below, false), named(above, true)].concat();
        let is_name = |name: &str| !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        if !is_name(name) || !imports.iter().all(|(name, _)| is_name(name)) {
            return Err(unreadable());
        }
        if rooms.iter().any(|room| room.name == name) {
            return Err(format!("api/rooms.txt: `{name}` has two lines."));
        }
        rooms.push(Room { name: name.to_owned(), imports });
    }
    Ok(rooms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_read_is_told() {
        for list in ["room", "a room: b", "room: b c", "room: b\nroom:", ": b"] {
            assert!(read(list).is_err(), "{list}");
        }
    }
}
