//! A WebSocket client of our own, which can do what no well-behaved client does.

use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::{TcpSocket, TcpStream};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::{Error, Message, client::IntoClientRequest as _, http::HeaderValue};

use crate::Listening;

/// A WebSocket that is open.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
}

/// What came over a WebSocket.
#[derive(Clone, Debug, PartialEq)]
pub enum Heard {
    /// A message.
    Message(Value),
    /// It was closed, with a code and a reason.
    Closed(u16, String),
}

/// How long to wait for what must come.
const LONGEST: Duration = Duration::from_secs(20);

impl Socket {
    /// Opens one with headers; or the status with which that was refused.
    pub async fn open_with(at: &Listening, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        Self::open_at(at.address, headers).await
    }

    /// As [`Socket::open_with`], at an address.
    pub async fn open_at(address: SocketAddr, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let stream = TcpStream::connect(address).await.expect("it listens");
        Self::over(stream, &format!("{address}/graphql"), headers).await
    }

    /// As [`Socket::open_with`], with something behind the `?` of the address.
    pub async fn open_asking(at: &Listening, asked: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let stream = TcpStream::connect(at.address).await.expect("it listens");
        Self::over(stream, &format!("{}/graphql?{asked}", at.address), headers).await
    }

    /// Opens a socket that takes in little at a time, so that the server cannot send what is not read.
    pub async fn narrow(at: &Listening) -> Self {
        let socket = TcpSocket::new_v4().expect("a socket");
        socket.set_recv_buffer_size(4_096).expect("a small buffer");
        let stream = socket.connect(at.address).await.expect("it listens");
        Self::over(stream, &format!("{}/graphql", at.address), &[PROTOCOL]).await.expect("it opens")
    }

    async fn over(stream: TcpStream, address: &str, headers: &[(&'static str, &str)]) -> Result<Self, u16> {
        let mut request = format!("ws://{address}").into_client_request().expect("a request");
        for (name, value) in headers {
            request.headers_mut().append(*name, HeaderValue::from_str(value).expect("a value"));
        }
        match tokio_tungstenite::client_async(request, stream).await {
            Ok((stream, _)) => Ok(Self { stream }),
            Err(Error::Http(response)) => Err(response.status().as_u16()),
            Err(error) => panic!("{error}"),
        }
    }

    /// Opens a socket for `graphql-transport-ws`, and says nothing yet.
    pub async fn open(at: &Listening) -> Self {
        Self::open_with(at, &[PROTOCOL]).await.expect("it opens")
    }

    /// Opens a socket, and is let in by a token.
    pub async fn let_in(at: &Listening, token: &str) -> Self {
        let mut socket = Self::open(at).await;
        socket.init(token).await;
        assert_eq!(socket.message().await, json!({ "type": "connection_ack" }));
        socket
    }

    /// Says who it speaks for.
    pub async fn init(&mut self, token: &str) {
        let payload = json!({ "authorization": format!("Bearer {token}") });
        self.say(json!({ "type": "connection_init", "payload": payload })).await;
    }

    /// Asks something under an id.
    pub async fn subscribe(&mut self, id: &str, query: &str, variables: Value) {
        let payload = json!({ "query": query, "variables": variables });
        self.say(json!({ "type": "subscribe", "id": id, "payload": payload })).await;
    }

    /// Sends a message.
    pub async fn say(&mut self, message: Value) {
        self.send(Message::text(message.to_string())).await;
    }

    /// Sends a frame as it is.
    pub async fn send(&mut self, message: Message) {
        self.stream.send(message).await.expect("it takes it");
    }

    /// What comes next; answers pings on the way.
    pub async fn heard(&mut self) -> Heard {
        tokio::time::timeout(LONGEST, self.next()).await.expect("something in time")
    }

    async fn next(&mut self) -> Heard {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Heard::Message(serde_json::from_str(&text).expect("JSON")),
                Some(Ok(Message::Close(Some(frame)))) => {
                    // Our agreement goes out while we read on.
                    let _ = tokio::time::timeout(LONGEST, self.stream.next()).await;
                    return Heard::Closed(frame.code.into(), frame.reason.to_string());
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                None | Some(Err(Error::ConnectionClosed | Error::Io(_) | Error::Protocol(_))) => {
                    return Heard::Closed(1006, String::new());
                }
                other => panic!("{other:?}"),
            }
        }
    }

    /// The next message.
    pub async fn message(&mut self) -> Value {
        match self.heard().await {
            Heard::Message(message) => message,
            closed => panic!("{closed:?}"),
        }
    }

    /// The next message, without what it cost.
    pub async fn answer(&mut self) -> Value {
        let mut message = self.message().await;
        if let Some(payload) = message["payload"].as_object_mut() {
            assert!(payload.remove("extensions").is_some(), "what it cost is told: {payload:?}");
        }
        message
    }

    /// The data of the next answer to what was asked under an id.
    pub async fn data(&mut self, id: &str) -> Value {
        let message = self.message().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("next"), &json!(id)), "{message:#}");
        assert!(message["payload"].get("errors").is_none(), "{message:#}");
        message["payload"]["data"].clone()
    }

    /// The code of the next message, which is an error of what was asked under an id.
    pub async fn error(&mut self, id: &str) -> String {
        let message = self.message().await;
        assert_eq!((&message["type"], &message["id"]), (&json!("error"), &json!(id)), "{message:#}");
        message["payload"][0]["extensions"]["code"].as_str().expect("a code").to_owned()
    }

    /// With which code it is closed, and why; messages on the way are passed over.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Heard::Closed(code, reason) = self.heard().await {
                return (code, reason);
            }
        }
    }

    /// What comes within a time, if anything does; answers pings on the way.
    pub async fn heard_within(&mut self, time: Duration) -> Option<Heard> {
        tokio::time::timeout(time, self.next()).await.ok()
    }

    /// Fails if anything comes for a while.
    pub async fn hears_nothing(&mut self, time: Duration) {
        if let Some(heard) = self.heard_within(time).await {
            panic!("{heard:?}");
        }
    }
}

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");
