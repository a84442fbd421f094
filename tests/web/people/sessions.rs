//! Signing out: the cookie is void, and so is every copy of it.

use msnp_testkit::browser::Browser;
use msnp_testkit::{PASSWORD, TestServer};

use super::{ADA, BOB};

#[tokio::test]
async fn signing_out_voids_the_cookie_of_this_browser_only() {
    let server = TestServer::start().await;
    server.account(BOB).await;
    let mut browser = Browser::of(&server, ADA).await;
    let mut thief = browser.clone();
    let mut elsewhere = Browser::of(&server, ADA).await;
    let page = thief.get("/account").await;
    page.says(200, "Your account");
    let (form, rename) = (page.form("/logout"), page.form("/account/name"));
    assert_eq!(browser.send(&form, &[]).await.location(), "/login?done=out");
    assert_eq!(thief.get("/account").await.location(), "/login");
    assert_eq!(thief.get("/account/picture").await.location(), "/login");
    // Nor can a form from before be sent.
    thief.send(&rename, &[("name", "Eve")]).await.says(403, "Nothing was changed");
    thief.send(&form, &[]).await.says(403, "Nothing was changed");
    elsewhere.get("/account").await.says(200, "Ada ada@example.com");
    // Signing in again is another session.
    browser.sign_in(ADA, PASSWORD).await.location();
    browser.get("/account").await.says(200, "Your account");
    assert_eq!(thief.get("/account").await.location(), "/login");
}

/// A sign-in in a browser that is signed in ends the earlier session.
#[tokio::test]
async fn another_sign_in_takes_the_place_of_the_one_before() {
    let server = TestServer::start().await;
    server.account(BOB).await;
    let mut browser = Browser::of(&server, ADA).await;
    let mut copy = browser.clone();
    browser.sign_in(BOB, PASSWORD).await.location();
    browser.get("/account").await.says(200, "Bob bob@example.com");
    assert_eq!(copy.get("/account").await.location(), "/login");
}

#[tokio::test]
async fn signed_out_is_signed_out_after_a_restart_and_on_other_nodes() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let stays = Browser::of(&server, ADA).await;
    let copy = browser.clone();
    let form = browser.get("/account").await.form("/logout");
    browser.send(&form, &[]).await.location();
    let server = server.stop().await.start().await;
    let moved = |cookies| {
        let mut browser = Browser::new(&server);
        browser.cookies = cookies;
        browser
    };
    let (mut copy, mut stays) = (moved(copy.cookies), moved(stays.cookies));
    assert_eq!(copy.get("/account").await.location(), "/login");
    stays.get("/account").await.says(200, "Your account");
    // Another node, or anything else that works on the same database.
    server.store().void_tickets(&ADA.parse().unwrap()).await.unwrap();
    assert_eq!(stays.get("/account").await.location(), "/login");
}
