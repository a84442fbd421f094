//! The probe of a listener: the first steps of a client.

pub(super) mod dns;

use std::fmt::Display;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::{ClientConfig, DigitallySignedStruct, SignatureScheme};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// A program on the same machine answers sooner.
const PATIENCE: Duration = Duration::from_secs(5);
/// The time for connecting: less than `PATIENCE`, so that dropped packets are told from a silent program.
const CONNECT: Duration = Duration::from_secs(4);
/// More than any answer that is read here.
const LONGEST: usize = 8 * 1024;

/// The outcome of a probe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// The service.
    Ours,
    /// Another program; its reaction in words.
    Other(String),
    /// A web server, such as a proxy, that refuses or does not reach what is behind it; its answer in words.
    Refused(String),
    /// A program that ends the connection before it sends anything. The service does so with an address that is banned.
    Closed,
    /// No program; the sign of that in words.
    Nobody(String),
    /// Nothing came back, as where a firewall drops packets; the attempt in words.
    Filtered(String),
}

impl Answer {
    /// The words.
    pub(super) fn words(&self) -> &str {
        match self {
            Self::Ours => "the service",
            Self::Closed => "a program that closes the connection before a word",
            Self::Other(words) | Self::Refused(words) | Self::Nobody(words) | Self::Filtered(words) => words,
        }
    }
}

/// The certificates that a server showed, its own first.
pub(super) type Chain = Vec<CertificateDer<'static>>;

/// Asks for a version of the protocol.
pub(super) async fn msnp(address: SocketAddr) -> Answer {
    let talk = async {
        let mut stream = connect(address).await?;
        // The offer of MSN Messenger 6, which a service answers before any sign-in.
        stream.write_all(b"VER 1 MSNP9 MSNP8 CVR0\r\n").await?;
        read_until(&mut stream, |said| said.contains(&b'\n')).await
    };
    judge(talk, |said| said.starts_with(b"VER 1 MSNP")).await
}

/// Asks how it is.
pub(super) async fn http(address: SocketAddr) -> Answer {
    let talk = async {
        let stream = connect(address).await?;
        health(stream, address).await
    };
    judge(talk, is_healthy).await
}

/// As [`https`], of a host that may be one of many at this address.
pub(super) async fn https_of(address: SocketAddr, host: &str) -> Answer {
    let talk = async {
        let stream = TcpStream::connect(address).await?;
        let connector = TlsConnector::from(Arc::new(anybody().map_err(io::Error::other)?));
        let bare = host.trim_matches(['[', ']']).to_owned();
        let name = ServerName::try_from(bare).map_err(io::Error::other)?;
        health(connector.connect(name, stream).await?, host).await
    };
    judge(talk, is_healthy).await
}

/// Shakes hands as a modern client, and asks for `/health`.
pub(super) async fn https(address: SocketAddr) -> (Answer, Option<Chain>) {
    let mut shown = None;
    let talk = async {
        let stream = connect(address).await?;
        let connector = TlsConnector::from(Arc::new(anybody().map_err(io::Error::other)?));
        // An address sends no name in the handshake, as clients do that reach the service by address.
        let stream = connector.connect(ServerName::IpAddress(address.ip().into()), stream).await?;
        // Kept before anything is asked over it: the certificate is looked at even where the rest fails.
        let chain = stream.get_ref().1.peer_certificates();
        shown = chain.map(|chain| chain.iter().cloned().map(CertificateDer::into_owned).collect());
        health(stream, address).await
    };
    let answer = judge(talk, is_healthy).await;
    (answer, shown)
}

/// Connects. A silent program accepts the connection; a firewall lets it come to none.
async fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    timeout(CONNECT, TcpStream::connect(address)).await.unwrap_or_else(|late| Err(late.into()))
}

/// Whether nothing came back, or a router on the way said that packets do not get there.
pub(super) fn is_silence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::TimedOut
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            // The error that a firewall on this machine makes.
            | io::ErrorKind::PermissionDenied
    )
}

async fn judge(
    talk: impl Future<Output = io::Result<Vec<u8>>>,
    is_ours: impl FnOnce(&[u8]) -> bool,
) -> Answer {
    match timeout(PATIENCE, talk).await {
        // The connection came about, or `connect` would have given up a second before.
        Err(_) => Answer::Other(String::from("a program that sends nothing")),
        Ok(Ok(said)) if is_ours(&said) => Answer::Ours,
        Ok(Ok(said)) if said.is_empty() => Answer::Closed,
        Ok(Ok(said)) if is_refusal(&said) => Answer::Refused(format!(
            "a web server that does not let this through, with {:?}",
            beginning(&said)
        )),
        Ok(Ok(said)) => Answer::Other(format!("a program that sends {:?}", beginning(&said))),
        Ok(Err(error)) => match error.kind() {
            io::ErrorKind::ConnectionRefused => Answer::Nobody(String::from("no program listens")),
            io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe | io::ErrorKind::UnexpectedEof => {
                Answer::Closed
            }
            io::ErrorKind::InvalidData => {
                Answer::Other(format!("a program that does not understand ({error})"))
            }
            _ if is_silence(&error) => Answer::Filtered(format!("no connection comes about ({error})")),
            _ => Answer::Nobody(error.to_string()),
        },
    }
}

/// Whether it is an answer of HTTP with which a proxy refuses, or says that it does not reach the service.
fn is_refusal(said: &[u8]) -> bool {
    const STATUSES: [&[u8]; 7] = [b"401", b"403", b"407", b"429", b"502", b"503", b"504"];
    let mut words = said.split(|byte| byte.is_ascii_whitespace());
    let is_http = words.next().is_some_and(|word| word.starts_with(b"HTTP/1."));
    is_http && words.next().is_some_and(|status| STATUSES.contains(&status))
}

/// The first words, as far as they can be shown.
fn beginning(said: &[u8]) -> String {
    let line = said.split(|byte| b"\r\n".contains(byte)).next().unwrap_or_default();
    String::from_utf8_lossy(line).chars().take(40).collect()
}

async fn health<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, host: impl Display) -> io::Result<Vec<u8>> {
    let request = format!("GET /health HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    stream.flush().await?;
    read_until(&mut stream, |_| false).await
}

fn is_healthy(said: &[u8]) -> bool {
    // Another web server may have a `/health` as well; its text is hardly the same.
    // 503 while its database is silent or it goes down: whose port it is can be told all the same.
    let answers = said.starts_with(b"HTTP/1.1 200 ") || said.starts_with(b"HTTP/1.1 503 ");
    let facts = said.windows(4).position(|part| part == b"\r\n\r\n").and_then(|end| said.get(end + 4..));
    answers && facts.is_some_and(|facts| facts.starts_with(br#"{"status":""#))
}

async fn read_until<S: AsyncRead + Unpin>(
    stream: &mut S,
    is_enough: impl Fn(&[u8]) -> bool,
) -> io::Result<Vec<u8>> {
    let mut said = Vec::new();
    let mut buffer = [0; 1024];
    while said.len() < LONGEST && !is_enough(&said) {
        match stream.read(&mut buffer).await {
            Ok(0) => break,
            Ok(read) => said.extend_from_slice(buffer.get(..read).unwrap_or_default()),
            // It was said all the same.
            Err(_) if !said.is_empty() => break,
            Err(error) => return Err(error),
        }
    }
    Ok(said)
}

/// TLS that accepts any certificate: the chain is checked afterwards.
fn anybody() -> Result<ClientConfig, rustls::Error> {
    let provider = Arc::new(ring::default_provider());
    Ok(ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider)))
        .with_no_client_auth())
}

/// Finds any certificate good.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, cert, dss, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
