//! Decides which form of JSON an answer has, by what the caller accepts.

use axum::http::{HeaderMap, HeaderValue, header};

/// The two forms of an answer. They differ in statuses: GraphQL over HTTP leaves 200 to `application/json`, whatever
/// became of the GraphQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `application/graphql-response+json`: the status tells what became of it.
    Response,
    /// `application/json`, for clients that know nothing else.
    Json,
}

impl Form {
    /// The value of `content-type`.
    pub(super) const fn content_type(self) -> HeaderValue {
        HeaderValue::from_static(match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        })
    }

    /// The form that the caller likes best; none where they take neither.
    pub(super) fn accepted(headers: &HeaderMap) -> Option<Self> {
        // An empty header says as little as none.
        let says = |value: &&HeaderValue| !value.as_bytes().trim_ascii().is_empty();
        let mut values = headers.get_all(header::ACCEPT).iter().filter(says).peekable();
        if values.peek().is_none() {
            return Some(Self::Json);
        }
        let (mut response, mut json) = (Wish::default(), Wish::default());
        for range in values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')) {
            let mut parts = range.split(';').map(str::trim);
            let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
            let quality = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
            let quality = quality.map_or(Some(1.0), |text| text.parse::<f32>().ok()).unwrap_or(0.0);
            match kind.as_str() {
                "application/graphql-response+json" => response.by(quality, 2),
                "application/json" => json.by(quality, 2),
                "application/*" | "*/*" => {
                    let closeness = u8::from(kind != "*/*");
                    response.by(quality, closeness);
                    json.by(quality, closeness);
                }
                _ => {}
            }
        }
        // If the caller names both alike, they get the newer form. If a wildcard covers both, they get the one that
        // every client reads.
        let newer = response.quality > json.quality
            || (response.quality >= json.quality && response.closeness.unwrap_or_default() > 1);
        match (response.quality > 0.0, json.quality > 0.0) {
            (true, _) if newer => Some(Self::Response),
            (_, true) => Some(Self::Json),
            (true, false) => Some(Self::Response),
            (false, false) => None,
        }
    }
}

/// How much a form is wished for, by the range that names it most closely.
#[derive(Default)]
struct Wish {
    quality: f32,
    closeness: Option<u8>,
}

impl Wish {
    fn by(&mut self, quality: f32, closeness: u8) {
        if self.closeness.is_none_or(|before| closeness > before) {
            *self = Self { quality, closeness: Some(closeness) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(value: &'static str) -> Option<Form> {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, HeaderValue::from_static(value));
        Form::accepted(&headers)
    }

    #[test]
    fn the_form_follows_what_is_accepted() {
        assert_eq!(Form::accepted(&HeaderMap::new()), Some(Form::Json));
        for (value, form) in [
            ("*/*", Some(Form::Json)),
            ("application/*", Some(Form::Json)),
            ("application/json", Some(Form::Json)),
            ("application/graphql-response+json", Some(Form::Response)),
            ("APPLICATION/GraphQL-Response+JSON; charset=utf-8", Some(Form::Response)),
            ("application/graphql-response+json, application/json;q=0.9", Some(Form::Response)),
            ("application/json, application/graphql-response+json", Some(Form::Response)),
            ("application/json, application/graphql-response+json;q=0.5", Some(Form::Json)),
            ("application/graphql-response+json;q=0, */*", Some(Form::Json)),
            ("application/json;q=0, */*;q=0.1", Some(Form::Response)),
            ("application/json, multipart/mixed", Some(Form::Json)),
            ("text/html", None),
            ("text/event-stream", None),
            ("application/json;q=0", None),
            ("", Some(Form::Json)),
            (" ", Some(Form::Json)),
        ] {
            assert_eq!(accepted(value), form, "{value}");
        }
    }
}
