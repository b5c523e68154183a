//! Rules of moderation: no database, no clock.
