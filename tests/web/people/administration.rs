//! `/admin`.

use msnp_testkit::gateway::{Gateway, Way};
use msnp_testkit::{Ns, PASSWORD, TestServer, http};

use super::{ADA, BOB, ROOT};
use msnp_testkit::browser::{Browser, Page};

const PAGES: [&str; 6] = [
    "/admin",
    "/admin/online",
    "/admin/invitations",
    "/admin/announcement",
    "/admin/bans",
    "/admin/person?of=ada@example.com",
];

async fn administered() -> (TestServer, Browser) {
    let server = TestServer::start().await;
    server.account(ADA).await;
    server.make_admin(ROOT).await;
    let browser = Browser::of(&server, ROOT).await;
    (server, browser)
}

/// Presses the button for something on the page of a person.
async fn deed(browser: &mut Browser, handle: &str, word: &str) -> Page {
    let page = browser.get(&format!("/admin/person?of={}", http::percent_encode(handle))).await;
    let form = page.forms().into_iter().find(|form| form.fields.iter().any(|field| field.1 == word));
    browser.send(&form.unwrap_or_else(|| panic!("no {word} in {}", page.body())), &[]).await
}

#[tokio::test]
async fn it_is_for_administrators_only() {
    let (server, mut root) = administered().await;
    let mut ada = Browser::of(&server, ADA).await;
    let mut stranger = Browser::new(&server);
    let token = ada.get("/account").await.form("/logout").value("t").to_owned();
    for path in PAGES {
        root.get(path).await.says(200, "People");
        ada.get(path).await.says(403, "for the people who run this service");
        assert_eq!(stranger.get(path).await.location(), "/login?to=admin");
    }
    // The forms, with a token of her own that is right.
    for action in PAGES
        .map(|path| path.split('?').next().unwrap())
        .into_iter()
        .chain(["/admin/invitations/revoke", "/admin/bans/lift"])
    {
        let body = format!("t={token}&of={BOB}&do=disable&uses=1&days=1&minutes=5&text=x&id=1");
        let page = ada.post(action, "application/x-www-form-urlencoded", body.as_bytes()).await;
        assert!([403, 405].contains(&page.status()), "{action}: {}", page.status());
    }
    assert!(!ada.get("/account").await.body().contains("/admin"));
    assert!(root.get("/account").await.body().contains("href=\"/admin\""));
    // The mark is looked at each time.
    server.store().set_admin(&ROOT.parse().unwrap(), false).await.unwrap();
    root.get("/admin").await.says(403, "for the people who run this service");
}

#[tokio::test]
async fn people_are_listed_searched_and_paged() {
    let (server, mut root) = administered().await;
    for number in 0..60 {
        server.account(&format!("p{number:02}@example.com")).await;
    }
    let evil = msnp_testkit::Handle::parse("\"<script>@example.com").map(|handle| handle.to_string());
    if let Ok(evil) = &evil {
        server.account(evil).await;
    }
    let page = root.get("/admin").await;
    page.says(200, "ada@example.com Ada");
    page.says(200, "found Address");
    assert!(page.body().contains("page=2") && !page.body().contains("p59@example.com"));
    assert!(!page.body().contains("<script"), "{}", page.body());
    root.get("/admin?page=2").await.says(200, "p59@example.com");
    let page = root.get("/admin?search=P4").await;
    page.says(200, "10 found");
    assert!(page.text().contains("p44@example.com") && !page.text().contains("ada@"));
    root.get("/admin?search=nobody").await.says(200, "0 found");
    let query = http::percent_encode("\"><script>%_'");
    let page = root.get(&format!("/admin?search={query}&page=x")).await;
    page.says(200, "0 found");
    assert!(!page.body().contains("<script"));
    root.get("/admin?page=4294967295").await.says(200, "Page");
    root.get("/admin/person?of=nobody@example.com").await.says(404, "nothing here");
    root.get("/admin/person?of=x").await.says(404, "nothing here");
    root.get("/admin/person").await.says(404, "nothing here");
}

#[tokio::test]
async fn who_is_online_is_shown_with_client_and_address() {
    let (server, mut root) = administered().await;
    let mut ada = Ns::online(&server, ADA, 8).await;
    let local = ada.wire.local();
    Ns::sign_in(&server, BOB, 9).await;
    let page = root.get("/admin/online").await;
    page.says(
        200,
        &format!("{ADA} Ada NLN MSNMSGR 5.0.0544 (winnt 5.1) {local} msnp, MSNP8 TCP, from this machine 20"),
    );
    root.get(&format!("/admin/person?of={ADA}"))
        .await
        .says(200, "MSNMSGR 5.0.0544 (winnt 5.1), from 127.0.0.1");
    ada.chg("BSY").await;
    root.get("/admin/online").await.says(200, "Ada BSY MSNMSGR");
    ada.send("OUT").await;
    ada.closed().await;
    root.get(&format!("/admin/person?of={ADA}")).await.says(200, "Online no");
}

