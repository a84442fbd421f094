//! The hints of forms to password managers and screen readers, and their look in the browsers of 2001.

use msnp_testkit::browser::{Browser, Page};
use msnp_testkit::{PASSWORD, TestServer};

use super::{ADA, ROOT};
use crate::html::{self, Tag};

/// The field of this id on a page that legacy browsers have to understand.
fn field(page: &Page, id: &str) -> Tag {
    let tags = html::read(page.body(), id);
    for tag in &tags {
        let Some(ids) = tag.attribute("aria-describedby") else { continue };
        for id in ids.split(' ') {
            assert!(
                tags.iter().any(|other| other.attribute("id") == Some(id)),
                "nothing has the id {id}: {tag:?}"
            );
        }
    }
    let found = tags.into_iter().find(|tag| tag.attribute("id") == Some(id));
    found.unwrap_or_else(|| panic!("no {id} in {}", page.body()))
}

#[tokio::test]
async fn browsers_are_told_what_to_fill_in() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    for (path, id, expected) in [
        ("/register", "address", "username"),
        ("/register", "name", "nickname"),
        ("/register", "password", "new-password"),
        ("/register", "again", "new-password"),
        ("/login", "address", "username"),
        ("/login", "password", "current-password"),
        ("/account", "old", "current-password"),
        ("/account", "password", "new-password"),
        ("/account", "again", "new-password"),
        ("/account", "name", "nickname"),
        ("/account/delete", "password", "current-password"),
    ] {
        let page = browser.get(path).await;
        assert_eq!(field(&page, id).attribute("autocomplete"), Some(expected), "{path} {id}");
        assert_eq!(field(&page, id).attribute("aria-invalid"), None, "{path} {id}");
    }
}

/// Every mistake is at the field that it is about, and at no other.
#[tokio::test]
async fn mistakes_are_tied_to_their_fields() {
    let server = TestServer::start().await;
    server.account("taken@example.com").await;
    server.make_admin(ROOT).await;
    let mut browser = Browser::of(&server, ROOT).await;
    let good = [
        ("address", "new@example.com"),
        ("name", "New"),
        ("password", "long enough"),
        ("again", "long enough"),
    ];
    for (path, action, wrong, id) in [
        ("/register", "/register", &[("address", "ada")][..], "address"),
        ("/register", "/register", &[("address", "taken@example.com")], "address"),
        ("/register", "/register", &[("name", "\u{200b}")], "name"),
        ("/register", "/register", &[("password", "short")], "password"),
        ("/register", "/register", &[("again", "another one")], "again"),
        ("/login", "/login", &[("address", ADA), ("password", "wrong")], "password"),
        ("/account", "/account/name", &[("name", "")], "name"),
        ("/account", "/account/password", &[("password", "short")], "password"),
        ("/account", "/account/password", &[("password", "long enough")], "again"),
        (
            "/account",
            "/account/password",
            &[("password", "long enough"), ("again", "long enough"), ("old", "no")],
            "old",
        ),
        ("/account/delete", "/account/delete", &[("password", "wrong")], "password"),
        ("/admin/announcement", "/admin/announcement", &[("text", "")], "text"),
        ("/admin/invitations", "/admin/invitations", &[("uses", "0")], "uses"),
        ("/admin/invitations", "/admin/invitations", &[("days", "x")], "days"),
    ] {
        let mut form = browser.get(path).await.form(action);
        if action == "/register" {
            good.iter().for_each(|(name, value)| form.put(name, value));
        }
        let page = browser.send(&form, wrong).await;
        assert!(page.status() >= 400, "{action} {wrong:?}");
        let tag = field(&page, id);
        assert_eq!(tag.attribute("aria-invalid"), Some("true"), "{action} {wrong:?}: {}", page.body());
        let about = tag.attribute("aria-describedby").unwrap();
        assert!(about.split(' ').any(|about| about == format!("{id}-error")), "{tag:?}");
        let tags = html::read(page.body(), action);
        assert_eq!(tags.iter().filter(|tag| tag.attribute("aria-invalid").is_some()).count(), 1, "{action}");
        assert!(
            tags.iter().any(|tag| tag.attribute("href") == Some(&format!("#{id}"))),
            "{action} {wrong:?}"
        );
    }
    let form = browser.get("/account").await.form("/account/picture");
    let page = browser.send_file(&form, "picture", b"").await;
    assert_eq!(field(&page, "picture").attribute("aria-invalid"), Some("true"));
}

#[tokio::test]
async fn all_pages_are_plain_html() {
    let server = TestServer::start().await;
    server.make_admin(ROOT).await;
    let mut browser = Browser::of(&server, ROOT).await;
    for path in [
        "/register",
        "/login?done=out",
        "/account?done=password-long",
        "/account/delete",
        "/admin",
        "/admin/online",
        "/admin/invitations",
        "/admin/announcement",
        "/admin/person?of=root@example.com",
        "/admin/person?of=nobody@example.com",
    ] {
        html::read(browser.get(path).await.body(), path);
    }
}

