//! Nexus and login over real sockets, with and without TLS, as clients use them.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use async_trait::async_trait;
use msnp::Handle;
use papillon_server::Limits;
use papillon_server::Ports;
use papillon_server::passport::{
    CredentialError, CredentialSource, Passport, Passwords, StoredCredentials, TicketMint, hash_password,
    t_part,
};
use papillon_server::site::{Site, serve};
use papillon_server::tls::Identity;
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use tokio_rustls::TlsConnector;

const KEY: [u8; 32] = [1; 32];

/// Accounts in memory, and, for some handles, trouble.
#[derive(Default)]
struct Accounts {
    rows: HashMap<String, StoredCredentials>,
    /// Held until it is let go, for the handle `slow@example.com`.
    gate: Mutex<Option<Gate>>,
}

struct Gate {
    entered: oneshot::Sender<()>,
    release: oneshot::Receiver<()>,
}

#[async_trait]
impl CredentialSource for Accounts {
    async fn credentials(&self, handle: &Handle) -> Result<Option<StoredCredentials>, CredentialError> {
        match handle.as_str() {
            "broken@example.com" => return Err(CredentialError("the disk is on fire".into())),
            "slow@example.com" => {
                let gate = self.gate.lock().unwrap().take();
                if let Some(gate) = gate {
                    gate.entered.send(()).unwrap();
                    let _ = gate.release.await;
                }
            }
            _ => {}
        }
        Ok(self.rows.get(handle.as_str()).cloned())
    }
}

fn accounts() -> Accounts {
    // Cheaper than what `hash_password` makes: these tests are about other things.
    let cheap = "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0";
    let hash = |password: &str| {
        let params = argon2::Params::new(64, 1, 1, None).unwrap();
        let argon2 = argon2::Argon2::from(params);
        let hash =
            argon2::PasswordHasher::hash_password_with_salt(&argon2, password.as_bytes(), b"saltsaltsalt");
        let hash: argon2::PasswordHash = hash.unwrap();
        let hash = hash.to_string();
        assert!(hash.starts_with(cheap), "{hash}");
        hash
    };
    let mut accounts = Accounts::default();
    for (number, name, password, enabled) in [
        (1, "alice@example.com", "s3cret, =%", true),
        (2, "closed@example.com", "secret", false),
        (3, "slow@example.com", "secret", true),
    ] {
        let row = StoredCredentials { account: number, epoch: 7, enabled, password_hash: hash(password) };
        accounts.rows.insert(name.to_owned(), row);
    }
    let damaged = StoredCredentials { account: 4, epoch: 1, enabled: true, password_hash: "?".to_owned() };
    accounts.rows.insert("damaged@example.com".to_owned(), damaged);
    accounts
}

struct Service {
    http: SocketAddr,
    https: SocketAddr,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    data: tempfile::TempDir,
}

impl Service {
    async fn start(accounts: Accounts, limits: Limits) -> Self {
        let data = tempfile::tempdir().unwrap();
        let identity = Identity::open(data.path(), Some("chat.example.com"), SystemTime::now()).unwrap();
        let (http, https) = (listen().await, listen().await);
        let (http_at, https_at) = (http.local_addr().unwrap(), https.local_addr().unwrap());
        let mint = Arc::new(TicketMint::new(KEY, Duration::from_secs(60)));
        let passport = Passport::new(Arc::new(accounts), mint, Passwords::new(2), &limits);
        let ports = Ports { msnp: Some(1863), http: Some(http_at.port()), https: Some(https_at.port()) };
        let site = Arc::new(Site::new(passport, Some("chat.example.com".to_owned()), ports, &limits));
        let (stop, stopped) = watch::channel(false);
        let tasks = vec![
            tokio::spawn(serve(http, None, Arc::clone(&site), stopped.clone())),
            tokio::spawn(serve(https, Some(Arc::new(identity.into())), site, stopped)),
        ];
        Self { http: http_at, https: https_at, stop, tasks, data }
    }

    async fn plain(&self, request: &str) -> String {
        exchange(TcpStream::connect(self.http).await.unwrap(), request).await
    }

    /// The end of the stream is an error unless the server sent a close_notify.
    async fn tls(&self, name: &str, request: &str) -> String {
        exchange(connect(self.https, self.data.path(), name, true).await, request).await
    }

    async fn login(&self, name: &str, password: &str) -> String {
        self.plain(&login_request(name, password)).await
    }
}

