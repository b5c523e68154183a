//! Limits on requests: what a document, its variables and its answer may be.

use serde::{Deserialize, Serialize};

/// Limits on requests. `docs/operations.md` says what each is for and what was sent by the tools
/// that the defaults must let through.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Largest body of a request, in bytes.
    pub body_bytes: usize,
    /// Most tokens (names, numbers, texts, punctuation) of a document.
    pub tokens: usize,
    /// Deepest nesting of fields, fragments spread.
    pub depth: usize,
    /// Deepest nesting of brackets in a document, and of selections where fragments are spread.
    pub nesting: usize,
    /// Most operations of a document.
    pub operations: usize,
    /// Most fields of a document once its fragments are spread.
    pub fields: usize,
    /// Most aliases of a document once its fragments are spread.
    pub aliases: usize,
    /// Most fields at the root of an operation once its fragments are spread.
    pub root_fields: usize,
    /// Most directives of a document, wherever they stand.
    pub directives: usize,
    /// Most variables that an operation declares.
    pub variables: usize,
    /// Largest variables of a request, in bytes of JSON.
    pub variables_bytes: usize,
    /// Most items of a list in an argument or a variable.
    pub list_items: usize,
    /// Deepest nesting of lists and objects in an argument or a variable.
    pub input_nesting: usize,
    /// Most errors of an answer.
    pub errors: usize,
    /// Longest message of an error, in characters.
    pub message_length: usize,
    /// Most connections at once; more wait until one ends.
    pub connections: usize,
    /// Most requests that run at once.
    pub requests: usize,
    /// Most requests that wait to run; more are turned away.
    pub requests_waiting: usize,
    /// Most requests of one caller under way at once; more are refused.
    pub requests_per_caller: usize,
    /// Longest time that a request may take to say its headers, in milliseconds.
    pub header_milliseconds: u64,
    /// Longest time that the body of a request may take to arrive, in milliseconds.
    pub body_milliseconds: u64,
    /// Longest time of a request, in milliseconds.
    pub request_milliseconds: u64,
    /// Longest time in which nothing of an answer is read, in milliseconds.
    pub unread_milliseconds: u64,
    /// Longest time that an answer may take to leave, in milliseconds.
    pub leaving_milliseconds: u64,
    /// Largest answer, in bytes, without the space between its values.
    pub answer_bytes: usize,
    /// Memory for all answers under way, in bytes, roughly.
    pub answers_bytes: usize,
    /// Most that one request may cost.
    pub cost_per_request: u64,
    /// Most that a caller may spend at once.
    pub cost_bucket: u64,
    /// What a caller may spend again for each second that goes by.
    pub cost_restored_per_second: u64,
    /// Memory for documents that were found valid, in bytes, roughly.
    pub document_cache_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1_048_576,
            tokens: 15_000,
            depth: 15,
            nesting: 64,
            operations: 50,
            fields: 10_000,
            aliases: 200,
            root_fields: 50,
            directives: 200,
            variables: 100,
            variables_bytes: 524_288,
            list_items: 1_000,
            input_nesting: 12,
            errors: 10,
            message_length: 500,
            connections: 1_000,
            requests: 64,
            requests_waiting: 256,
            requests_per_caller: 32,
            header_milliseconds: 10_000,
            body_milliseconds: 10_000,
            request_milliseconds: 30_000,
            unread_milliseconds: 20_000,
            leaving_milliseconds: 60_000,
            answer_bytes: 8_388_608,
            answers_bytes: 268_435_456,
            cost_per_request: 100_000,
            cost_bucket: 1_000_000,
            cost_restored_per_second: 20_000,
            document_cache_bytes: 33_554_432,
        }
    }
}

impl Limits {
    /// What is wrong with them, in words.
    pub(super) fn fault(&self) -> Option<&'static str> {
        let checks = [
            (self.body_bytes < 1024, "limits.body_bytes must be at least 1024"),
            (self.tokens < 500, "limits.tokens must be at least 500, or introspection fails"),
            (self.depth < 15, "limits.depth must be at least 15, or introspection fails"),
            (self.nesting < self.depth, "limits.nesting must be at least limits.depth"),
            (self.nesting > 100, "limits.nesting must be at most 100: the stack of a thread is small"),
            (self.operations < 1, "limits.operations must be at least 1"),
            (self.fields < 500, "limits.fields must be at least 500, or introspection fails"),
            (self.root_fields < 1, "limits.root_fields must be at least 1"),
            (self.input_nesting > 60, "limits.input_nesting must be at most 60: the stack of a thread is small"),
            (self.errors < 1, "limits.errors must be at least 1"),
            (self.message_length < 50, "limits.message_length must be at least 50"),
            (self.connections < 1, "limits.connections must be at least 1"),
            (self.requests < 1, "limits.requests must be at least 1"),
            (self.requests_per_caller < 1, "limits.requests_per_caller must be at least 1"),
            (self.unread_milliseconds < 100, "limits.unread_milliseconds must be at least 100"),
            (self.leaving_milliseconds < 100, "limits.leaving_milliseconds must be at least 100"),
            (self.answer_bytes < 65_536, "limits.answer_bytes must be at least 65536"),
            (self.answers_bytes < 67_108_864, "limits.answers_bytes must be at least 67108864"),
            (self.header_milliseconds < 100, "limits.header_milliseconds must be at least 100"),
            (self.body_milliseconds < 100, "limits.body_milliseconds must be at least 100"),
            (self.request_milliseconds < 100, "limits.request_milliseconds must be at least 100"),
            (self.cost_per_request < 1_000, "limits.cost_per_request must be at least 1000"),
            (self.cost_bucket < self.cost_per_request, "limits.cost_bucket must be at least limits.cost_per_request"),
            (self.cost_restored_per_second < 1, "limits.cost_restored_per_second must be at least 1"),
        ];
        checks.into_iter().find(|(wrong, _)| *wrong).map(|(_, message)| message)
    }
}
