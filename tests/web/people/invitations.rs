//! Registering with invitations.

use msnp_testkit::{PASSWORD, TestServer};
use papillon_server::Registration;
use tokio::task::JoinSet;

use super::ADA;
use msnp_testkit::browser::{Browser, Page};

async fn by_invitation() -> TestServer {
    TestServer::with(|config| config.registration = Some(Registration::Invitation)).await
}

async fn register(browser: &mut Browser, address: &str, code: &str) -> Page {
    let form = browser.get("/register").await.form("/register");
    let fields = [("code", code), ("address", address), ("password", PASSWORD), ("again", PASSWORD)];
    browser.send(&form, &fields).await
}

#[tokio::test]
async fn a_code_makes_as_many_accounts_as_it_is_good_for() {
    let server = by_invitation().await;
    let code = server.invite(2, 60).await;
    let mut browser = Browser::new(&server);
    let typed = code.to_uppercase().replace('-', " ");
    assert_eq!(register(&mut browser, ADA, &typed).await.location(), "/account?done=registered");
    let mut browser = Browser::new(&server);
    // The code may come with the address of the page.
    let form = browser.get(&format!("/register?code={code}")).await.form("/register");
    assert_eq!(form.value("code"), code);
    // An address that is taken does not use it up.
    let fields = [("address", ADA), ("password", PASSWORD), ("again", PASSWORD)];
    let page = browser.send(&form, &fields).await;
    page.says(409, "is taken");
    assert_eq!(page.form("/register").value("code"), code);
    register(&mut browser, "bob@example.com", &code).await.location();
    register(&mut Browser::new(&server), "carol@example.com", &code).await.says(403, "used up");
}

#[tokio::test]
async fn without_a_good_code_nothing_is_told() {
    let server = by_invitation().await;
    server.account(ADA).await;
    let ended = server.invite(5, 0).await;
    for code in ["", "hello", "0000-0000-0000-0000", &ended] {
        let pages = [
            register(&mut Browser::new(&server), ADA, code).await,
            register(&mut Browser::new(&server), "nobody@example.com", code).await,
        ];
        let [taken, free] = pages.map(|page| (page.status(), page.text()));
        assert!(taken.1.contains("not the code of an invitation"), "{}", taken.1);
        assert_eq!(taken, free);
    }
    assert_eq!(server.store().accounts().await.unwrap().len(), 1);
}

#[tokio::test]
async fn guesses_are_limited() {
    let server = TestServer::with(|config| {
        config.registration = Some(Registration::Invitation);
        config.limits.registrations_per_hour = 2;
    })
    .await;
    for _ in 0..2 {
        let page = register(&mut Browser::new(&server), ADA, "0000-0000-0000-0000").await;
        page.says(403, "not the code");
    }
    let code = server.invite(1, 60).await;
    register(&mut Browser::new(&server), ADA, &code).await.says(429, "too many");
}

/// Many visitors with the same code do not make more accounts than it is good for.
#[tokio::test]
async fn only_so_many_accounts_in_a_race() {
    let server = by_invitation().await;
    let code = server.invite(2, 60).await;
    let mut tasks = JoinSet::new();
    for number in 0..8 {
        let (mut browser, code) = (Browser::new(&server), code.clone());
        tasks.spawn(async move {
            register(&mut browser, &format!("p{number}@example.com"), &code).await.status()
        });
    }
    let mut statuses = tasks.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [302, 302, 403, 403, 403, 403, 403, 403]);
    assert_eq!(server.store().accounts().await.unwrap().len(), 2);
}

/// With a public host, strangers may come: every visitor needs an invitation.
#[tokio::test]
async fn a_public_host_is_not_open_to_everybody() {
    let server = TestServer::with(|config| config.public_host = Some("127.0.0.1".into())).await;
    let form = Browser::new(&server).get("/register").await.form("/register");
    assert_eq!(form.value("code"), "");
}