async fn listen() -> TcpListener {
    TcpListener::bind("127.0.0.1:0").await.unwrap()
}

async fn connect(
    to: SocketAddr,
    folder: &Path,
    name: &str,
    sni: bool,
) -> tokio_rustls::client::TlsStream<TcpStream> {
    connect_offering(&[], to, folder, name, sni).await
}

/// The client offers these protocols in its hello.
async fn connect_offering(
    protocols: &[&[u8]],
    to: SocketAddr,
    folder: &Path,
    name: &str,
    sni: bool,
) -> tokio_rustls::client::TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(folder.join("ca.pem")).unwrap()).unwrap();
    let mut config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.enable_sni = sni;
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.to_vec()).collect();
    let stream = TcpStream::connect(to).await.unwrap();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(mut stream: S, request: &str) -> String {
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.contains("\r\nConnection: close\r\n"), "{answer}");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let length = format!("Content-Length: {}", body.len());
    assert!(head.lines().any(|line| line == length), "{answer}");
    answer
}

fn login_request(name: &str, password: &str) -> String {
    let password = msnp::wire::percent::encode(password);
    format!(
        "GET /login2.srf HTTP/1.1\r\n\
         Authorization: Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,\
         sign-in={name},pwd={password},lc=1033,id=507,tw=40,fs=1,ct=1062764229,kpp=1\r\n\
         User-Agent: MSMSGS\r\nHost: login.passport.com\r\n\r\n"
    )
}

fn status(answer: &str) -> &str {
    answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap()
}

/// The part of an answer that aMSN and GAIM look for.
fn ticket(answer: &str) -> Option<&str> {
    let (_, rest) = answer.split_once("\r\nAuthentication-Info: Passport1.4 da-status=success,")?;
    rest.split_once("from-PP='")?.1.split_once('\'').map(|(ticket, _)| ticket)
}

/// The text that GAIM shows to people.
fn told(answer: &str) -> String {
    assert!(ticket(answer).is_none());
    let (_, rest) = answer.split_once("\r\nWWW-Authenticate: Passport1.4 da-status=failed,").unwrap();
    let (_, text) = rest.lines().next().unwrap().split_once("cbtxt=").unwrap();
    msnp::wire::percent::decode(text).unwrap().into_owned()
}

#[tokio::test]
async fn a_password_is_worth_a_ticket() {
    let service = Service::start(accounts(), Limits::default()).await;
    let mint = TicketMint::new(KEY, Duration::from_secs(60));
    for name in ["alice@example.com", "Alice%40Example.com"] {
        let answer = service.tls("login.passport.com", &login_request(name, "s3cret, =%")).await;
        let ticket = ticket(&answer).unwrap_or_else(|| panic!("{answer}"));
        let claims = mint.verify(ticket, SystemTime::now()).unwrap();
        assert_eq!((status(&answer), claims.account, claims.epoch), ("200", 1, 7));
        assert!(t_part(ticket).is_some());
    }
    let absolute = login_request("alice@example.com", "s3cret, =%")
        .replace("GET /", "GET https://login.passport.com/")
        .replace("Host: login.passport.com\r\n", "");
    assert!(ticket(&service.plain(&absolute).await).is_some());
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_get_the_same_words() {
    let service = Service::start(accounts(), Limits::default()).await;
    let wrong = service.login("alice@example.com", "secret").await;
    assert_eq!(status(&wrong), "401");
    assert_eq!(told(&wrong), "The address or the password is not right.");
    for (name, password) in [
        ("nobody@example.com", "secret"),
        ("alice", "s3cret, =%"),
        ("a%00b@example.com", "x"),
        ("closed@example.com", "wrong"),
        ("alice@example.com", ""),
    ] {
        assert_eq!(service.login(name, password).await, wrong, "{name}");
    }
    let closed = service.login("closed@example.com", "secret").await;
    assert!(told(&closed).contains("disabled"), "{closed}");
    let nothing = service.plain("GET /login2.srf HTTP/1.1\r\nAuthorization: Basic eDp5\r\n\r\n").await;
    assert_eq!((status(&nothing), told(&nothing).contains("sign in")), ("401", true));
}

#[tokio::test]
async fn guesses_are_limited_and_successes_are_not() {
    let limits = Limits { sign_in_failures_per_account: 2, ..Limits::default() };
    let service = Service::start(accounts(), limits).await;
    for _ in 0..5 {
        assert_eq!(status(&service.login("alice@example.com", "s3cret, =%").await), "200");
    }
    for _ in 0..2 {
        assert!(told(&service.login("alice@example.com", "guess").await).contains("not right"));
    }
    // Not even the right one is tried now.
    let limited = service.login("ALICE@example.com", "s3cret, =%").await;
    assert_eq!(status(&limited), "401");
    assert!(told(&limited).contains("wait a minute"), "{limited}");
    assert!(told(&service.login("closed@example.com", "secret").await).contains("disabled"));
}

/// A school behind one address, after the break.
#[tokio::test]
async fn people_who_sign_in_at_once_do_not_use_up_the_guesses_of_their_address() {
    let limits = Limits {
        sign_in_failures_per_account: 3,
        sign_in_failures_per_address: 4,
        http_connections: 256,
        ..Limits::default()
    };
    let service = Arc::new(Service::start(accounts(), limits).await);
    let at_once = async |password: &'static str| {
        let mut people = tokio::task::JoinSet::new();
        for _ in 0..40 {
            let service = Arc::clone(&service);
            people.spawn(async move { service.login("alice@example.com", password).await });
        }
        people.join_all().await
    };
    assert!(at_once("s3cret, =%").await.iter().all(|answer| ticket(answer).is_some()));
    let told: Vec<_> = at_once("guess").await.iter().map(|answer| told(answer)).collect();
    assert_eq!(told.iter().filter(|told| told.contains("not right")).count(), 3);
    assert_eq!(told.iter().filter(|told| told.contains("wait a minute")).count(), 37);
}

