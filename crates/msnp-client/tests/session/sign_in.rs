use msnp::connection_type::ConnectionType;
use msnp::{ErrorCode, Status};
use msnp_client::{CertificateFault, Client, PictureError, SignInError, Trust};
use msnp_testkit::{PASSWORD, TestServer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::who::{ALICE, BOB, builder, handle, nexus, online};

#[tokio::test]
async fn what_is_known_when_sign_in_returns() {
    let server = TestServer::start().await;
    server.befriend(ALICE, BOB).await;
    let _bob = online(&server, BOB).await;
    let (alice, _events) = online(&server, ALICE).await;
    assert_eq!((alice.account().as_str(), alice.name().as_wire()), (ALICE, "Alice"));
    assert_eq!((alice.status(), alice.connection_type()), (Status::Online, ConnectionType::DirectConnect));
    let bob = alice.contact(&handle(BOB)).unwrap();
    assert_eq!(bob.presence.map(|presence| presence.status), Some(Status::Online));
    assert_eq!(alice.contacts().len(), 1);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    for who in [ALICE, BOB] {
        let builder = Client::builder(handle(who), "wrong")
            .server(server.addresses.msnp.to_string())
            .nexus(nexus(&server))
            .trust(Trust::Anybody);
        let result = builder.sign_in().await.map(|_| ());
        assert!(matches!(result, Err(SignInError::WrongPassword)), "{result:?}");
    }
}

#[tokio::test]
async fn a_password_that_was_not_looked_at_is_not_called_wrong() {
    let server = TestServer::with(|config| config.limits.sign_in_failures_per_account = 1).await;
    server.account(ALICE).await;
    let guess = || {
        Client::builder(handle(ALICE), "wrong")
            .server(server.addresses.msnp.to_string())
            .nexus(nexus(&server))
            .trust(Trust::Anybody)
            .sign_in()
    };
    assert!(matches!(guess().await, Err(SignInError::WrongPassword)));
    let Err(error) = builder(&server, ALICE).sign_in().await else { panic!("it was looked at") };
    let SignInError::TooManyAttempts { wait } = &error else { panic!("{error:?}") };
    assert!((1..=60).contains(&wait.as_secs()), "{wait:?}");
    assert!(error.to_string().contains(&format!("try again in {} s", wait.as_secs())), "{error}");
}

#[tokio::test]
async fn an_account_that_is_shut_out_is_told_why() {
    let server = TestServer::without_rates().await;
    server.account(ALICE).await;
    let refused = async || match builder(&server, ALICE).sign_in().await.map(|_| ()) {
        Err(SignInError::LoginRefused { reason }) => reason,
        other => panic!("{other:?}"),
    };
    server.store().set_enabled(&handle(ALICE), false).await.unwrap();
    let words = refused().await;
    assert!(words.starts_with("This account has been disabled."), "{words}");
    server.store().set_enabled(&handle(ALICE), true).await.unwrap();

    // The service looks at the database a few times a second.
    server.ban(ALICE, Some(3600)).await;
    let words = loop {
        match builder(&server, ALICE).sign_in().await.map(|_| ()) {
            Ok(()) => {}
            Err(SignInError::LoginRefused { reason }) => break reason,
            other => panic!("{other:?}"),
        }
    };
    assert!(words.starts_with("This account is banned until 2"), "{words}");
    // Of a wrong password it is not told: a stranger learns nothing of the account.
    let wrong = Client::builder(handle(ALICE), "wrong")
        .server(server.addresses.msnp.to_string())
        .nexus(nexus(&server))
        .trust(Trust::Anybody);
    let result = wrong.sign_in().await.map(|_| ());
    assert!(matches!(result, Err(SignInError::WrongPassword)), "{result:?}");
}

/// As the service answers a banned address on a connection that is older than the ban, or behind a proxy.
#[tokio::test]
async fn an_address_that_is_refused_is_told_so() {
    let server = TestServer::start().await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let nexus = listener.local_addr().unwrap().to_string();
    tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let _ = stream.read(&mut [0; 1024]).await.unwrap();
        let answer = b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        stream.write_all(answer).await.unwrap();
    });
    let client = Client::builder(handle(ALICE), PASSWORD)
        .server(server.addresses.msnp.to_string())
        .nexus(format!("http://{nexus}/rdr/pprdr.asp"));
    let Err(error) = client.sign_in().await else { panic!("it is let in") };
    let SignInError::AddressRefused { server } = &error else { panic!("{error:?}") };
    assert_eq!(server, &nexus);
}

#[tokio::test]
async fn an_authority_is_given_pinned_or_refused() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let with = |trust| builder(&server, ALICE).trust(trust).sign_in();
    let Err(SignInError::Untrusted(shown)) = with(Trust::System).await else {
        panic!("nobody vouches for it")
    };
    assert_eq!(shown.server, server.addresses.https.to_string());
    assert_eq!(shown.fault, CertificateFault::UnknownAuthority);
    assert!(shown.authority.contains("Papillon"), "{shown:?}");
    let error = SignInError::Untrusted(shown.clone()).to_string();
    for word in [shown.authority.as_str(), shown.server.as_str(), "Trust::Authorities"] {
        assert!(error.contains(word), "{error}");
    }
    with(Trust::Pinned(vec![shown.fingerprint])).await.unwrap();
    assert!(matches!(with(Trust::Pinned(vec![[7; 32]])).await, Err(SignInError::Untrusted(_))));
    let pem = std::fs::read(server.folder().join("tls/ca.pem")).unwrap();
    with(Trust::Authorities(pem)).await.unwrap();
    assert!(matches!(
        with(Trust::Authorities(b"no certificate".to_vec())).await,
        Err(SignInError::Setting(_))
    ));
    let other = TestServer::start().await;
    let pem = std::fs::read(other.folder().join("tls/ca.pem")).unwrap();
    assert!(matches!(with(Trust::Authorities(pem)).await, Err(SignInError::Untrusted(_))));
}

