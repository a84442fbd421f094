//! The names of the old services.

use msnp_testkit::TestServer;

use crate::ask::{A, AAAA, Client, Connection, NOT_IMPLEMENTED, Said, TXT, question, question_of, with_size};

const OLD: [&str; 13] = [
    "messenger.hotmail.com",
    "nexus.passport.com",
    "login.passport.com",
    "login.live.com",
    "loginnet.passport.com",
    "msnialogin.passport.com",
    "gateway.messenger.hotmail.com",
    "muser.gateway.messenger.hotmail.com",
    "config.messenger.msn.com",
    "svcs.microsoft.com",
    "g.msn.com",
    "rad.msn.com",
    "members.msn.com",
];

#[tokio::test]
async fn they_stand_for_the_address_that_was_asked() {
    let server = TestServer::start().await;
    let client = Client::of(server.addresses.dns).await;
    let mut connection = Connection::to(server.addresses.dns).await;
    for name in OLD {
        assert_eq!(client.look_up(name, A).await, ["127.0.0.1"], "{name}");
        assert!(client.look_up(name, AAAA).await.is_empty(), "{name}");
        let answer = Said::read(&connection.ask(&question(1, name, A)).await);
        assert_eq!(answer.addresses(), ["127.0.0.1"], "{name}");
    }
    assert!(client.look_up("messenger.hotmail.com", TXT).await.is_empty());
    assert!(client.look_up("messenger.hotmail.com", 65).await.is_empty());
}

#[tokio::test]
async fn names_that_the_operator_adds_stand_for_the_same() {
    let server = TestServer::with(|config| config.tls_names = vec!["Login.Example.net".into()]).await;
    let client = Client::of(server.addresses.dns).await;
    assert_eq!(client.look_up("login.example.net", A).await, ["127.0.0.1"]);
}

#[tokio::test]
async fn they_stand_for_the_public_host() {
    for (host, v4, v6) in [
        ("203.0.113.7", vec!["203.0.113.7"], vec![]),
        ("2001:db8::7", vec![], vec!["2001:db8::7"]),
        // Known to every system.
        ("localhost", vec!["127.0.0.1"], vec![]),
        // Known to none: as if there were no public host.
        ("nowhere.invalid", vec!["127.0.0.1"], vec![]),
    ] {
        let server = TestServer::with(|config| config.public_host = Some(host.into())).await;
        let client = Client::of(server.addresses.dns).await;
        assert_eq!(client.look_up("nexus.passport.com", A).await, v4, "{host}");
        if host.parse::<std::net::IpAddr>().is_ok() {
            assert_eq!(client.look_up("nexus.passport.com", AAAA).await, v6, "{host}");
        }
    }
}

#[tokio::test]
async fn the_question_comes_back_as_it_was_spelled() {
    let server = TestServer::start().await;
    let client = Client::of(server.addresses.dns).await;
    for packet in
        [question(77, "NeXuS.PassPort.COM", A), with_size(question(78, "NEXUS.passport.com", A), 4096)]
    {
        let answer = client.ask(&packet).await;
        assert_eq!(question_of(&answer), question_of(&packet));
        assert_eq!(Said::read(&answer).addresses(), ["127.0.0.1"]);
    }
}

#[tokio::test]
async fn other_operations_do_not_exist() {
    let server = TestServer::start().await;
    let client = Client::of(server.addresses.dns).await;
    // An update, a notification.
    for operation in [5, 4] {
        let mut packet = question(1, "messenger.hotmail.com", A);
        packet[2] = operation << 3;
        assert_eq!(Said::read(&client.ask(&packet).await).code, NOT_IMPLEMENTED);
    }
}
