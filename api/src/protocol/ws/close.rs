//! Why a WebSocket is closed: the codes of `graphql-transport-ws`, and of WebSockets themselves.

use axum::extract::ws::CloseFrame;

/// Why a WebSocket is closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Close {
    /// The code.
    pub(super) code: u16,
    /// In words.
    reason: String,
}

/// The longest reason that a close frame takes, in bytes.
const LONGEST_REASON: usize = 123;

impl Close {
    fn new(code: u16, reason: &str) -> Self {
        let mut end = reason.len().min(LONGEST_REASON);
        while !reason.is_char_boundary(end) {
            end -= 1;
        }
        Self { code, reason: reason[..end].to_owned() }
    }

    /// What the client sent is not a message of the protocol.
    pub(super) fn bad_message(reason: &str) -> Self {
        Self::new(4400, reason)
    }

    /// An operation before the connection was acknowledged.
    pub(super) fn unauthorized() -> Self {
        Self::new(4401, "Unauthorized: wait for connection_ack")
    }

    /// The token has ended.
    pub(super) fn token_ended() -> Self {
        Self::new(4401, "Unauthorized: the token has ended")
    }

    /// The client may not ask.
    pub(super) fn forbidden(reason: &str) -> Self {
        Self::new(4403, &format!("Forbidden: {reason}"))
    }

    /// The person or the client application may not ask any more.
    pub(super) fn gone() -> Self {
        Self::forbidden("your access was revoked")
    }

    /// The client asked for another subprotocol, or for none.
    pub(super) fn other_protocol() -> Self {
        Self::new(4406, "Subprotocol not acceptable: ask for graphql-transport-ws")
    }

    /// The client did not say in time who it speaks for.
    pub(super) fn init_timeout() -> Self {
        Self::new(4408, "Connection initialisation timeout")
    }

    /// The client began an operation under an id that is in use.
    pub(super) fn taken(id: &str) -> Self {
        let id: String = id.chars().take(40).collect();
        Self::new(4409, &format!("Subscriber for {id} already exists"))
    }

    /// The client said twice who it speaks for.
    pub(super) fn too_many_inits() -> Self {
        Self::new(4429, "Too many initialisation requests")
    }

    /// The caller has as many open as one may.
    pub(super) fn too_many_connections(reason: &str) -> Self {
        Self::new(4429, reason)
    }

    /// The service stops.
    pub(super) fn going_away() -> Self {
        Self::new(1001, "The service is being stopped; connect again")
    }

    /// The client broke the rules of WebSockets.
    pub(super) fn broken() -> Self {
        Self::new(1002, "Not as RFC 6455 has it")
    }

    /// A message that is too long.
    pub(super) fn too_big(most: usize) -> Self {
        Self::new(1009, &format!("A message may have {most} bytes"))
    }

    /// A fault of ours.
    pub(super) fn fault() -> Self {
        Self::new(1011, "Something went wrong on our side")
    }

    /// Nobody can find out just now who the client speaks for.
    pub(super) fn try_later(reason: &str) -> Self {
        Self::new(1013, reason)
    }

    /// The frame that says so.
    pub(super) fn frame(self) -> CloseFrame {
        CloseFrame { code: self.code, reason: self.reason.into() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_always_fits_into_a_frame() {
        let long = "é".repeat(200);
        for close in
            [Close::bad_message(&long), Close::forbidden(&long), Close::taken(&long), Close::too_big(usize::MAX)]
        {
            let frame = close.frame();
            assert!((1..=LONGEST_REASON).contains(&frame.reason.len()), "{}", frame.reason);
        }
    }
}
