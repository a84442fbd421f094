//! The set-up pages and their files.

use std::collections::BTreeSet;

use msnp_testkit::TestServer;
use msnp_testkit::http::{self, Answer};
use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject;

use crate::html;

const OLD_BROWSER: &str = "Mozilla/4.0 (compatible; MSIE 5.0; Windows 98; DigExt)";
const NEW_BROWSER: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

async fn fetch(server: &TestServer, host: &str, path: &str, agent: &str) -> Answer {
    let request =
        format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {agent}\r\nConnection: close\r\n\r\n");
    http::request(server.addresses.http, request.as_bytes()).await
}

async fn get(server: &TestServer, path: &str) -> Answer {
    fetch(server, "192.0.2.9", path, NEW_BROWSER).await
}

fn text(answer: &Answer) -> &str {
    std::str::from_utf8(&answer.body).expect("UTF-8")
}

/// Pages of ours that links in the pages lead to.
async fn every_page(server: &TestServer) -> BTreeSet<String> {
    let mut found = BTreeSet::from(["/".to_owned(), "/setup".to_owned(), "/today".to_owned()]);
    let mut waiting: Vec<_> = found.iter().cloned().collect();
    while let Some(path) = waiting.pop() {
        let answer = get(server, &path).await;
        // A browser that is not signed in is redirected to sign in.
        let status = answer.status();
        assert!(status == 200 || [302, 303].contains(&status), "{path}: {}", answer.head);
        let links = match html::header(&answer, "Content-Type") {
            Some(kind) if kind.starts_with("text/html") && status == 200 => {
                html::links(&html::read(text(&answer), &path))
            }
            _ => BTreeSet::new(),
        };
        let ours = links.into_iter().filter(|link| link.starts_with('/'));
        waiting.extend(ours.filter(|link| found.insert(link.clone())));
    }
    found
}

#[tokio::test]
async fn every_page_is_plain_html_and_every_link_leads_somewhere() {
    let server = TestServer::start().await;
    let pages = every_page(&server).await;
    for path in [
        "/setup/msn4",
        "/setup/msn5",
        "/setup/msn6",
        "/setup/msn62",
        "/setup/msn7",
        "/setup/others",
        "/setup/papillon",
        "/setup/proxy",
        "/setup/undo",
        "/setup/papillon.crt",
        "/setup/papillon.reg",
        "/setup/undo.reg",
        "/setup/hosts.txt",
        "/mark.gif",
        "/register",
        "/login",
        "/account",
    ] {
        assert!(pages.contains(path), "nothing leads to {path}: {pages:?}");
    }
}

#[tokio::test]
async fn an_old_browser_gets_the_set_up_page_at_once() {
    let server = TestServer::start().await;
    let old = fetch(&server, "192.0.2.9", "/", OLD_BROWSER).await;
    assert!(text(&old).contains("<h1>Set up MSN Messenger</h1>"), "{}", text(&old));
    let new = get(&server, "/").await;
    assert!(text(&new).contains("<h1>Welcome</h1>"), "{}", text(&new));
    let nexus = format!("https://192.0.2.9:{}/rdr/pprdr.asp", server.addresses.https.port());
    assert!(text(&new).contains(&nexus), "{}", text(&new));
    assert!(text(&new).contains(&format!("192.0.2.9:{}", server.addresses.msnp.port())));
}

#[tokio::test]
async fn the_certificate_is_the_one_that_vouches_for_the_service() {
    let server = TestServer::start().await;
    let answer = get(&server, "/setup/papillon.crt").await;
    assert_eq!(html::header(&answer, "Content-Type"), Some("application/x-x509-ca-cert"));
    assert_eq!(html::header(&answer, "Content-Disposition"), Some("attachment; filename=papillon.crt"));
    let authority =
        CertificateDer::from_pem_file(server.folder().join("tls").join("ca.pem")).expect("an authority");
    assert_eq!(answer.body, authority.to_vec());
    let as_text = get(&server, "/setup/papillon.pem").await;
    assert_eq!(CertificateDer::from_pem_slice(&as_text.body).expect("PEM"), authority);
}