#[tokio::test]
async fn a_dispatch_server_refers_to_the_notification_server() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let dispatched = builder(&server, ALICE).server(server.addresses.dispatch.to_string());
    let (alice, _events) = dispatched.sign_in().await.unwrap();
    assert_eq!(alice.status(), Status::Online);
}

#[tokio::test]
async fn servers_that_are_not_there_or_something_else() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let result = builder(&server, ALICE).server(gone.to_string()).sign_in().await.map(|_| ());
    assert!(
        matches!(&result, Err(SignInError::Unreachable { server, .. }) if *server == gone.to_string()),
        "{result:?}"
    );
    let result = builder(&server, ALICE).nexus(format!("https://{gone}/")).sign_in().await.map(|_| ());
    assert!(matches!(result, Err(SignInError::Unreachable { .. })), "{result:?}");
    // A web server where the notification server should be.
    let result =
        builder(&server, ALICE).server(server.addresses.http.to_string()).sign_in().await.map(|_| ());
    assert!(
        matches!(result, Err(SignInError::Unreachable { .. } | SignInError::Protocol { .. })),
        "{result:?}"
    );
    let result = builder(&server, ALICE).nexus("ftp://x").sign_in().await.map(|_| ());
    assert!(matches!(result, Err(SignInError::Setting(_))), "{result:?}");
    let result = builder(&server, ALICE).server("a b").sign_in().await.map(|_| ());
    assert!(matches!(result, Err(SignInError::Setting(_))), "{result:?}");
}

#[tokio::test]
async fn nothing_but_the_ports_has_to_be_told() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    let here = || {
        Client::builder(handle(ALICE), PASSWORD)
            .server(server.addresses.msnp.to_string())
            .https(server.addresses.https.to_string())
    };
    let authority = std::fs::read(server.folder().join("tls/ca.pem")).unwrap();
    here().trust(Trust::Authorities(authority)).sign_in().await.unwrap();
    let result = here().https("https://a").sign_in().await.map(|_| ());
    assert!(matches!(&result, Err(SignInError::Setting(words)) if words.contains("https://a")), "{result:?}");
}

#[tokio::test]
async fn what_is_no_service_is_not_the_network() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    // No TLS where the nexus should be.
    let plain = builder(&server, ALICE).https(server.addresses.http.to_string());
    let result = plain.sign_in().await.map(|_| ());
    assert!(matches!(&result, Err(SignInError::Protocol { what, .. }) if what.contains("TLS")), "{result:?}");
}

/// A server that says this to everybody and hangs up.
async fn saying(words: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            // The request is read first: a connection that is closed with something unread is reset.
            let _ = stream.read(&mut [0; 256]).await;
            let _ = stream.write_all(words.as_bytes()).await;
        }
    });
    address.to_string()
}

#[tokio::test]
async fn a_server_of_another_protocol_is_quoted() {
    let server = TestServer::start().await;
    server.account(ALICE).await;
    for (words, quoted) in [
        ("SSH-2.0-OpenSSH_9.6\r\n", "\"SSH-2.0-OpenSSH_9.6\""),
        ("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "\"HTTP/1.1 400 Bad Request\""),
    ] {
        let result = builder(&server, ALICE).server(saying(words).await).sign_in().await.map(|_| ());
        assert!(
            matches!(&result, Err(SignInError::Protocol { what, .. }) if what.contains(quoted)),
            "{result:?}"
        );
    }
    let silent = builder(&server, ALICE).server(saying("").await).sign_in().await.map(|_| ());
    let words = silent.unwrap_err().to_string();
    assert!(words.contains("closed the connection without an answer"), "{words}");
}

#[tokio::test]
async fn an_authority_that_cannot_be_used_is_named() {
    let server = TestServer::start().await;
    let path = server.folder().join("no.pem");
    std::fs::write(&path, "nothing in PEM form").unwrap();
    let result = builder(&server, ALICE).trust(Trust::File(path.clone())).sign_in().await.map(|_| ());
    let named = |words: &String| words.contains(&path.display().to_string());
    assert!(matches!(&result, Err(SignInError::Setting(words)) if named(words)), "{result:?}");
}

#[tokio::test]
async fn a_picture_that_is_too_large_is_no_setting() {
    let server = TestServer::start().await;
    let large = vec![0; 512 * 1024 + 1];
    let result = builder(&server, ALICE).picture(large).sign_in().await.map(|_| ());
    let expected = PictureError::TooLarge { size: 512 * 1024 + 1, limit: 512 * 1024 };
    assert!(matches!(&result, Err(SignInError::Picture(error)) if *error == expected), "{result:?}");
    let result = builder(&server, ALICE).emoticon("", vec![0]).sign_in().await.map(|_| ());
    assert!(matches!(&result, Err(SignInError::Picture(PictureError::Shortcut(_)))), "{result:?}");
}

#[tokio::test]
async fn a_refusal_says_why() {
    let refused = SignInError::Refused(ErrorCode::ServerTooBusy).to_string();
    assert!(refused.contains("busy") && refused.contains("910"), "{refused}");
}