#[tokio::test]
async fn a_client_of_the_gateway_is_told_apart() {
    let (server, mut root) = administered().await;
    let way = Way::to(server.addresses.http);
    let mut ada = Gateway::online(&server, way, ADA, 9).await;
    let page = root.get("/admin/online").await;
    page.says(200, "(winnt 5.1) 127.0.0.1 gateway, MSNP9 HTTP, from this machine 20");
    deed(&mut root, ADA, "sign-out").await.location();
    ada.expect("OUT OTH").await;
    root.get("/admin/online").await.says(200, "0 signed in to this node");
}

/// The version that a client sends ends up on a page.
#[tokio::test]
async fn a_client_cannot_write_on_the_page() {
    let (server, mut root) = administered().await;
    server.account(ADA).await;
    let ticket = http::ticket(server.addresses.http, ADA, PASSWORD).await;
    let mut ns = Ns::connect(server.addresses.msnp).await;
    ns.handle = ADA.into();
    ns.dialect = 9;
    ns.ask("VER 1 MSNP9 CVR0").await;
    let long = "x".repeat(500);
    ns.ask(&format!("CVR 2 0x0409 <script>alert(1)</script> \"'> i386 {long} 1 MSMSGS {ADA}")).await;
    ns.ask(&format!("USR 3 TWN I {ADA}")).await;
    ns.show(&ticket).await;
    let page = root.get("/admin/online").await;
    page.says(200, &"x".repeat(60));
    assert!(!page.body().contains("<script") && !page.body().contains(&"x".repeat(61)), "{}", page.body());
}

#[tokio::test]
async fn somebody_is_signed_out() {
    let (server, mut root) = administered().await;
    let mut ada = Ns::online(&server, ADA, 9).await;
    let mut browser = Browser::of(&server, ADA).await;
    let page = deed(&mut root, ADA, "sign-out").await;
    assert_eq!(page.location(), "/admin/person?of=ada%40example.com&done=sign-out");
    root.get("/admin/person?of=ada%40example.com&done=sign-out").await.says(200, "The person is signed out.");
    ada.expect("OUT OTH").await;
    ada.closed().await;
    assert_eq!(browser.get("/account").await.location(), "/login");
    Ns::online(&server, ADA, 9).await;
}

#[tokio::test]
async fn somebody_is_disabled_and_enabled() {
    let (server, mut root) = administered().await;
    let mut ada = Ns::online(&server, ADA, 9).await;
    deed(&mut root, ADA, "disable").await.location();
    ada.expect("OUT OTH").await;
    ada.closed().await;
    assert_eq!(http::login(server.addresses.http, ADA, PASSWORD).await.status(), 401);
    root.get("/admin").await.says(200, "ada@example.com Ada disabled");
    deed(&mut root, ADA, "enable").await.location();
    assert_eq!(http::login(server.addresses.http, ADA, PASSWORD).await.status(), 200);
    // An administrator cannot disable their own account.
    deed(&mut root, ROOT, "disable").await.says(400, "your own account");
    root.get("/admin").await.says(200, "People");
}

#[tokio::test]
async fn a_new_password_is_shown_once() {
    let (server, mut root) = administered().await;
    let mut ada = Ns::online(&server, ADA, 9).await;
    let page = deed(&mut root, ADA, "password").await;
    page.says(200, "The new password is");
    let (_, rest) = page.body().split_once("<code>").unwrap();
    let password = rest.split_once("</code>").unwrap().0.to_owned();
    ada.expect("OUT OTH").await;
    ada.closed().await;
    assert_eq!(http::login(server.addresses.http, ADA, PASSWORD).await.status(), 401);
    assert_eq!(http::login(server.addresses.http, ADA, &password).await.status(), 200);
    let page = root.get(&format!("/admin/person?of={ADA}")).await;
    assert!(!page.body().contains(&password));
}