#[tokio::test]
async fn files_are_made_for_the_host_and_end_their_lines_as_windows_does() {
    let server = TestServer::start().await;
    let port = server.addresses.msnp.port();
    let registry = get(&server, "/setup/papillon.reg").await;
    assert!(text(&registry).starts_with("REGEDIT4\r\n\r\n"), "{}", text(&registry));
    assert!(text(&registry).contains(&format!("\"Server\"=\"192.0.2.9;192.0.2.9:{port}\"\r\n")));
    let hosts = get(&server, "/setup/hosts.txt").await;
    assert!(text(&hosts).contains("\r\n192.0.2.9  messenger.hotmail.com\r\n"), "{}", text(&hosts));
    for file in [&registry, &hosts, &get(&server, "/setup/undo.reg").await] {
        assert_eq!(text(file).matches('\n').count(), text(file).matches("\r\n").count());
    }
    // A client that uses an old name gets the address that it reached.
    let hosts = fetch(&server, "messenger.hotmail.com", "/setup/hosts.txt", OLD_BROWSER).await;
    assert!(text(&hosts).contains("127.0.0.1  nexus.passport.com\r\n"), "{}", text(&hosts));
}

#[tokio::test]
async fn the_self_test_shows_whose_server_it_is() {
    let (one, other) = (TestServer::start().await, TestServer::start().await);
    let page = get(&one, "/setup").await;
    let tags = html::read(text(&page), "/setup");
    let pictures = tags.iter().filter(|tag| tag.name == "img").filter_map(|tag| tag.attribute("src"));
    let pictures: Vec<_> = pictures.filter_map(|source| source.split_once("://")).collect();
    assert!(
        pictures.iter().any(|(scheme, rest)| *scheme == "https" && rest.starts_with("nexus.passport.com/"))
    );
    assert_eq!(pictures.len(), 5);
    for (_, rest) in pictures {
        let (host, path) = rest.split_at(rest.find('/').expect("a path"));
        let mine = fetch(&one, host, path, OLD_BROWSER).await;
        assert_eq!((mine.status(), html::header(&mine, "Content-Type")), (200, Some("image/gif")), "{rest}");
        let cache = mine.head.to_ascii_lowercase();
        assert!(
            cache.contains("cache-control: no-store") && cache.contains("pragma: no-cache"),
            "{}",
            mine.head
        );
        assert_eq!(fetch(&other, host, path, OLD_BROWSER).await.status(), 404, "{rest}");
    }
    // A restart is no other server.
    let one = one.stop().await.start().await;
    let again = get(&one, "/setup").await;
    let token = |page: &Answer| text(page).split("/setup/test/").nth(1).map(|rest| rest[..16].to_owned());
    assert_eq!(token(&again), token(&page));
}

#[tokio::test]
async fn a_host_cannot_carry_markup_into_a_page() {
    let server = TestServer::start().await;
    for host in ["<script>alert(1)</script>", "a\"onload=x", "a'b", "x;y", "192.0.2.9\"", "a&b", "%3Cb%3E"] {
        for path in [
            "/",
            "/setup",
            "/setup/msn5",
            "/setup/others",
            "/setup/papillon",
            "/setup/papillon.reg",
            "/setup/hosts.txt",
            "/Config/MsgrConfig.asmx",
            "/svcs/mms/portal.asp",
        ] {
            let answer = fetch(&server, host, path, OLD_BROWSER).await;
            assert!(!text(&answer).contains(host), "{host} {path}: {}", text(&answer));
            if answer.status() == 200
                && html::header(&answer, "Content-Type").is_some_and(|kind| kind.starts_with("text/html"))
            {
                html::read(text(&answer), path);
            }
        }
    }
}

#[tokio::test]
async fn a_head_is_answered_without_a_body() {
    let server = TestServer::start().await;
    for path in ["/", "/setup", "/setup/papillon.crt", "/setup/papillon.reg", "/mail", "/svcs/mms/tabs.asp"] {
        let request = format!("HEAD {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
        let answer = http::request(server.addresses.http, request.as_bytes()).await;
        assert_eq!((answer.status(), answer.body.len()), (200, 0), "{path}");
        let full = fetch(&server, "h", path, NEW_BROWSER).await;
        assert_eq!(html::header(&answer, "Content-Type"), html::header(&full, "Content-Type"), "{path}");
    }
}
