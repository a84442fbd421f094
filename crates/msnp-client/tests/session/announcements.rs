//! The notices of the service to every client.

use msnp_client::{Event, ServiceMessageKind};
use msnp_testkit::TestServer;
use msnp_testkit::browser::Browser;

use crate::who::{ALICE, online, wait};

#[tokio::test]
async fn a_text_and_a_time_of_maintenance_are_events() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    server.make_admin("root@example.com").await;
    let mut root = Browser::of(&server, "root@example.com").await;
    let (_client, mut events) = online(&server, ALICE).await;
    let forms = root.get("/admin/announcement").await.forms();
    let has = |name: &'static str| {
        forms.iter().find(move |form| form.fields.iter().any(|(field, _)| field == name)).unwrap()
    };
    let announced = |event| match event {
        Event::ServiceMessage { kind, text } => Some((kind, text)),
        _ => None,
    };

    let text = "Tea at five & \"cake\" <b>é</b>";
    root.send(&forms[0], &[("text", text)]).await.says(200, "Sent to 1");
    assert_eq!(wait(&mut events, announced).await, (ServiceMessageKind::Announcement, text.to_owned()));

    root.send(has("minutes"), &[("minutes", "10")]).await.says(200, "Sent to 1");
    let maintenance = ServiceMessageKind::Maintenance { minutes: Some(10) };
    let words = String::from("the service is going down in 10 minutes");
    assert_eq!(wait(&mut events, announced).await, (maintenance, words));
}
