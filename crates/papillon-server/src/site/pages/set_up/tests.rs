use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderMap, Request};
use tower::ServiceExt;

use super::*;
use crate::addresses::Ports;
use crate::config::{Config, Live};
use crate::site::pages::published_addresses::Names;
use crate::site::pages::published_addresses::tests::{open, plain, visitor};
use crate::tls::Identity;

async fn get(published: &PublishedAddresses, host: &str, path: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
    let request = Request::get(path).extension(visitor(host)).body(Body::empty()).unwrap();
    let answer = crate::site::pages::router(Arc::new(published.clone())).oneshot(request).await.unwrap();
    let (parts, body) = answer.into_parts();
    (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
}

async fn text(published: &PublishedAddresses, path: &str) -> String {
    let (status, headers, body) = get(published, "192.0.2.9", path).await;
    assert_eq!(status, StatusCode::OK, "{path}");
    assert!(!headers[CONTENT_TYPE].is_empty());
    String::from_utf8(body).unwrap()
}

/// A service whose DNS listener answers everybody.
fn everybodys() -> PublishedAddresses {
    let names = Names { port: 53, clients: "any".parse().unwrap(), forwards: true };
    PublishedAddresses { names: Some(names), ..open() }
}

#[tokio::test]
async fn steps_name_this_very_server() {
    for path in ["/setup/msn5", "/setup/msn6", "/setup/msn62"] {
        let page = text(&everybodys(), path).await;
        for part in [
            "192.0.2.9  messenger.hotmail.com\n",
            "<b>192.0.2.9</b>",
            "ipconfig /flushdns",
            "C:\\WINDOWS\\HOSTS",
        ] {
            assert!(page.contains(part), "{path} lacks {part}");
        }
        assert!(!page.contains("is not open to MSN Messenger"), "{path}");
    }
    let page = text(&open(), "/setup/papillon").await;
    assert!(page.contains("--server 192.0.2.9 --nexus https://192.0.2.9/rdr/pprdr.asp"), "{page}");
}

#[tokio::test]
async fn a_dns_server_that_knows_the_old_names_only_says_so() {
    let mut published = everybodys();
    assert!(text(&published, "/setup/msn5").await.contains("passes on the rest"));
    published.names.as_mut().unwrap().forwards = false;
    assert!(text(&published, "/setup/msn5").await.contains("<b>and nothing else</b>"));
}

#[tokio::test]
async fn a_service_that_is_not_open_says_so() {
    for path in ["/setup", "/setup/msn5", "/setup/msn62", "/setup/proxy"] {
        let page = text(&plain(), path).await;
        for part in ["is not open to MSN Messenger", "--old-windows", "HTTPS at port 8443"] {
            assert!(page.contains(part), "{path} lacks {part}");
        }
    }
    assert!(text(&plain(), "/setup/msn5").await.contains("--dns 0.0.0.0:53"));
    let stranger = text(&open(), "/setup/msn5").await;
    assert!(stranger.contains("--dns-clients") && !stranger.contains("flushdns"), "{stranger}");
    let page = text(&plain(), "/setup/others").await;
    assert!(
        page.contains("https://192.0.2.9:8443/rdr/pprdr.asp") && page.contains("does not do now"),
        "{page}"
    );
}

#[tokio::test]
async fn versions_that_cannot_sign_in_are_named() {
    assert!(text(&open(), "/setup/msn4").await.contains("MSNP7 and older"));
    assert!(text(&open(), "/setup/msn7").await.contains("nothing older than MSNP10"));
}

#[tokio::test]
async fn the_pictures_of_the_test_are_this_services_alone() {
    let published = open();
    let page = text(&published, "/setup").await;
    let pictures: Vec<&str> = page
        .split("<img src=\"")
        .skip(1)
        .filter_map(|rest| rest.split('"').next()?.split_once("://"))
        .map(|(_, rest)| rest.split('?').next().unwrap())
        .collect();
    assert_eq!(pictures.len(), 5, "{page}");
    for picture in pictures {
        let (host, path) = picture.split_at(picture.find('/').unwrap());
        let (status, headers, body) = get(&published, host, path).await;
        assert_eq!(
            (status, headers[CONTENT_TYPE].to_str().unwrap()),
            (StatusCode::OK, "image/gif"),
            "{picture}"
        );
        assert!(headers[CACHE_CONTROL].to_str().unwrap().contains("no-store"));
        assert!(body.starts_with(b"GIF8"));
        let other = PublishedAddresses { token: "fedcba9876543210".to_owned(), ..published.clone() };
        assert_eq!(get(&other, host, path).await.0, StatusCode::NOT_FOUND, "{picture}");
    }
}

#[tokio::test]
async fn the_certificate_is_the_authoritys() {
    let folder = tempfile::tempdir().unwrap();
    let published = PublishedAddresses { tls_folder: folder.path().to_owned(), ..open() };
    for path in ["/setup/papillon.crt", "/setup/papillon-modern.crt", "/setup/papillon.pem"] {
        assert_eq!(get(&published, "192.0.2.9", path).await.0, StatusCode::NOT_FOUND);
    }
    assert!(text(&published, "/setup/msn6").await.contains("nothing to install from here"));
    Identity::open(folder.path(), None, std::time::SystemTime::now()).unwrap();
    let (status, headers, body) = get(&published, "192.0.2.9", "/setup/papillon.crt").await;
    assert_eq!(
        (status, headers[CONTENT_TYPE].to_str().unwrap()),
        (StatusCode::OK, "application/x-x509-ca-cert")
    );
    assert_eq!(headers[CONTENT_DISPOSITION], "attachment; filename=papillon.crt");
    let found = certificate::find(&published).await;
    assert_eq!(body, found.old.as_ref().unwrap().to_vec());
    let page = text(&published, "/setup/msn6").await;
    assert!(page.contains(&certificate::thumbprint(found.old.as_ref().unwrap())), "{page}");
}

#[tokio::test]
async fn downloads_have_the_types_that_windows_opens() {
    for (path, content_type) in [
        ("/setup/papillon.reg", "application/x-ms-regedit"),
        ("/setup/undo.reg", "application/x-ms-regedit"),
        ("/setup/hosts.txt", "text/plain; charset=us-ascii"),
    ] {
        let (status, headers, body) = get(&open(), "192.0.2.9", path).await;
        assert_eq!(
            (status, headers[CONTENT_TYPE].to_str().unwrap()),
            (StatusCode::OK, content_type),
            "{path}"
        );
        assert!(body.is_ascii() && body.ends_with(b"\r\n"), "{path}");
    }
    let (status, ..) = get(&open(), "192.0.2.9", "/setup/nothing.reg").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}

#[tokio::test]
#[cfg(feature = "old-windows")]
async fn each_windows_is_told_which_authority_is_its_own() {
    use crate::tls::OldWindows;
    let folder = tempfile::tempdir().unwrap();
    let published = PublishedAddresses { tls_folder: folder.path().to_owned(), ..open() };
    Identity::open(folder.path(), None, std::time::SystemTime::now()).unwrap();
    OldWindows::open(folder.path(), None, std::time::SystemTime::now()).unwrap();
    let found = certificate::find(&published).await;
    let (old, modern) = (found.old.unwrap(), found.modern.unwrap());
    for path in ["/setup/msn5", "/setup/msn6", "/setup/msn62"] {
        let page = text(&published, path).await;
        for part in [
            "papillon.crt",
            "<b>On Windows Vista and later</b>",
            "papillon-modern.crt",
            &certificate::thumbprint(&old),
            &certificate::thumbprint(&modern),
        ] {
            assert!(page.contains(part), "{path} lacks {part}");
        }
    }
    let page = text(&published, "/setup").await;
    assert!(page.contains("another authority") && !page.contains("the same as text"), "{page}");
    assert_eq!(get(&published, "192.0.2.9", "/setup/papillon.crt").await.2, old.to_vec());
    assert_eq!(get(&published, "192.0.2.9", "/setup/papillon-modern.crt").await.2, modern.to_vec());

    // The operator's own certificate: nothing of ours vouches for it.
    let other = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap().cert.pem();
    std::fs::write(folder.path().join("server.pem"), other).unwrap();
    assert_eq!(get(&published, "192.0.2.9", "/setup/papillon.crt").await.2, old.to_vec());
    assert_eq!(get(&published, "192.0.2.9", "/setup/papillon.pem").await.0, StatusCode::NOT_FOUND);
    let page = text(&published, "/setup/msn5").await;
    assert!(page.contains("papillon.crt") && !page.contains("papillon-modern.crt"), "{page}");
}

#[tokio::test]
async fn clients_that_know_only_tls_1_0_are_told_whether_they_are_let_in() {
    let page = text(&open(), "/setup/others").await;
    assert!(
        page.contains("BitlBee 1.0 and the original builds") && page.contains("understands them"),
        "{page}"
    );
    let page = text(&plain(), "/setup/others").await;
    assert!(
        page.contains("does not understand it: ")
            && page.contains("start it with <code>--old-windows</code>"),
        "{page}"
    );
}

#[tokio::test]
async fn what_is_in_front_may_open_it() {
    let published =
        PublishedAddresses { ports: Ports { http: Some(80), ..plain().ports }, in_front: true, ..plain() };
    assert!(!text(&published, "/setup/msn5").await.contains("is not open to MSN Messenger"));
    assert!(!text(&published, "/setup/others").await.contains("does not do now"));
}

#[tokio::test]
async fn step_five_says_who_may_register() {
    for (registration, words) in [
        (crate::Registration::Open, "Register here"),
        (crate::Registration::Invitation, "code of an invitation"),
        (crate::Registration::Closed, "cannot be made on these pages"),
    ] {
        let mut config = Config::new("/nowhere");
        config.registration = Some(registration);
        let published = PublishedAddresses { config: Arc::new(Live::new(config)), ..open() };
        for path in ["/setup/msn5", "/setup/papillon"] {
            assert!(text(&published, path).await.contains(words), "{path} {registration:?}");
        }
    }
}

#[tokio::test]
async fn no_old_name_is_given_to_our_own_client() {
    let (_, _, page) = get(&open(), "messenger.hotmail.com", "/setup/papillon").await;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("--server 192.0.2.9 --nexus https://192.0.2.9/rdr/pprdr.asp"), "{page}");
}
