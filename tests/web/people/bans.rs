//! `/admin/bans`, and what the pages are to people who are banned.

use msnp_testkit::{DEADLINE, Ns, PASSWORD, TestServer, http};
use tokio::time::timeout;

use super::{ADA, BOB, ROOT};
use msnp_testkit::browser::Browser;

async fn administered() -> (TestServer, Browser) {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["192.0.2.128/25".parse().expect("a range")];
    })
    .await;
    server.account(ADA).await;
    server.make_admin(ROOT).await;
    let browser = Browser::of(&server, ROOT).await;
    (server, browser)
}

#[tokio::test]
async fn an_administrator_bans_an_account_and_lifts_the_ban() {
    let (server, mut root) = administered().await;
    let mut ada = Ns::online(&server, ADA, 9).await;
    let person = root.get(&format!("/admin/person?of={ADA}")).await;
    assert!(person.body().contains("href=\"/admin/bans?of=ada%40example.com\""), "{}", person.body());
    let form = root.get("/admin/bans?of=ada%40example.com").await.form("/admin/bans");
    assert_eq!(form.value("of"), ADA);
    let reason = "<script>spam</script> & \"more\"";
    let page = root.send(&form, &[("for", "2h"), ("reason", reason)]).await;
    assert_eq!(page.location(), "/admin/bans?done=made");
    ada.expect("OUT OTH").await;
    ada.closed().await;
    assert_eq!(http::login(server.addresses.http, ADA, PASSWORD).await.status(), 401);
    let ban = server.store().bans(0).await.unwrap().pop().unwrap();
    assert_eq!(ban.ends_at, Some(ban.made_at + 7200));
    let page = root.get("/admin/bans?done=made").await;
    page.says(200, "The ban stands first in the list.");
    page.says(200, &format!("{ADA} {reason} {ROOT} 20"));
    assert!(!page.body().contains("<script"), "{}", page.body());

    let form = page.form("/admin/bans/lift");
    assert_eq!(root.send(&form, &[]).await.location(), "/admin/bans?done=lifted");
    assert_eq!(server.store().bans(0).await.unwrap(), []);
    // Another one was faster: the ban is as good as lifted.
    assert_eq!(root.send(&form, &[]).await.location(), "/admin/bans?done=lifted");
    root.send(&form, &[("of", "x")]).await.says(400, "did not arrive as it should");
    let back = async { while http::login(server.addresses.http, ADA, PASSWORD).await.status() != 200 {} };
    timeout(DEADLINE, back).await.expect("the ban is not lifted");
}

#[tokio::test]
async fn ranges_are_banned_and_changed() {
    let (server, mut root) = administered().await;
    let form = root.get("/admin/bans").await.form("/admin/bans");
    for (of, lasts) in [("198.51.100.77/24", "3d"), ("2001:db8::1", ""), ("198.51.100.0/24", "")] {
        let page = root.send(&form, &[("of", of), ("for", lasts)]).await;
        assert_eq!(page.location(), "/admin/bans?done=made");
    }
    let page = root.get("/admin/bans").await;
    page.says(200, "2 in force");
    page.says(200, &format!("2001:db8::/64 {ROOT} 20"));
    let bans = server.store().bans(0).await.unwrap();
    let shown: Vec<_> = bans.iter().map(|ban| (ban.target.to_string(), ban.ends_at)).collect();
    assert_eq!(shown, [("2001:db8::/64".into(), None), ("198.51.100.0/24".into(), None)]);
}

#[tokio::test]
async fn nobody_is_locked_out_by_mistake() {
    let (server, mut root) = administered().await;
    let form = root.get("/admin/bans").await.form("/admin/bans");
    for (of, words) in [
        (ROOT, "your own account"),
        ("127.0.0.1", "where you are yourself"),
        ("0.0.0.0/0", "where you are yourself"),
        ("127.9.9.9", "the service's own machine"),
        ("::1", "the service's own machine"),
        ("192.0.2.200", "the trusted proxies at 192.0.2.128/25"),
        ("192.0.0.0/16", "the trusted proxies at 192.0.2.128/25"),
        ("nobody@example.com", "no such account"),
        ("", "An address such as"),
        ("192.0.2", "An address such as"),
        ("<b>@x", "An address such as"),
    ] {
        let page = root.send(&form, &[("of", of), ("for", "2h"), ("reason", "why")]).await;
        page.says(400, words);
        // What was filled in stands there again.
        let again = page.form("/admin/bans");
        assert_eq!(["of", "for", "reason"].map(|name| again.value(name)), [of, "2h", "why"]);
    }
    for (field, value) in [("for", "2"), ("for", "-1h"), ("for", "99999w"), ("reason", "a\nb")] {
        let page = root.send(&form, &[("of", BOB), (field, value)]).await;
        page.says(400, if field == "for" { "2h, 3d or 4w" } else { "One line" });
    }
    assert_eq!(server.store().bans(0).await.unwrap(), []);
}

#[tokio::test]
async fn a_banned_account_has_no_pages_until_the_ban_is_lifted() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let mut ada = Ns::online(&server, ADA, 9).await;
    server.ban(ADA, None).await;
    ada.expect("OUT OTH").await;
    assert_eq!(browser.get("/account").await.location(), "/login");
    browser.sign_in(ADA, "wrong").await.says(403, "The address or the password is not right.");
    browser.sign_in(ADA, PASSWORD).await.says(403, "This account is banned. Please ask");
    server.lift_ban(ADA).await;
    // The session of before goes on: a ban voids nothing.
    let back = async { while browser.get("/account").await.status() != 200 {} };
    timeout(DEADLINE, back).await.expect("the ban is not lifted");
}

#[tokio::test]
async fn a_browser_at_a_banned_address_gets_nothing_more() {
    let server = TestServer::with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    })
    .await;
    let mut browser = Browser::of(&server, ADA).await;
    browser.headers = "X-Forwarded-For: 192.0.2.1\r\n".into();
    browser.get("/account").await.says(200, ADA);
    server.ban("192.0.2.1", None).await;
    let banned = async { while browser.get("/account").await.status() != 403 {} };
    timeout(DEADLINE, banned).await.expect("the ban has no effect");
    browser.get("/").await.says(403, "This address is banned from the service.");
    browser.headers = "X-Forwarded-For: 192.0.2.2\r\n".into();
    browser.get("/account").await.says(200, ADA);
}
