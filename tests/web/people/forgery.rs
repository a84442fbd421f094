//! Forms that other sites send in a user's name.

use msnp_testkit::{PASSWORD, TestServer, http};

use super::{ADA, BOB, ROOT};
use msnp_testkit::browser::{Browser, Form};

const REFUSED: &str = "Nothing was changed: this form was too old";

/// All forms that a signed-in user can send.
async fn all_forms(browser: &mut Browser) -> Vec<Form> {
    let mut forms = Vec::new();
    for path in [
        "/account",
        "/account/delete",
        "/admin/invitations",
        "/admin/announcement",
        "/admin/bans",
        &format!("/admin/person?of={ADA}"),
    ] {
        forms.extend(browser.get(path).await.forms());
    }
    forms
}

/// With every value that matters filled in, so that only the token can be the reason.
fn filled(form: &Form) -> Form {
    let mut form = form.clone();
    for (name, value) in &mut form.fields {
        let filling = match name.as_str() {
            "password" | "again" if form.action.ends_with("password") => "another password",
            "password" | "old" => PASSWORD,
            "text" | "name" => "forged",
            "of" if form.action.ends_with("bans") => "192.0.2.1",
            _ => continue,
        };
        filling.clone_into(value);
    }
    form
}

async fn send(browser: &mut Browser, form: &Form) -> msnp_testkit::browser::Page {
    if form.action == "/account/picture" {
        browser.send_file(form, "picture", b"x").await
    } else {
        browser.send(form, &[]).await
    }
}

#[tokio::test]
async fn no_form_is_carried_out_without_its_token() {
    let server = TestServer::start().await;
    server.account(ADA).await;
    server.make_admin(ROOT).await;
    let mut browser = Browser::of(&server, ROOT).await;
    let made = server.invite(1, 60).await;
    server.ban("192.0.2.7", None).await;
    let forms = all_forms(&mut browser).await;
    assert_eq!(forms.len(), 15, "{forms:#?}");
    // The tokens of another account, of another sign-in of the same account, and of none.
    let other = Browser::of(&server, BOB).await.get("/account").await.form("/logout").value("t").to_owned();
    let earlier =
        Browser::of(&server, ROOT).await.get("/account").await.form("/logout").value("t").to_owned();
    let nobody = Browser::new(&server).get("/login").await.form("/login").value("t").to_owned();
    let right = forms[0].value("t").to_owned();
    for form in forms {
        for token in ["", "x", &other, &earlier, &nobody, &right[1..], &right.to_uppercase()] {
            let mut forged = filled(&form);
            forged.put("t", token);
            let page = send(&mut browser, &forged).await;
            page.says(403, REFUSED);
        }
    }
    let account = server.store().account(&ROOT.parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(account.name.text(), "Root");
    assert_eq!(http::login(server.addresses.http, ROOT, PASSWORD).await.status(), 200);
    assert!(server.store().account(&ADA.parse().unwrap()).await.unwrap().unwrap().enabled);
    let left = server.store().invitations().await.unwrap();
    assert_eq!(left.iter().map(|left| left.code.expose()).collect::<Vec<_>>(), [made]);
    let bans = server.store().bans(0).await.unwrap();
    assert_eq!(bans.iter().map(|ban| ban.target.to_string()).collect::<Vec<_>>(), ["192.0.2.7"]);
}

/// A form that signs a user in to the attacker's account is a forgery as well.
#[tokio::test]
async fn the_forms_of_strangers_have_tokens_too() {
    let server = TestServer::start().await;
    server.account(ADA).await;
    let attackers = Browser::new(&server).get("/login").await.form("/login");
    let fields = [("address", ADA), ("password", PASSWORD)];
    let mut victim = Browser::new(&server);
    victim.send(&attackers, &fields).await.says(403, REFUSED);
    victim.get("/login").await;
    victim.send(&attackers, &fields).await.says(403, REFUSED);
    assert!(victim.get("/account").await.location().starts_with("/login"));
    let attackers = Browser::new(&server).get("/register").await.form("/register");
    let fields = [("address", BOB), ("password", PASSWORD), ("again", PASSWORD)];
    victim.send(&attackers, &fields).await.says(403, REFUSED);
    assert_eq!(server.store().accounts().await.unwrap().len(), 1);
}

/// A browser that says that another site's page sent the form is believed.
#[tokio::test]
async fn what_comes_from_another_site_is_refused() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let form = browser.get("/account").await.form("/account/name");
    let host = browser.host();
    for (headers, taken) in [
        (format!("Origin: http://{host}\r\n"), true),
        (format!("Referer: http://{host}/account\r\n"), true),
        ("Origin: http://evil.example\r\n".to_owned(), false),
        ("Origin: null\r\n".to_owned(), false),
        ("Referer: http://evil.example/account\r\n".to_owned(), false),
        (format!("Origin: http://evil.example\r\nReferer: http://{host}/account\r\n"), false),
        (format!("Referer: http://evil.example/http://{host}/\r\n"), false),
        (String::new(), true),
    ] {
        browser.headers.clone_from(&headers);
        let page = browser.send(&form, &[("name", "Ada L.")]).await;
        assert_eq!(page.status(), if taken { 302 } else { 403 }, "{headers}: {}", page.text());
    }
}

/// Every change needs a POST, and only as a form.
#[tokio::test]
async fn links_change_nothing() {
    let server = TestServer::start().await;
    let mut browser = Browser::of(&server, ADA).await;
    let token = browser.get("/account").await.form("/logout").value("t").to_owned();
    for path in
        ["/logout", "/account/sign-out", "/account/name", "/account/password", "/account/picture/remove"]
    {
        let page = browser.get(&format!("{path}?t={token}&name=x")).await;
        assert_eq!(page.status(), 405, "{path}");
    }
    let body = format!("t={token}&name=forged");
    for content_type in ["text/plain", "multipart/form-data; boundary=x", "application/json", ""] {
        let page = browser.post("/account/name", content_type, body.as_bytes()).await;
        page.says(400, "did not arrive as it should");
    }
    browser.get("/account").await.says(200, "Ada ada@example.com");
}
