//! `/account`.

use msnp_testkit::{Ns, PASSWORD, TestServer, http};

use super::{ADA, BOB, refused};
use msnp_testkit::browser::Browser;

#[tokio::test]
async fn a_password_is_changed_by_who_knows_it() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let form = browser.get("/account").await.form("/account/password");
    for (old, password, again, status, words) in [
        ("wrong", "another one", "another one", 403, "Your present password is not right"),
        ("", "another one", "another one", 403, "Your present password is not right"),
        (PASSWORD, "another one", "another two", 400, "not the same"),
        (PASSWORD, "short", "short", 400, "too short"),
        (PASSWORD, "", "", 400, "too short"),
    ] {
        let page = browser.send(&form, &[("old", old), ("password", password), ("again", again)]).await;
        page.says(status, words);
        let form = page.form("/account/password");
        assert!(["old", "password", "again"].iter().all(|field| form.value(field).is_empty()));
        assert!(!page.body().contains("another one") && !page.body().contains(PASSWORD));
    }
    assert_eq!(http::login(server.addresses.http, ADA, PASSWORD).await.status(), 200);
    let ns = Ns::online(&server, ADA, 9).await;

    let fields = [("old", PASSWORD), ("password", "another one"), ("again", "another one")];
    assert_eq!(browser.send(&form, &fields).await.location(), "/account?done=password");
    assert_eq!(http::login(server.addresses.http, ADA, PASSWORD).await.status(), 401);
    assert_eq!(http::login(server.addresses.http, ADA, "another one").await.status(), 200);
    // Tickets from before are void; a messenger that is signed in stays so.
    let mut again = Ns::connect(server.addresses.msnp).await;
    again.identify(ADA, 9).await;
    assert_eq!(again.ask(&format!("USR 4 TWN S {}", ns.ticket)).await, "911 4");
    let mut ns = ns;
    ns.quiet().await;
}

/// Guessing the old password on this page counts like guessing anywhere.
#[tokio::test]
async fn the_old_password_cannot_be_guessed_here() {
    let server = TestServer::with(|config| config.limits.sign_in_failures_per_account = 2).await;
    let mut browser = Browser::of(&server, ADA).await;
    let change = browser.get("/account").await.form("/account/password");
    let delete = browser.get("/account/delete").await.form("/account/delete");
    let fields = [("old", "a guess"), ("password", "another one"), ("again", "another one")];
    browser.send(&change, &fields).await.says(403, "not right");
    browser.send(&delete, &[("password", "a guess")]).await.says(403, "not right");
    browser.send(&change, &fields).await.says(429, "too many attempts");
    browser.send(&delete, &[("password", PASSWORD)]).await.says(429, "too many attempts");
}

#[tokio::test]
async fn contacts_see_a_new_name_at_once() {
    let server = TestServer::start().await;
    server.befriend(ADA, BOB).await;
    let mut ada = Ns::online(&server, ADA, 9).await;
    let mut bob = Ns::online(&server, BOB, 8).await;
    ada.expect_prefix(&format!("NLN NLN {BOB} ")).await;
    let version = ada.version().await;

    let mut browser = Browser::of(&server, ADA).await;
    let form = browser.get("/account").await.form("/account/name");
    assert_eq!(form.value("name"), "Ada");
    let name = "Ada \"<script>\" & é";
    assert_eq!(browser.send(&form, &[("name", name)]).await.location(), "/account?done=name");
    let coded = "Ada%20%22%3Cscript%3E%22%20%26%20%C3%A9";
    let line = bob.expect_prefix(&format!("NLN NLN {ADA} ")).await;
    assert!(line.to_uppercase().contains(&coded.to_uppercase()), "{line}");
    let page = browser.get("/account?done=name").await;
    page.says(200, name);
    assert!(!page.body().contains("<script"));

    // The session goes on with the new name and the new version.
    assert!(ada.version().await > version);
    ada.chg("BSY").await;
    let line = bob.expect_prefix(&format!("NLN BSY {ADA} ")).await;
    assert!(line.to_uppercase().contains(&coded.to_uppercase()), "{line}");

    for bad in ["", " ", "a\nb", "\u{200b}", "Ada\u{2066}", &"x".repeat(130), &"x".repeat(400)] {
        let page = browser.send(&form, &[("name", bad)]).await;
        page.says(400, "The display name");
    }
    bob.quiet().await;
    browser.send(&form, &[("name", &"x".repeat(129))]).await.location();
}

#[tokio::test]
async fn a_name_changes_only_so_often() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let form = browser.get("/account").await.form("/account/name");
    let mut statuses = Vec::new();
    for number in 0..21 {
        statuses.push(browser.send(&form, &[("name", &format!("Ada {number}"))]).await.status());
    }
    assert_eq!((&statuses[..20], statuses[20]), (&[302; 20][..], 429));
    // A new password helps against a thief who has used the changes up.
    let form = browser.get("/account").await.form("/account/password");
    let fields = [("old", PASSWORD), ("password", "another one"), ("again", "another one")];
    assert_eq!(browser.send(&form, &fields).await.location(), "/account?done=password");
    assert_eq!(refused(&server, "page_changes").await, "1");
}

#[tokio::test]
async fn signing_out_everywhere_ends_everything() {
    let server = TestServer::start().await;
    server.befriend(ADA, BOB).await;
    let mut ada = Ns::online(&server, ADA, 9).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    let ticket = ada.ticket.clone();
    let mut browser = Browser::of(&server, ADA).await;
    let mut other = browser.clone();
    let form = browser.get("/account").await.form("/account/sign-out");
    assert_eq!(browser.send(&form, &[]).await.location(), "/login?done=everywhere");
    browser.get("/login?done=everywhere").await.says(200, "signed out everywhere");

    ada.expect_prefix(&format!("NLN NLN {BOB} ")).await;
    ada.expect("OUT OTH").await;
    ada.closed().await;
    bob.expect(&format!("FLN {ADA}")).await;
    let mut again = Ns::connect(server.addresses.msnp).await;
    again.identify(ADA, 9).await;
    assert_eq!(again.ask(&format!("USR 4 TWN S {ticket}")).await, "911 4");
    assert_eq!(browser.get("/account").await.location(), "/login");
    assert_eq!(other.get("/account").await.location(), "/login");
    // The password is as good as before.
    Ns::online(&server, ADA, 9).await;
    bob.expect_prefix(&format!("NLN NLN {ADA} ")).await;
}

#[tokio::test]
async fn an_account_is_deleted_by_who_knows_its_password() {
    let server = TestServer::start().await;
    server.befriend(ADA, BOB).await;
    let mut ada = Ns::online(&server, ADA, 9).await;
    let mut browser = Browser::of(&server, ADA).await;
    let form = browser.get("/account/delete").await.form("/account/delete");
    browser.send(&form, &[("password", "wrong")]).await.says(403, "not right");
    let page = browser.send(&form, &[("password", PASSWORD)]).await;
    page.says(200, "The account ada@example.com has been deleted");
    assert!(!browser.cookies.contains_key("pp"));
    ada.expect("OUT OTH").await;
    ada.closed().await;
    assert_eq!(server.store().account(&ADA.parse().unwrap()).await.unwrap(), None);
    let mut bob = Ns::online(&server, BOB, 9).await;
    assert_eq!(bob.syn().await.contact(ADA), None);
    browser.sign_in(ADA, PASSWORD).await.says(403, "not right");
}
