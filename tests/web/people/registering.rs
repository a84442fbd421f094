//! `/register`.

use msnp_testkit::{Ns, TestServer, http};
use papillon_server::Registration;

use super::ADA;
use msnp_testkit::browser::{Browser, Form, Page};

const PASSWORD: &str = "correct & horse";

fn filled(form: &Form, address: &str) -> Form {
    let mut form = form.clone();
    for (name, value) in [("address", address), ("name", "Ada"), ("password", PASSWORD), ("again", PASSWORD)]
    {
        form.put(name, value);
    }
    form
}

async fn register(browser: &mut Browser, address: &str, fields: &[(&str, &str)]) -> Page {
    let form = browser.get("/register").await.form("/register");
    browser.send(&filled(&form, address), fields).await
}

#[tokio::test]
async fn somebody_registers_and_signs_in() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    let page = register(&mut browser, " Ada@Example.com ", &[("name", "Ada & <b>Bob</b>")]).await;
    assert_eq!(page.location(), "/account?done=registered");
    let page = browser.get("/account?done=registered").await;
    page.says(200, "Your account is made");
    page.says(200, "Ada & <b>Bob</b> ada@example.com");
    assert_eq!(page.form("/account/name").value("name"), "Ada & <b>Bob</b>");

    let ticket = http::ticket(server.addresses.http, ADA, PASSWORD).await;
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.identify(ADA, 9).await;
    ns.show(&ticket).await;
    let handle = ADA.parse().unwrap();
    let account = server.store().account(&handle).await.unwrap().unwrap();
    assert!(account.enabled && !account.admin);
    assert_eq!(account.name.text(), "Ada & <b>Bob</b>");
}

#[tokio::test]
async fn without_a_name_the_address_is_the_name() {
    let server = TestServer::start().await;
    register(&mut Browser::new(&server), ADA, &[("name", " ")]).await.location();
    let account = server.store().account(&ADA.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(account.name.text(), ADA);
}

/// The form keeps its text after an error, but for passwords.
#[tokio::test]
async fn mistakes_are_explained() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    let long = "x".repeat(257);
    for (fields, words) in [
        (&[("address", "ada")][..], "not an address such as"),
        (&[("address", "a b@example.com")], "not an address"),
        (&[("password", "short"), ("again", "short")], "too short: use at least 8"),
        (&[("password", &long), ("again", &long)], "too long"),
        (&[("again", "something else")], "not the same"),
        (&[("password", "with a\u{1}bell"), ("again", "with a\u{1}bell")], "cannot be typed"),
        (&[("name", &"é".repeat(129))], "name is too long"),
        (&[("name", &"x".repeat(130))], "use at most 129 characters"),
        (&[("name", "a\u{7}b")], "cannot be shown"),
        (&[("name", "Ada\u{200b}")], "cannot be shown"),
        (&[("name", "\u{202e}adA")], "cannot be shown"),
        (&[("name", "\u{feff}")], "cannot be shown"),
        (&[("name", "\u{3164}")], "name is empty"),
    ] {
        let page = register(&mut browser, ADA, fields).await;
        page.says(400, words);
        let form = page.form("/register");
        let expected = |name: &str, usual: &str| {
            let typed = fields.iter().find(|(given, _)| *given == name).map(|(_, value)| *value);
            typed.unwrap_or(usual).to_owned()
        };
        assert_eq!(form.value("address"), expected("address", ADA));
        assert_eq!(form.value("name"), expected("name", "Ada"));
        assert_eq!((form.value("password"), form.value("again")), ("", ""));
        assert!(!page.body().contains(PASSWORD) && !page.body().contains("something else"));
    }
    assert_eq!(server.store().accounts().await.unwrap(), []);
    // The page with the mistake works as well as the first one.
    let page = register(&mut browser, "ada", &[]).await;
    browser.send(&filled(&page.form("/register"), ADA), &[]).await.location();
}

#[tokio::test]
async fn nothing_typed_becomes_part_of_the_page() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    let evil = "\"><script>alert(1)</script>'&lt;";
    let page = register(&mut browser, evil, &[("name", evil)]).await;
    page.says(400, "not an address");
    assert!(!page.body().contains("<script"), "{}", page.body());
    let form = page.form("/register");
    assert_eq!((form.value("address"), form.value("name")), (evil, evil));
    let query = http::percent_encode(evil);
    for path in ["/register?code=", "/login?to=", "/login?done="] {
        let page = browser.get(&format!("{path}{query}")).await;
        assert!(!page.body().contains("<script"), "{}", page.body());
    }
}

#[tokio::test]
async fn an_address_is_taken_once() {
    let server = TestServer::start().await;
    server.account(ADA).await;
    let mut browser = Browser::new(&server);
    register(&mut browser, "ADA@example.com", &[]).await.says(409, "The address ada@example.com is taken");
    assert!(browser.get("/account").await.location().starts_with("/login"));
}

/// A client that tries many addresses to learn which are taken is soon rate limited.
#[tokio::test]
async fn registrations_are_limited_by_address() {
    let server = TestServer::with(|config| config.limits.registrations_per_hour = 3).await;
    server.account(ADA).await;
    for address in [ADA, "one@example.com", ADA] {
        assert_ne!(register(&mut Browser::new(&server), address, &[]).await.status(), 429);
    }
    for address in [ADA, "two@example.com"] {
        register(&mut Browser::new(&server), address, &[]).await.says(429, "too many registrations");
    }
    assert_eq!(server.store().accounts().await.unwrap().len(), 2);
    // Mistakes cost nothing, and tell nothing.
    register(&mut Browser::new(&server), ADA, &[("again", "x")]).await.says(400, "not the same");
}

#[tokio::test]
async fn where_registration_is_closed_nothing_is_made() {
    let server = TestServer::start().await;
    let mut browser = Browser::new(&server);
    let form = browser.get("/register").await.form("/register");
    let server = TestServer::with(|config| config.registration = Some(Registration::Closed)).await;
    let mut browser = Browser::new(&server);
    let page = browser.get("/register").await;
    page.says(403, "No accounts can be made on this page");
    assert!(page.forms().is_empty());
    // A form from elsewhere, with a token that is right.
    let mut form = filled(&form, ADA);
    let token = browser.get("/login").await.form("/login").value("t").to_owned();
    form.put("t", &token);
    browser.send(&form, &[]).await.says(403, "No accounts can be made");
    assert_eq!(server.store().accounts().await.unwrap(), []);
}
