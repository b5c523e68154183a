//! The reads and writes of moderation.