#[tokio::test]
async fn long_passwords_are_told_of_and_taken() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    let page = browser.get("/register").await;
    page.says(200, "8 to 16 characters work in every messenger");
    let form = page.form("/register");
    let long = "a horse, a battery";
    let fields = [("address", ADA), ("name", "Ada"), ("password", long), ("again", long)];
    // With another mistake, the length is told as well.
    browser.send(&form, &[fields[0], fields[2], ("again", "x")]).await.says(400, "Yours is longer");
    let to = browser.send(&form, &fields).await.location().to_owned();
    let page = browser.get(&to).await;
    page.says(200, "Your account is made");
    page.says(200, "Your password is longer than 16 characters.");
    // One that is offered works everywhere.
    let (_, rest) = page.body().split_once("<kbd>").unwrap();
    let offered = rest.split_once("</kbd>").unwrap().0.to_owned();
    assert!(offered.len() <= 16 && offered.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{offered}");
    page.says(200, "made by chance (70 bits)");
    let form = page.form("/account/password");
    let fields = [("old", long), ("password", &*offered), ("again", &*offered)];
    let to = browser.send(&form, &fields).await.location().to_owned();
    let page = browser.get(&to).await;
    page.says(200, "Your password is changed.");
    assert!(!page.text().contains("Your password is longer"));
    let fields = [("old", &*offered), ("password", long), ("again", long)];
    let form = form_of(&mut browser).await;
    let to = browser.send(&form, &fields).await.location().to_owned();
    browser.get(&to).await.says(200, "Your password is longer than 16 characters.");
    // The page that refuses passwords names it.
    Browser::new(&server).sign_in(ADA, "wrong").await.says(403, "If it is longer than 16 characters");
}

async fn form_of(browser: &mut Browser) -> msnp_testkit::browser::Form {
    browser.get("/account").await.form("/account/password")
}

#[tokio::test]
async fn whoever_has_to_wait_is_told_how_long() {
    let server = TestServer::with(|config| config.limits.sign_in_failures_per_account = 2).await;
    let mut browser = Browser::of(&server, ADA).await;
    let mut other = Browser::new(&server);
    let change = [("old", PASSWORD), ("password", "long enough"), ("again", "long enough")];
    let form = form_of(&mut browser).await;
    // A browser in which the account has signed in has failures of its own.
    for _ in 0..2 {
        other.sign_in(ADA, "wrong").await.says(403, "not right");
        let wrong = [("old", "wrong"), ("password", "long enough"), ("again", "long enough")];
        browser.send(&form, &wrong).await.says(403, "not right");
    }
    let pages = [other.sign_in(ADA, PASSWORD).await, browser.send(&form, &change).await];
    for page in pages {
        let seconds: u64 = page.header("retry-after").parse().unwrap();
        assert!((1..=30).contains(&seconds), "{seconds}");
        let unit = if seconds == 1 { "second" } else { "seconds" };
        page.says(429, &format!("Please wait a minute and try again, in {seconds} {unit} at the earliest."));
    }
}

#[tokio::test]
async fn the_operator_is_named_where_people_need_somebody() {
    let lost = "The password is lost?";
    let server = TestServer::start().await;
    let page = Browser::new(&server).get("/login").await;
    page.says(200, &format!("{lost} The people who run this service can give you a new one. Ask whoever"));
    let server = TestServer::with(|config| {
        config.operator.name = Some("The Butterfly <Club>".into());
        config.operator.contact = Some("ask@example.org".into());
        config.registration = Some(papillon_server::Registration::Closed);
    })
    .await;
    let mut browser = Browser::new(&server);
    let page = browser.get("/login").await;
    page.says(200, &format!("{lost} The Butterfly <Club> can give you a new one: ask@example.org"));
    assert!(page.body().contains("<a href=\"mailto:ask@example.org\">"), "{}", page.body());
    html::read(page.body(), "/login");
    browser.get("/register").await.says(403, "The Butterfly <Club> can give you one: ask@example.org");
    browser.get("/setup/papillon").await.says(200, "ask for one: ask@example.org");
}

#[tokio::test]
async fn numbers_have_their_noun() {
    let server = TestServer::start().await;
    server.make_admin(ROOT).await;
    let mut browser = Browser::of(&server, ROOT).await;
    let announce = async |browser: &mut Browser| {
        let page = browser.get("/admin/announcement").await;
        let sent = browser.send(&page.form("/admin/announcement"), &[("text", "Hello")]).await;
        (page, sent)
    };
    let (page, sent) = announce(&mut browser).await;
    page.says(200, "0 people are signed in");
    sent.says(200, "Sent to 0 people.");
    server.account(ADA).await;
    let _ada = msnp_testkit::Ns::online(&server, ADA, 9).await;
    let (page, sent) = announce(&mut browser).await;
    page.says(200, "1 person is signed in");
    sent.says(200, "Sent to 1 person.");
    browser.get("/admin/online").await.says(200, "1 signed in to this node; 1 connection, those");
}

#[tokio::test]
async fn the_set_up_page_explains_numbers() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    let page = browser.get("/setup").await;
    for number in ["80048820", "80048821", "81000301", "81000306", "81000314", "80072efd", "80072efe"] {
        page.says(200, number);
    }
    page.says(200, "Not certain.");
    browser.get("/setup/msn6").await.says(200, "What the numbers mean.");
    browser.get("/setup/others").await.says(200, "only the first 16 characters");
}