/// With the limits as they are.
#[tokio::test]
async fn a_school_of_300_behind_one_address_signs_in_at_once() {
    let service = Arc::new(Service::start(accounts(), Limits::default()).await);
    let mut people = tokio::task::JoinSet::new();
    for _ in 0..300 {
        let service = Arc::clone(&service);
        people.spawn(async move { service.login("alice@example.com", "s3cret, =%").await });
    }
    let answers = people.join_all().await;
    assert!(answers.iter().all(|answer| ticket(answer).is_some()));
}

#[tokio::test]
async fn trouble_in_the_store_is_a_500_that_tells_nothing_and_costs_nothing() {
    let limits = Limits { sign_in_failures_per_account: 1, ..Limits::default() };
    let service = Service::start(accounts(), limits).await;
    for name in ["broken@example.com", "damaged@example.com", "broken@example.com", "damaged@example.com"] {
        let answer = service.login(name, "x").await;
        assert_eq!(status(&answer), "500", "{answer}");
        assert!(!answer.contains("fire"), "{answer}");
    }
}

#[tokio::test]
async fn the_nexus_names_the_host_the_client_asked_for() {
    let service = Service::start(accounts(), Limits::default()).await;
    let port = service.https.port();
    let expected = |host: &str| {
        format!(
            "\r\nPassportURLs: DARealm=Passport.Net,DALogin={host}:{port}/login2.srf,ConfigVersion=15\r\n"
        )
    };
    let bare = "GET /rdr/pprdr.asp\r\n\r\n";
    let answer = service.tls("nexus.passport.com", bare).await;
    assert!(answer.contains(&expected("nexus.passport.com")), "by SNI: {answer}");
    let stream = connect(service.https, service.data.path(), "nexus.passport.com", false).await;
    let answer = exchange(stream, bare).await;
    assert!(answer.contains(&expected("chat.example.com")), "as configured: {answer}");
    let stream = connect(service.https, service.data.path(), "127.0.0.1", true).await;
    let answer = exchange(stream, "GET /rdr/pprdr.asp HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n").await;
    assert!(answer.contains(&expected("127.0.0.1")), "by Host: {answer}");
    let answer = service.plain("GET /rdr/pprdr.asp HTTP/1.0\nHost: localhost:1\n\n").await;
    assert!(answer.contains(&expected("localhost")), "on plain HTTP, too: {answer}");
    let health = service.tls("localhost", "GET /health HTTP/1.0\r\n\r\n").await;
    let facts =
        "\r\n\r\n{\"status\":\"ready\",\"service\":\"serving\",\"database\":\"answers\",\"uptime_seconds\":";
    assert!(health.contains(facts) && health.ends_with("}\n"), "{health}");
}

