use axum::body::{Body, to_bytes};
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use tower::ServiceExt;

use super::*;
use crate::site::pages::published_addresses::tests::{open, visitor};

async fn ask(method: &str, host: &str, path: &str) -> (StatusCode, String, String, String) {
    let request =
        Request::builder().method(method).uri(path).extension(visitor(host)).body(Body::empty()).unwrap();
    let answer = crate::site::pages::router(Arc::new(open())).oneshot(request).await.unwrap();
    let status = answer.status();
    let header = |name| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
    let (content_type, location) = (header(CONTENT_TYPE), header(LOCATION));
    let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, content_type, location, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn addresses_in_the_program_are_found_in_any_case() {
    for (host, path) in [
        ("config.messenger.msn.com", "/Config/MsgrConfig.asmx?op=GetClientConfig"),
        ("config.messenger.msn.com", "/config/msgrconfig.asmx"),
        ("svcs.microsoft.com", "/svcs/mms/tabs.asp?Plcid=0409"),
        ("svcs.microsoft.com", "/SVCS/MMS/ABCH_CONFIG.ASP"),
        ("g.msn.com", "/5meEN_US/60"),
        ("192.0.2.9", "/svcs/mms/tabs.asp"),
    ] {
        let (status, content_type, _, body) = ask("GET", host, path).await;
        assert_eq!((status, &*content_type), (StatusCode::OK, "text/xml; charset=utf-8"), "{host}{path}");
        assert!(body.starts_with("<?xml") && !body.contains("<tab>"), "{host}{path}: {body}");
    }
    let (status, content_type, _, body) = ask("GET", "svcs.microsoft.com", "/svcs/mms/portal.asp").await;
    assert_eq!((status, &*content_type), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(body.contains("http://svcs.microsoft.com/account"), "{body}");
}

#[tokio::test]
async fn advertisements_are_empty() {
    let (status, content_type, ..) = ask("GET", "rad.msn.com", "/ADSAdClient31.dll?GetAd=&PG=IMUSA1").await;
    assert_eq!((status, &*content_type), (StatusCode::OK, "text/html; charset=utf-8"));
    for (host, path) in [("rad.msn.com", "/x/y.GIF"), ("192.0.2.9", "/ads/a.jpg"), ("ads1.msn.com", "/b.png")]
    {
        let (status, content_type, ..) = ask("GET", host, path).await;
        assert_eq!((status, &*content_type), (StatusCode::OK, "image/gif"), "{host}{path}");
    }
}

#[tokio::test]
async fn other_sites_lead_to_pages_of_ours() {
    for (method, host, path, says) in [
        ("GET", "www.hotmail.com", "/", "no mail"),
        ("POST", "www.hotmail.com", "/cgi-bin/hmhome", "no mail"),
        ("GET", "members.msn.com", "/default.msnw?mem=bob@example.com", "no directory"),
        ("GET", "g.msn.com", "/5meen_us/106?passport=bob@example.com", "no directory"),
        ("POST", "192.0.2.9", "/mail", "no mail"),
        ("POST", "192.0.2.9", "/mobile", "telephones"),
        ("POST", "192.0.2.9", "/profile", "/account"),
        ("POST", "192.0.2.9", "/chat", "no chat rooms"),
        ("GET", "192.0.2.9", "/directory", "no directory"),
        ("GET", "192.0.2.9", "/today", "no news"),
    ] {
        let (status, _, _, body) = ask(method, host, path).await;
        assert_eq!(status, StatusCode::OK, "{host}{path}");
        assert!(body.contains(says), "{host}{path}: {body}");
    }
    let (status, _, location, _) = ask("GET", "g.msn.com", "/5meen_us/157").await;
    assert_eq!((status, &*location), (StatusCode::FOUND, "/register"));
}

#[tokio::test]
async fn what_is_nowhere_is_said_to_be_nowhere() {
    for (host, path) in [
        ("192.0.2.9", "/nothing"),
        ("messenger.hotmail.com", "/x"),
        ("g.msn.com", "/5meen_us/9999"),
        ("g.msn.com", "/x"),
        ("g.msn.com", "/é/1"),
    ] {
        let path = path.replace('é', "%C3%A9");
        let (status, _, _, body) = ask("GET", host, &path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{host}{path}");
        assert!(
            body.contains("<h1>") && body.len() > 512,
            "Internet Explorer shows its own page for short ones"
        );
    }
    let (status, _, _, body) = ask("POST", "192.0.2.9", "/abservice/abservice.asmx").await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(body.contains("soap:Fault"));
}

#[tokio::test]
async fn what_is_shown_is_only_read_or_opened_with_a_form() {
    let router = crate::site::pages::router(Arc::new(open()));
    for path in
        ["/", "/mail", "/today", "/ads/x.gif", "/svcs/mms/tabs.asp", "/Config/MsgrConfig.asmx", "/nowhere"]
    {
        for method in ["PUT", "DELETE", "TRACE", "CONNECT", "OPTIONS", "PATCH", "FOO", "GET", "POST"] {
            let request = Request::builder().method(method).uri(path);
            let request = request.extension(visitor("g.msn.com")).body(Body::empty()).unwrap();
            let answer = router.clone().oneshot(request).await.unwrap();
            let refused = answer.status() == StatusCode::METHOD_NOT_ALLOWED;
            assert_eq!(refused, !["GET", "POST"].contains(&method), "{method} {path}");
            if refused {
                assert_eq!(answer.headers()["Allow"], "GET,HEAD,POST", "{method} {path}");
            }
        }
    }
}
