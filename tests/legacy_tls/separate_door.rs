//! TLS for old Windows in a process of its own; here it is a task.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::SystemTime;

use msnp_testkit::http::{login_request, tls_request};
use msnp_testkit::{DEADLINE, PASSWORD, TestServer};
use papillon_legacy_tls::client::{Client, Version};
use papillon_server::Limits;
use papillon_server::legacy_proxy::{self, Upstream};
use papillon_server::tls::OldWindows;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::{ANSWER, REQUEST, authority};

struct Door {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
    _folder: TempDir,
}

/// A door before a service, at an address of its own.
async fn door(http: SocketAddr, https: SocketAddr) -> Door {
    let folder = tempfile::tempdir().unwrap();
    let old = OldWindows::open(folder.path(), None, SystemTime::now()).unwrap();
    let listener = TcpListener::bind((Ipv4Addr::new(127, 0, 0, 2), 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let upstream = Upstream { http: http.to_string(), https: https.to_string() };
    let (stop, stopped) = watch::channel(false);
    let task = tokio::spawn(async move {
        legacy_proxy::serve(listener, old, upstream, &Limits::default(), stopped).await;
    });
    Door { address, stop, task, _folder: folder }
}

/// A service without support for old Windows, and a separate listener before it that has it.
async fn service() -> (TestServer, Door) {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()];
        config.limits.sign_in_failures_per_address = 1;
    })
    .await;
    let door = door(server.addresses.http, server.addresses.https).await;
    (server, door)
}

/// Sends a request as a legacy PC at this address.
async fn ask(from: [u8; 4], door: SocketAddr, request: &str) -> String {
    let client = Client::new(Version::Ssl3, "RC4-MD5").unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((IpAddr::from(from), 0).into()).unwrap();
    let exchange = async {
        let mut stream = client.connect(socket.connect(door).await.unwrap()).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        // It is an error if there is no close_notify.
        stream.read_to_string(&mut answer).await.unwrap();
        answer
    };
    timeout(DEADLINE, exchange).await.unwrap()
}

#[tokio::test]
async fn old_clients_reach_the_service() {
    let (_server, door) = service().await;
    let answer = ask([127, 0, 0, 3], door.address, REQUEST).await;
    assert!(answer.contains(ANSWER), "{answer}");
    // A client without a Host gets the address that it reached.
    let answer = ask([127, 0, 0, 3], door.address, "GET /rdr/pprdr.asp HTTP/1.0\r\n\r\n").await;
    let login = format!("DALogin={}/login2.srf,", door.address);
    assert!(answer.contains(&login), "{answer}");
}

#[tokio::test]
async fn the_service_knows_the_clients_address() {
    let (server, door) = service().await;
    server.account("alice@example.com").await;
    let login = |password| login_request("alice@example.com", password, "lc=1033");
    let (wrong, right) = (login("wrong"), login(PASSWORD));
    assert!(!ask([127, 0, 0, 3], door.address, &wrong).await.contains("too many attempts"));
    assert!(ask([127, 0, 0, 3], door.address, &right).await.contains("too many attempts"));
    assert!(ask([127, 0, 0, 4], door.address, &right).await.contains("from-PP='t="));
}

#[tokio::test]
async fn clients_of_today_get_the_services_own_tls() {
    let (server, door) = service().await;
    let answer =
        tls_request(door.address, &authority(&server), "nexus.passport.com", REQUEST.as_bytes()).await;
    assert!(answer.unwrap().head.contains(ANSWER));
}

#[tokio::test]
async fn a_service_that_is_down_is_an_end_in_order() {
    let nobody = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = nobody.local_addr().unwrap();
    drop(nobody);
    let door = door(address, address).await;
    assert_eq!(ask([127, 0, 0, 3], door.address, REQUEST).await, "");
}

#[tokio::test]
async fn it_ends_when_told() {
    let (_server, door) = service().await;
    door.stop.send(true).unwrap();
    timeout(DEADLINE, door.task).await.expect("it ends").unwrap();
}
