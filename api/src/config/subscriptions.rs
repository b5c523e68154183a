//! Settings of WebSockets and event streams.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The most events that may wait for one subscription. All subscriptions share them: with the ids of 128 rows each,
/// they take about 3 MB.
pub const MOST_WAITING: usize = 1_024;

/// WebSockets and event streams. `docs/subscriptions.md` says what a client sees of each limit.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subscriptions {
    /// Most WebSockets and event streams open at once, of all callers together.
    pub connections: usize,
    /// Most of them of one caller: a person, a client application, or both together.
    pub connections_per_caller: usize,
    /// Most operations under way at once on a WebSocket.
    pub operations_per_socket: usize,
    /// Most events that wait for a client that reads slowly; beyond that its subscription ends.
    pub events_waiting: usize,
    /// How long a client may take to say on a WebSocket who it speaks for, in milliseconds.
    pub init_milliseconds: u64,
    /// How often a silent connection is tried, in milliseconds.
    pub keep_alive_milliseconds: u64,
}

impl Default for Subscriptions {
    fn default() -> Self {
        Self {
            connections: 2_000,
            connections_per_caller: 20,
            operations_per_socket: 50,
            events_waiting: 256,
            init_milliseconds: 3_000,
            keep_alive_milliseconds: 12_000,
        }
    }
}

impl Subscriptions {
    /// How long a client may take to say on a WebSocket who it speaks for.
    #[must_use]
    pub const fn init(&self) -> Duration {
        Duration::from_millis(self.init_milliseconds)
    }

    /// How often a silent connection is tried.
    #[must_use]
    pub const fn keep_alive(&self) -> Duration {
        Duration::from_millis(self.keep_alive_milliseconds)
    }

    /// What is wrong with them, in words.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let checks = [
            (!(1..=1_000_000).contains(&self.connections), "subscriptions.connections must be 1 to 1000000"),
            (self.connections_per_caller < 1, "subscriptions.connections_per_caller must be at least 1"),
            (self.operations_per_socket < 1, "subscriptions.operations_per_socket must be at least 1"),
            (!(1..=MOST_WAITING).contains(&self.events_waiting), "subscriptions.events_waiting must be 1 to 1024"),
            (self.init_milliseconds < 100, "subscriptions.init_milliseconds must be at least 100"),
            (self.keep_alive_milliseconds < 100, "subscriptions.keep_alive_milliseconds must be at least 100"),
        ];
        checks.into_iter().find(|(wrong, _)| *wrong).map(|(_, message)| message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_that_cannot_be_used_is_named() {
        type Change = fn(&mut Subscriptions);
        let cases: [(Change, &str); 8] = [
            (|s| s.connections = 0, "subscriptions.connections must"),
            (|s| s.connections = 1_000_001, "subscriptions.connections must"),
            (|s| s.connections_per_caller = 0, "subscriptions.connections_per_caller must"),
            (|s| s.operations_per_socket = 0, "subscriptions.operations_per_socket must"),
            (|s| s.events_waiting = 0, "subscriptions.events_waiting must"),
            (|s| s.events_waiting = 1025, "subscriptions.events_waiting must"),
            (|s| s.init_milliseconds = 99, "subscriptions.init_milliseconds must"),
            (|s| s.keep_alive_milliseconds = 0, "subscriptions.keep_alive_milliseconds must"),
        ];
        assert_eq!(Subscriptions::default().fault(), None);
        for (change, words) in cases {
            let mut settings = Subscriptions::default();
            change(&mut settings);
            assert!(settings.fault().unwrap_or_default().starts_with(words), "{words}: {:?}", settings.fault());
        }
        assert_eq!(MOST_WAITING, 1_024, "the message names it");
    }
}
