//! `/login`, `/logout`, and the life of a cookie.

use msnp_testkit::{PASSWORD, TestServer, http};

use super::{ADA, BOB, ROOT};
use msnp_testkit::browser::Browser;

#[tokio::test]
async fn somebody_signs_in_and_out() {
    let server = TestServer::start().await;
    server.account(ADA).await;
    let mut browser = Browser::new(&server);
    assert_eq!(browser.get("/account").await.location(), "/login");
    let page = browser.sign_in("ADA@example.com", PASSWORD).await;
    assert_eq!(page.location(), "/account");
    let page = browser.get("/account").await;
    page.says(200, "Ada ada@example.com");
    let form = page.form("/logout");
    assert_eq!(browser.send(&form, &[]).await.location(), "/login?done=out");
    assert_eq!(browser.get("/account").await.location(), "/login");
    browser.get("/login?done=out").await.says(200, "You have signed out here.");
}

#[tokio::test]
async fn wrong_passwords_are_refused_and_limited() {
    let server = TestServer::with(|config| config.limits.sign_in_failures_per_account = 3).await;
    server.account(ADA).await;
    let mut browser = Browser::new(&server);
    for (address, password) in [(ADA, "wrong password"), ("nobody@example.com", PASSWORD), ("nobody", "x")] {
        let page = browser.sign_in(address, password).await;
        page.says(403, "The address or the password is not right.");
        let form = page.form("/login");
        assert_eq!((form.value("address"), form.value("password")), (address, ""));
        assert!(!page.body().contains("wrong password"));
        assert_eq!(browser.get("/account").await.location(), "/login");
    }
    // The pages and the login of messengers share one limit.
    for _ in 0..2 {
        assert_eq!(http::login(server.addresses.http, ADA, "wrong").await.status(), 401);
    }
    browser.sign_in(ADA, PASSWORD).await.says(429, "too many attempts");
}

#[tokio::test]
async fn who_is_disabled_is_told_so_and_stays_out() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let handle = ADA.parse().unwrap();
    server.store().set_enabled(&handle, false).await.unwrap();
    assert_eq!(browser.get("/account").await.location(), "/login");
    browser.sign_in(ADA, PASSWORD).await.says(403, "has been disabled");
    // Being let in again does not bring old cookies back.
    server.store().set_enabled(&handle, true).await.unwrap();
    assert_eq!(browser.get("/account").await.location(), "/login");
}

#[tokio::test]
async fn a_stolen_cookie_dies_with_the_password() {
    let server = TestServer::start().await;
    let mut thief = Browser::of(&server, ADA).await;
    thief.get("/account").await.says(200, "Your account");
    server.set_password(ADA, "another password").await;
    assert_eq!(thief.get("/account").await.location(), "/login");
    // A password change on the page leaves only the browser in which it was made.
    let mut thief = Browser::new(&server);
    thief.sign_in(ADA, "another password").await.location();
    let mut browser = thief.clone();
    let form = browser.get("/account").await.form("/account/password");
    let fields = [("old", "another password"), ("password", PASSWORD), ("again", PASSWORD)];
    assert_eq!(browser.send(&form, &fields).await.location(), "/account?done=password");
    browser.get("/account?done=password").await.says(200, "Your password is changed.");
    assert_eq!(thief.get("/account").await.location(), "/login");
}

#[tokio::test]
async fn a_cookie_is_no_ticket_and_a_ticket_no_cookie() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let cookie = browser.cookies["pp"].clone();
    let ticket = http::ticket(server.addresses.http, ADA, PASSWORD).await;
    assert_eq!(cookie.len(), ticket.len());
    browser.cookies.insert("pp".into(), ticket);
    assert_eq!(browser.get("/account").await.location(), "/login");
    let mut ns = msnp_testkit::Ns::connect(server.addresses.msnp).await;
    ns.identify(ADA, 9).await;
    assert_eq!(ns.ask(&format!("USR 4 TWN S {cookie}")).await, "928 4");
}

#[tokio::test]
async fn a_cookie_cannot_be_made_up() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let cookie = browser.cookies["pp"].clone();
    let last = if cookie.ends_with('0') { "1" } else { "0" };
    for forged in
        ["x", "t=1&p=2", &cookie[..cookie.len() - 1], &format!("{}{last}", &cookie[..cookie.len() - 1])]
    {
        browser.cookies.insert("pp".into(), forged.into());
        assert_eq!(browser.get("/account").await.location(), "/login", "{forged}");
    }
    browser.cookies.insert("pp".into(), cookie);
    browser.get("/account").await.says(200, "Your account");
}

/// A cookie that came over TLS is not sent, and not taken, without it.
#[tokio::test]
async fn over_tls_there_are_cookies_of_their_own() {
    let server = TestServer::start().await;
    server.account(ADA).await;
    let mut secure = Browser::secure(&server);
    assert_eq!(secure.sign_in(ADA, PASSWORD).await.location(), "/account");
    secure.get("/account").await.says(200, "Your account");
    assert!(secure.cookies.keys().all(|name| name.starts_with("__Host-")), "{:?}", secure.cookies.keys());
    let mut plain = Browser::new(&server);
    plain.cookies = secure.cookies.clone();
    assert_eq!(plain.get("/account").await.location(), "/login");
}

#[tokio::test]
async fn people_go_where_they_wanted() {
    let server = TestServer::start().await;
    server.make_admin(ROOT).await;
    let mut browser = Browser::new(&server);
    let page = browser.get("/admin").await;
    assert_eq!(page.location(), "/login?to=admin");
    let form = browser.get("/login?to=admin").await.form("/login");
    let page = browser.send(&form, &[("address", ROOT), ("password", PASSWORD)]).await;
    assert_eq!(page.location(), "/admin");
    // Nowhere else, with any text there.
    for elsewhere in ["http://evil.example/", "//evil.example", "/logout", "javascript:alert(1)"] {
        let mut browser = Browser::new(&server);
        let path = format!("/login?to={}", http::percent_encode(elsewhere));
        let form = browser.get(&path).await.form("/login");
        let page = browser.send(&form, &[("address", ROOT), ("password", PASSWORD)]).await;
        assert_eq!(page.location(), "/account");
    }
}

/// Nothing personal is kept by a cache, shown in another site's frame, or able to run a script.
#[tokio::test]
async fn pages_are_protected() {
    let server = TestServer::start().await;
    server.make_admin(ROOT).await;
    let mut browser = Browser::of(&server, ROOT).await;
    let mut stranger = Browser::new(&server);
    let mut pages = Vec::new();
    for path in
        ["/account", "/account/delete", "/admin", "/admin/online", "/admin/invitations", "/account/picture"]
    {
        pages.push(browser.get(path).await);
        pages.push(stranger.get(path).await);
    }
    pages.push(stranger.get("/register").await);
    pages.push(stranger.get("/login").await);
    pages.push(stranger.get("/logout").await);
    pages.push(stranger.sign_in(BOB, "x").await);
    for page in pages {
        let head = &page.answer.head;
        assert_eq!(page.header("cache-control"), "no-store", "{head}");
        assert_eq!(page.header("x-frame-options"), "DENY", "{head}");
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{head}");
        let policy = page.header("content-security-policy");
        assert!(policy.contains("default-src 'none'") && !policy.contains("script"), "{head}");
        if page.status() == 200 {
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8", "{head}");
            assert!(!page.body().contains("<script"));
        }
    }
}
