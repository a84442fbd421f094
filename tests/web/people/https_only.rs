//! `--https-only`: passwords over TLS only.

use msnp_testkit::{PASSWORD, TestServer, http};

use super::ADA;
use msnp_testkit::browser::Browser;

async fn strict() -> TestServer {
    TestServer::with(|config| config.https_only = true).await
}

#[tokio::test]
async fn no_page_with_a_password_comes_without_tls() {
    let server = strict().await;
    let mut browser = Browser::new(&server);
    let port = server.addresses.https.port();
    for path in ["/register", "/login", "/account", "/account/delete", "/admin"] {
        let page = browser.get(path).await;
        page.says(403, &format!("https://127.0.0.1:{port}{path}"));
        assert!(page.forms().is_empty() && !page.body().contains("type=\"password\""));
    }
}

#[tokio::test]
async fn no_password_is_taken_without_tls() {
    let server = strict().await;
    server.account(ADA).await;
    let mut secure = Browser::secure(&server);
    let login = secure.get("/login").await.form("/login");
    let register = secure.get("/register").await.form("/register");
    // The same browser, sent the wrong way: with all cookies, under the other names as well.
    let mut plain = Browser::new(&server);
    for (name, value) in &secure.cookies {
        plain.cookies.insert(name.clone(), value.clone());
        plain.cookies.insert(name.trim_start_matches("__Host-").to_owned(), value.clone());
    }
    let page = plain.send(&login, &[("address", ADA), ("password", PASSWORD)]).await;
    page.says(403, "encrypted only");
    let fields = [("address", "bob@example.com"), ("password", PASSWORD), ("again", PASSWORD)];
    plain.send(&register, &fields).await.says(403, "encrypted only");
    assert_eq!(server.store().accounts().await.unwrap().len(), 1);

    assert_eq!(secure.send(&login, &[("address", ADA), ("password", PASSWORD)]).await.location(), "/account");
    secure.get("/account").await.says(200, "Your account");
}

#[tokio::test]
async fn messengers_sign_in_over_tls_only() {
    let server = strict().await;
    server.account(ADA).await;
    let refused = http::login(server.addresses.http, ADA, PASSWORD).await;
    assert_eq!((refused.status(), refused.ticket()), (401, None));
    assert!(refused.head.contains("TLS"), "{}", refused.head);
    // Not even a wrong one is looked at: it might be right elsewhere.
    assert_eq!(http::login(server.addresses.http, ADA, "wrong").await.body, refused.body);
    let authority = server.folder().join("tls/ca.pem");
    let request = http::login_request(ADA, PASSWORD, "lc=1033");
    let answer = http::tls_request(server.addresses.https, &authority, "127.0.0.1", request.as_bytes()).await;
    assert!(answer.unwrap().ticket().is_some());
}
