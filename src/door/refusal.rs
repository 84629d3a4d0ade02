//! What the door itself answers.

/// Why the door sends somebody away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Every connection is at work.
    Full,
    /// Every connection of this address is at work.
    AddressFull,
    /// The head of the request took too long.
    Late,
    /// The head of the request is too large.
    TooLarge,
    /// The server is ending.
    Ending,
}

impl Refusal {
    /// A whole answer, after which the connection is closed.
    pub(super) fn answer(self) -> Vec<u8> {
        let (status, code, detail) = match self {
            Self::Full => (
                "503 Service Unavailable",
                "too-many-connections",
                "the server has as many connections as it may have (`max_connections`)",
            ),
            Self::AddressFull => (
                "429 Too Many Requests",
                "too-many-connections",
                "this address has as many connections as it may have (`max_connections_per_address`)",
            ),
            Self::Late => (
                "408 Request Timeout",
                "too-slow",
                "the request did not arrive in time (`head_time`)",
            ),
            Self::TooLarge => (
                "431 Request Header Fields Too Large",
                "too-large",
                "the head of the request is too large (`max_head_bytes`)",
            ),
            Self::Ending => (
                "503 Service Unavailable",
                "stopping",
                "the server is ending",
            ),
        };
        let (number, title) = status.split_once(' ').unwrap_or((status, ""));
        let body = format!(
            "{{\"type\":\"about:blank\",\"title\":\"{title}\",\"status\":{number},\
             \"code\":\"{code}\",\"detail\":\"{detail}\"}}"
        );
        let retry = match self {
            Self::Full | Self::AddressFull | Self::Ending => "Retry-After: 1\r\n",
            Self::Late | Self::TooLarge => "",
        };
        format!(
            "HTTP/1.1 {status}\r\nContent-Type: application/problem+json\r\n\
             Content-Length: {}\r\nConnection: close\r\n{retry}\r\n{body}",
            body.len()
        )
        .into_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::Refusal;

    #[test]
    fn each_answer_is_whole() {
        for (refusal, status, retry) in [
            (Refusal::Full, 503, true),
            (Refusal::AddressFull, 429, true),
            (Refusal::Late, 408, false),
            (Refusal::TooLarge, 431, false),
            (Refusal::Ending, 503, true),
        ] {
            let answer = String::from_utf8(refusal.answer()).expect("text");
            let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
            assert!(head.starts_with(&format!("HTTP/1.1 {status} ")), "{head}");
            assert!(
                head.contains(&format!("Content-Length: {}\r\n", body.len())),
                "{head}"
            );
            assert_eq!(head.contains("Retry-After: 1"), retry, "{head}");
            let body: serde_json::Value = serde_json::from_str(body).expect("JSON");
            assert_eq!(body["status"], status);
            assert!(body["code"].is_string() && body["detail"].is_string());
        }
    }
}