#[tokio::test]
async fn invitations_are_made_and_taken_back() {
    let (server, mut root) = administered().await;
    let form = root.get("/admin/invitations").await.form("/admin/invitations");
    for (uses, days) in
        [("0", "1"), ("1", "0"), ("", "1"), ("x", "1"), ("10001", "1"), ("1", "3651"), ("-1", "1")]
    {
        root.send(&form, &[("uses", uses), ("days", days)]).await.says(400, "a number from 1 to");
    }
    let page = root.send(&form, &[("uses", "3"), ("days", "7")]).await;
    assert_eq!(page.location(), "/admin/invitations?done=made");
    let made = server.store().invitations().await.unwrap().pop().unwrap();
    let page = root.get("/admin/invitations?done=made").await;
    page.says(200, &format!("{} 3 {ROOT} 20", made.code.expose()));
    assert_eq!((made.uses_left, made.expires_at - made.made_at), (3, 7 * 24 * 3600));
    assert!(page.body().contains(&format!("href=\"/register?code={}\"", made.code.expose())));
    let form = page.form("/admin/invitations/revoke");
    assert_eq!(root.send(&form, &[]).await.location(), "/admin/invitations?done=revoked");
    assert_eq!(server.store().invitations().await.unwrap(), []);
    root.send(&form, &[("id", "x")]).await.says(400, "did not arrive as it should");
}

#[tokio::test]
async fn everybody_online_gets_an_announcement() {
    let (server, mut root) = administered().await;
    let mut ada = Ns::online(&server, ADA, 8).await;
    let mut bob = Ns::online(&server, BOB, 9).await;
    let form = root.get("/admin/announcement").await.form("/admin/announcement");
    let page = root.send(&form, &[("text", "Tea at five & \"cake\" <b>é</b>")]).await;
    page.says(200, "Sent to 2 people.");
    for ns in [&mut ada, &mut bob] {
        let line = ns.expect_prefix("NOT ").await;
        let length = line[4..].parse().unwrap();
        let xml = String::from_utf8(ns.payload(length).await).unwrap();
        assert!(xml.starts_with("<NOTIFICATION ver=\"1\" ") && xml.ends_with("</NOTIFICATION>\r\n"), "{xml}");
        let text = "<TEXT>Tea at five &amp; &quot;cake&quot; &lt;b&gt;é&lt;/b&gt;</TEXT>";
        assert!(xml.contains(text) && xml.contains(&format!("name=\"{}\"", ns.handle)), "{xml}");
        ns.quiet().await;
    }

    let forms = root.get("/admin/announcement").await.forms();
    let form = forms.iter().find(|form| form.fields.iter().any(|(name, _)| name == "minutes")).unwrap();
    root.send(form, &[("minutes", "10")]).await.says(200, "Sent to 2 people.");
    for ns in [&mut ada, &mut bob] {
        let message = ns.message().await;
        let text = String::from_utf8(message.payload).unwrap();
        assert!(
            text.contains("application/x-msmsgssystemmessage") && text.ends_with("Type: 1\r\nArg1: 10\r\n"),
            "{text}"
        );
    }
    root.send(form, &[("minutes", "0")]).await.says(400, "a number from 1 to");
    root.send(form, &[("minutes", "x")]).await.says(400, "a number from 1 to");
    let form = &forms[0];
    for (text, words) in [
        ("", "empty"),
        ("\u{2800}", "empty"),
        ("a\nb", "one line"),
        ("five \u{202e}ta aeT", "cannot be shown"),
        (&"x".repeat(251), "too long"),
    ] {
        root.send(form, &[("text", text)]).await.says(400, words);
    }
    ada.quiet().await;
    bob.quiet().await;
}

/// The first page draws what happened; the numbers stand there as text as well.
#[tokio::test]
async fn the_first_page_draws_the_last_hour_and_day() {
    let (server, mut root) = administered().await;
    let page = root.get("/admin").await;
    for of in ["people", "messages", "sign-ins", "failed-sign-ins", "refusals"] {
        for span in ["hour", "day"] {
            let path = format!("/admin/graph?of={of}&in={span}");
            assert!(page.body().contains(&path.replace('&', "&amp;")), "{path}");
            let picture = root.get(&path).await;
            assert!(picture.status() == 200 && picture.body().contains("<desc id=\"d\">nothing yet</desc>"));
            assert_eq!(picture.header("Content-Type"), "image/svg+xml");
        }
    }
    page.says(200, "nothing yet");
    assert!(!root.get("/admin?search=a").await.body().contains("/admin/graph"));
    for wrong in ["/admin/graph", "/admin/graph?of=people&in=year", "/admin/graph?of=x&in=day"] {
        assert_eq!(root.get(wrong).await.status(), 404, "{wrong}");
    }
    let mut ada = Browser::of(&server, ADA).await;
    assert_eq!(ada.get("/admin/graph?of=people&in=day").await.status(), 403);
}
