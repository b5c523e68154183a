//! Settings of traces.

use serde::{Deserialize, Serialize};

/// Traces, for a collector of OpenTelemetry.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// Where a collector takes traces by OTLP over HTTP, as in `http://127.0.0.1:4318/v1/traces`; by default nowhere.
    pub endpoint: Option<String>,
    /// The share of requests that are traced, 0 to 1.
    pub share: f64,
}

impl Default for Traces {
    fn default() -> Self {
        Self { endpoint: None, share: 1.0 }
    }
}

impl Traces {
    pub(super) fn fault(&self) -> Option<&'static str> {
        let address = |endpoint: &str| {
            let rest = endpoint.strip_prefix("https://").or_else(|| endpoint.strip_prefix("http://"));
            rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
        };
        let checks = [
            (
                !self.endpoint.as_deref().is_none_or(address),
                "traces.endpoint must be an address such as http://127.0.0.1:4318/v1/traces",
            ),
            (!(0.0..=1.0).contains(&self.share), "traces.share must be 0 to 1"),
        ];
        checks.into_iter().find(|(wrong, _)| *wrong).map(|(_, message)| message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_collector_has_an_address_and_a_share_lies_between_nothing_and_all() {
        let fault = |endpoint: Option<&str>, share| Traces { endpoint: endpoint.map(str::to_owned), share }.fault();
        assert_eq!(fault(None, 1.0), None);
        assert_eq!(fault(Some("https://collector.example.org/v1/traces"), 0.0), None);
        for endpoint in ["", "collector:4318", "http://", "http:///v1/traces", "grpc://collector:4317"] {
            assert!(fault(Some(endpoint), 1.0).is_some_and(|fault| fault.starts_with("traces.endpoint")), "{endpoint}");
        }
        for share in [-0.1, 1.1, f64::NAN] {
            assert_eq!(fault(None, share), Some("traces.share must be 0 to 1"));
        }
    }
}
