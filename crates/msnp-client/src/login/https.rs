//! One HTTPS request.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::header::{CONNECTION, HOST, USER_AGENT};
use hyper::http::HeaderValue;
use hyper::http::response::Parts;
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::verifier::Verifier;
use crate::{SignInError, Trust, unanswered};

/// The time that one request may take, from the connection to the answer's head.
const TIMEOUT: Duration = Duration::from_secs(20);

/// Gets the head of an answer; the body is not read.
pub(super) async fn get(
    trust: &Trust,
    uri: &Uri,
    authorization: Option<HeaderValue>,
) -> Result<Parts, SignInError> {
    let server = endpoint(uri);
    match timeout(TIMEOUT, exchange(trust, uri, &server, authorization)).await {
        Ok(result) => result,
        Err(_) => Err(SignInError::TimedOut(server)),
    }
}

/// `host:port`.
fn endpoint(uri: &Uri) -> String {
    let port = uri.port_u16().unwrap_or(if uri.scheme_str() == Some("http") { 80 } else { 443 });
    format!("{}:{port}", uri.host().unwrap_or_default())
}

async fn exchange(
    trust: &Trust,
    uri: &Uri,
    server: &str,
    authorization: Option<HeaderValue>,
) -> Result<Parts, SignInError> {
    let unreachable = |source| SignInError::Unreachable { server: server.to_owned(), source };
    let stream = TcpStream::connect(server).await.map_err(unreachable)?;
    if uri.scheme_str() == Some("http") {
        return request(TokioIo::new(stream), uri, server, authorization).await;
    }
    // One for each connection, because it remembers the certificate that it refused.
    let verifier = Verifier::new(trust)?;
    let host = uri.host().unwrap_or_default().trim_matches(['[', ']']).to_owned();
    // The URL of the nexus was checked before; this one is the target of a redirect.
    let name =
        host.try_into().map_err(|_| super::protocol(server, "it is not the name of a server with TLS"))?;
    let connector = TlsConnector::from(Arc::new(verifier.config()?));
    match connector.connect(name, stream).await {
        Ok(stream) => request(TokioIo::new(stream), uri, server, authorization).await,
        Err(error) => Err(match verifier.refused(server) {
            Some(shown) => SignInError::Untrusted(shown),
            // An error of rustls: the other side speaks no TLS, or none that rustls knows.
            None if error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
                super::protocol(server, &format!("TLS fails: {error}"))
            }
            None => unreachable(error),
        }),
    }
}

async fn request<S>(
    stream: TokioIo<S>,
    uri: &Uri,
    server: &str,
    authorization: Option<HeaderValue>,
) -> Result<Parts, SignInError>
where
    TokioIo<S>: hyper::rt::Read + hyper::rt::Write + Send + Unpin + 'static,
{
    let fault = |error: String| super::protocol(server, &error);
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(stream).await.map_err(|error| fault(error.to_string()))?;
    let connection = tokio::spawn(connection);
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let mut request = Request::get(target)
        .header(HOST, uri.authority().map_or(server, |authority| authority.as_str()))
        .header(USER_AGENT, "MSMSGS")
        .header(CONNECTION, "close");
    if let Some(authorization) = authorization {
        request = request.header("Authorization", authorization);
    }
    let request = request.body(Empty::<Bytes>::new()).map_err(|error| fault(error.to_string()))?;
    let answer = sender.send_request(request).await.map_err(|error| match unanswered::to_io(error) {
        error if error.kind() == io::ErrorKind::Other => fault(error.to_string()),
        source => SignInError::Unreachable { server: server.to_owned(), source },
    })?;
    // The head says it all: the body is a page for people.
    connection.abort();
    Ok(answer.into_parts().0)
}
