//! Requests to the nexus and the login, written byte by byte, and the answers as they come.

use std::io;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

use crate::DEADLINE;

/// An answer, cut into head and body at the empty line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status line and the headers.
    pub head: String,
    /// The bytes after the empty line.
    pub body: Vec<u8>,
}

impl Answer {
    fn read(bytes: &[u8]) -> Self {
        let at = bytes.windows(4).position(|window| window == b"\r\n\r\n");
        let at = at.unwrap_or_else(|| panic!("no end of the head in {:?}", bytes.escape_ascii().to_string()));
        let head = std::str::from_utf8(&bytes[..at]).expect("a head in UTF-8").to_owned();
        Self { head, body: bytes[at + 4..].to_vec() }
    }

    /// The status code.
    pub fn status(&self) -> u16 {
        let code = self.head.split(' ').nth(1).and_then(|code| code.parse().ok());
        code.unwrap_or_else(|| panic!("no status in {:?}", self.head))
    }

    /// The header spelled exactly like this.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.split("\r\n").skip(1).find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The text between the quotes after `from-PP=`, as clients look for it.
    pub fn ticket(&self) -> Option<&str> {
        let info = self.header("Authentication-Info")?;
        Some(info.split_once("from-PP='")?.1.split_once('\'')?.0)
    }
}

/// Sends a request in the clear and reads until the other side closes.
pub async fn request(address: SocketAddr, request: &[u8]) -> Answer {
    let stream = TcpStream::connect(address).await.expect("nobody listens");
    Answer::read(&exchange(stream, request).await.expect("the answer broke off"))
}

/// Sends a request over TLS. `name` is the name that the certificate has to be good for; an IP address is
/// not named in the hello. The authority is the only one trusted.
///
/// # Errors
/// When the certificate is not good for `name`, or the answer does not end with a `close_notify`.
pub async fn tls_request(
    address: SocketAddr,
    authority: &Path,
    name: &str,
    request: &[u8],
) -> io::Result<Answer> {
    let stream = TcpStream::connect(address).await.expect("nobody listens");
    tls_request_over(stream, authority, name, request).await
}

/// As [`tls_request`], over a connection that there is already.
///
/// # Errors
/// As [`tls_request`].
pub async fn tls_request_over(
    stream: TcpStream,
    authority: &Path,
    name: &str,
    request: &[u8],
) -> io::Result<Answer> {
    let stream = tls_over(stream, authority, name, &[]).await?;
    Ok(Answer::read(&exchange(stream, request).await?))
}

/// TLS over a connection, for a client that offers these protocols (ALPN). `name` and `authority` are as for
/// [`tls_request`].
///
/// # Errors
/// When the certificate is not good for `name`, or the service closes the connection.
pub async fn tls_over(
    stream: TcpStream,
    authority: &Path,
    name: &str,
    protocols: &[&[u8]],
) -> io::Result<impl AsyncRead + AsyncWrite + Unpin + Send + use<>> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_file_iter(authority).expect("the authority's file") {
        roots.add(certificate.expect("a certificate")).expect("a usable authority");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("protocol versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let name = ServerName::try_from(name.to_owned()).expect("a name");
    TlsConnector::from(Arc::new(config)).connect(name, stream).await
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, request: &[u8]) -> io::Result<Vec<u8>> {
    let exchange = async {
        stream.write_all(request).await?;
        stream.flush().await?;
        let mut answer = Vec::new();
        // rustls reports an end without close_notify as an error.
        stream.read_to_end(&mut answer).await?;
        Ok(answer)
    };
    timeout(DEADLINE, exchange).await.expect("no answer in time")
}

/// The login request as official clients write it. `challenge` is the text that the notification server
/// sent after `USR … TWN S`.
pub fn login_request(handle: &str, password: &str, challenge: &str) -> String {
    let (handle, password) = (percent_encode(handle), percent_encode(password));
    format!(
        "GET /login2.srf HTTP/1.1\r\n\
         Authorization: Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,\
         sign-in={handle},pwd={password},{challenge}\r\n\
         User-Agent: MSMSGS\r\nHost: login.passport.com\r\nConnection: Keep-Alive\r\n\
         Cache-Control: no-cache\r\n\r\n"
    )
}

/// Signs in over plain HTTP and returns the whole answer.
pub async fn login(http: SocketAddr, handle: &str, password: &str) -> Answer {
    request(http, login_request(handle, password, "lc=1033,id=507,tw=40,kv=5").as_bytes()).await
}

/// Signs in over plain HTTP and returns the ticket.
pub async fn ticket(http: SocketAddr, handle: &str, password: &str) -> String {
    let answer = login(http, handle, password).await;
    let ticket = answer.ticket().unwrap_or_else(|| panic!("no ticket for {handle}: {}", answer.head));
    ticket.to_owned()
}

/// Codes everything but letters and digits.
pub fn percent_encode(text: &str) -> String {
    let code = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(code).collect()
}
