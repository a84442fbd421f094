//! The same site by HTTP/2.

use axum::body::Body;
use http::StatusCode;
use http_body_util::{BodyExt, Empty, Full};
use hyper::client::conn::http2::{SendRequest, handshake};
use hyper_util::rt::{TokioExecutor, TokioIo};

use super::engines::Parts;
use super::*;
use crate::http::http2::serve;

/// A client of a site that is served meanwhile.
async fn connect(site: Arc<Site>) -> (SendRequest<Body>, tokio::task::JoinHandle<io::Result<()>>) {
    let (client, server) = tokio::io::duplex(1 << 20);
    let served = tokio::spawn(async move { serve(server, &site, &visitor(), Seat::alone()).await });
    let (sender, connection) = handshake(TokioExecutor::new(), TokioIo::new(client)).await.unwrap();
    tokio::spawn(connection);
    (sender, served)
}

fn get(path: &str) -> http::Request<Body> {
    request("GET", path, Body::empty())
}

fn request(method: &str, path: &str, body: Body) -> http::Request<Body> {
    http::Request::builder().method(method).uri(format!("https://h{path}")).body(body).unwrap()
}

async fn ask(
    sender: &mut SendRequest<Body>,
    request: http::Request<Body>,
) -> (StatusCode, http::HeaderMap, String) {
    let (parts, body) = sender.send_request(request).await.unwrap().into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (parts.status, parts.headers, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn pages_and_old_paths_are_answered() {
    let (mut sender, _served) = connect(Arc::new(site().with_pages(pages()))).await;
    let (status, _, body) = ask(&mut sender, get("/echo?a=b")).await;
    assert_eq!((status, &*body), (StatusCode::OK, "GET https://h/echo?a=b h \n"));
    let (status, headers, _) = ask(&mut sender, get("/rdr/pprdr.asp")).await;
    let urls = headers["passporturls"].to_str().unwrap();
    assert!(status.is_success() && urls.contains("DALogin=h:8443/login2.srf,"), "{urls}");
    let posted = request("POST", "/echo", Body::from("hello"));
    assert_eq!(ask(&mut sender, posted).await.2, "POST https://h/echo h hello\n");
    let (status, headers, body) = ask(&mut sender, request("HEAD", "/echo", Body::empty())).await;
    assert_eq!((status, headers["content-length"].to_str().unwrap(), &*body), (StatusCode::OK, "22", ""));
    assert_eq!(ask(&mut sender, get("/nothing")).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_body_is_bounded_whether_it_is_announced_or_not() {
    let (mut sender, _served) = connect(Arc::new(site().with_pages(pages()))).await;
    let announced = request("POST", "/echo", Body::new(Full::from(vec![b'a'; 65_537])));
    assert_eq!(ask(&mut sender, announced).await.0, StatusCode::PAYLOAD_TOO_LARGE);
    let silent = Body::new(Parts([&*"a".repeat(65_536).leak(), "b"].into()));
    assert_eq!(ask(&mut sender, request("POST", "/echo", silent)).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn a_request_is_for_one_host() {
    let (mut sender, _served) = connect(Arc::new(site().with_pages(pages()))).await;
    let mut two = get("/echo");
    two.headers_mut().insert("host", "other".parse().unwrap());
    assert_eq!(ask(&mut sender, two).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn it_ends_with_the_site() {
    let site = Arc::new(site().with_pages(pages()));
    let (mut sender, served) = connect(Arc::clone(&site)).await;
    assert!(ask(&mut sender, get("/echo")).await.0.is_success());
    site.entrance().close();
    served.await.unwrap().unwrap();
    assert!(sender.send_request(http::Request::new(Body::new(Empty::new()))).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn a_connection_on_which_nothing_more_is_asked_ends() {
    let (mut sender, served) = connect(Arc::new(site().with_pages(pages()))).await;
    assert!(ask(&mut sender, get("/echo")).await.0.is_success());
    served.await.unwrap().unwrap();
}