#[tokio::test]
async fn http_2_is_spoken_with_clients_that_offer_it_and_with_no_others() {
    let service = Service::start(accounts(), Limits::default()).await;
    let connect = async |protocols: &[&[u8]]| {
        connect_offering(protocols, service.https, service.data.path(), "localhost", true).await
    };
    let stream = connect(&[b"h2", b"http/1.1"]).await;
    assert_eq!(stream.get_ref().1.alpn_protocol(), Some(&b"h2"[..]));
    let stream = hyper_util::rt::TokioIo::new(stream);
    let executor = hyper_util::rt::TokioExecutor::new();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(executor, stream).await.unwrap();
    tokio::spawn(connection);
    let request = http::Request::get("https://localhost/health").body(String::new()).unwrap();
    assert_eq!(sender.send_request(request).await.unwrap().status(), 200);
    for protocols in [vec![], vec![&b"http/1.1"[..]], vec![b"http/1.0"], vec![b"other"]] {
        let stream = connect(&protocols).await;
        assert_eq!(stream.get_ref().1.alpn_protocol(), None, "{protocols:?}");
        assert_eq!(status(&exchange(stream, "GET /health HTTP/1.0\r\n\r\n").await), "200");
    }
}

#[tokio::test]
async fn an_answer_survives_a_body_that_nobody_reads() {
    let service = Service::start(accounts(), Limits::default()).await;
    let body = "x".repeat(60_000);
    let request = format!("POST /login2.srf HTTP/1.1\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    assert_eq!(status(&service.plain(&request).await), "405");
}

#[tokio::test]
async fn at_the_limit_of_connections_new_ones_wait() {
    let limits = Limits { http_connections: 1, ..Limits::default() };
    let service = Service::start(accounts(), limits).await;
    let mut first = TcpStream::connect(service.http).await.unwrap();
    first.write_all(b"GET /he").await.unwrap();
    let mut second = TcpStream::connect(service.http).await.unwrap();
    second.write_all(b"GET /health\r\n\r\n").await.unwrap();
    let answer = exchange(first, "alth\r\n\r\n").await;
    assert_eq!(status(&answer), "200");
    assert_eq!(status(&exchange(second, "").await), "200");
    // The other listener is not kept out by one that only waits.
    assert_eq!(status(&service.tls("localhost", "GET /health\r\n\r\n").await), "200");
}

#[tokio::test]
async fn who_is_being_answered_at_shutdown_gets_the_answer() {
    let accounts = accounts();
    let ((entered, is_in), (release, released)) = (oneshot::channel(), oneshot::channel());
    *accounts.gate.lock().unwrap() = Some(Gate { entered, release: released });
    let service = Service::start(accounts, Limits::default()).await;
    let stream = TcpStream::connect(service.http).await.unwrap();
    let request = login_request("slow@example.com", "secret");
    let client = tokio::spawn(async move { exchange(stream, &request).await });
    is_in.await.unwrap();
    service.stop.send(true).unwrap();
    release.send(()).unwrap();
    assert_eq!(status(&client.await.unwrap()), "200");
    for task in service.tasks {
        task.await.unwrap();
    }
    assert!(TcpStream::connect(service.http).await.is_err());
}

#[tokio::test]
async fn a_renewed_certificate_is_shown_without_a_restart() {
    let data = tempfile::tempdir().unwrap();
    let year = Duration::from_secs(380 * 24 * 3600);
    let identity = Identity::open(data.path(), None, SystemTime::now() - year).unwrap();
    let listener = listen().await;
    let at = listener.local_addr().unwrap();
    let mint = Arc::new(TicketMint::new(KEY, Duration::from_secs(60)));
    let passport = Passport::new(Arc::new(accounts()), mint, Passwords::new(1), &Limits::default());
    let site = Arc::new(Site::new(passport, None, Ports::default(), &Limits::default()));
    let (_stop, stopped) = watch::channel(false);
    tokio::spawn(serve(listener, Some(Arc::new(Arc::clone(&identity).into())), site, stopped));
    let shown = async || {
        let stream = connect(at, data.path(), "localhost", true).await;
        stream.get_ref().1.peer_certificates().unwrap()[0].clone().into_owned()
    };
    let first = shown().await;
    assert!(identity.renew(SystemTime::now()).unwrap());
    assert_ne!(shown().await, first);
}

#[test]
fn a_new_hash_is_of_the_usual_cost() {
    assert!(hash_password("x").unwrap().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
}
