//! The programs on the front page of the documentation, word for word, against the real service.
//!
//! They are compiled here as they stand. Only [`Client::builder`] is another one for them: the service of a test has
//! neither their account nor the usual ports.

use std::sync::OnceLock;
use std::time::Duration;

use msnp_client::{Client, Event, Events, Trust};
use msnp_testkit::{PASSWORD, TestServer};
use tokio::time::timeout;

const ADA: &str = "ada@example.com";
const GRACE: &str = "grace@example.com";

/// Where the service of the tests listens: the notification server, HTTPS.
static SERVICE: OnceLock<(String, String)> = OnceLock::new();

fn builder(who: &str) -> msnp_client::Builder {
    let (msnp, https) = SERVICE.get().expect("the service runs");
    Client::builder(who.parse().unwrap(), PASSWORD).server(msnp).https(https)
}

/// The stand-in for the library.
mod stand_in {
    use std::ops::Deref;

    use msnp_client::msnp::Handle;
    use msnp_client::{Events, SignInError, Trust};

    #[derive(Clone)]
    pub struct Client(msnp_client::Client);
    pub struct Builder(msnp_client::Builder);

    impl Client {
        pub fn builder(account: Handle, password: &str) -> Builder {
            assert_eq!((account.as_str(), password), ("ada@papillon.test", "secret"));
            Builder(super::builder(super::ADA))
        }
    }

    impl Deref for Client {
        type Target = msnp_client::Client;

        fn deref(&self) -> &Self::Target {
            &self.0
        }
    }

    impl Builder {
        pub fn picture(self, png: Vec<u8>) -> Self {
            Self(self.0.picture(png))
        }

        pub fn trust(self, trust: Trust) -> Self {
            Self(self.0.trust(trust))
        }

        pub async fn sign_in(self) -> Result<(Client, Events), SignInError> {
            let (client, events) = self.0.sign_in().await?;
            Ok((Client(client), events))
        }
    }
}

mod echo {
    mod msnp_client {
        pub use crate::stand_in::Client;
        pub use ::msnp_client::*;
    }

    include!("front_page/echo.rs");

    pub fn run() -> String {
        main().map_or_else(|error| error.to_string(), |()| String::from("signed out"))
    }
}

mod greeter {
    mod msnp_client {
        pub use crate::stand_in::Client;
        pub use ::msnp_client::*;
    }

    include!("front_page/greeter.rs");

    pub fn run() -> String {
        main().map_or_else(|error| error.to_string(), |()| String::from("signed out"))
    }
}

/// Waits for something to happen to grace.
async fn wait<T>(events: &mut Events, mut wanted: impl FnMut(Event) -> Option<T>) -> T {
    let waiting = async {
        loop {
            if let Some(found) = wanted(events.next().await.expect("the events go on")) {
                return found;
            }
        }
    };
    timeout(Duration::from_secs(60), waiting).await.expect("it happens in time")
}

fn text(event: Event) -> Option<String> {
    match event {
        Event::Message { text, .. } => Some(text.body),
        _ => None,
    }
}

/// Signs ada out, as if she had signed in elsewhere, and waits until the program has ended.
async fn end(program: tokio::task::JoinHandle<String>) {
    let (elsewhere, _events) = builder(ADA).trust(Trust::Anybody).sign_in().await.unwrap();
    let ended = timeout(Duration::from_secs(60), program).await.expect("it ends in time").unwrap();
    assert_eq!(ended, "signed out");
    elsewhere.sign_out().await;
}

#[test]
fn they_are_as_short_as_it_says() {
    let [echo, greeter] = [include_str!("front_page/echo.rs"), include_str!("front_page/greeter.rs")];
    assert_eq!(echo.lines().count(), 11);
    assert!(greeter.lines().count() <= 30);
}

/// One test: the programs read files of the current folder, of which a process has one.
#[tokio::test(flavor = "multi_thread")]
async fn they_do_what_the_front_page_says() {
    let server = TestServer::start().await;
    server.befriend(ADA, GRACE).await;
    let (msnp, https) = (server.addresses.msnp.to_string(), server.addresses.https.to_string());
    SERVICE.set((msnp, https)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::env::set_current_dir(folder.path()).unwrap();
    std::fs::write("me.png", "what stands in me.png").unwrap();

    // Without the authority's certificate, the error names its file.
    let missing = tokio::task::spawn_blocking(echo::run).await.unwrap();
    assert!(missing.contains("ca.pem"), "{missing}");
    std::fs::copy(server.folder().join("tls/ca.pem"), "ca.pem").unwrap();

    let grace = builder(GRACE).trust(Trust::Anybody).picture("a picture of grace's");
    let (grace, mut events) = grace.sign_in().await.unwrap();
    let ada = ADA.parse().unwrap();

    let program = tokio::task::spawn_blocking(echo::run);
    wait(&mut events, |event| matches!(event, Event::Online { already: false, .. }).then_some(())).await;
    for words in ["hello", "are you there?"] {
        grace.send(&ada, words).await.unwrap();
        assert_eq!(wait(&mut events, text).await, words);
    }
    end(program).await;

    let program = tokio::task::spawn_blocking(greeter::run);
    assert_eq!(wait(&mut events, text).await, "Hello! Take my file.");
    let offer = wait(&mut events, |event| match event {
        Event::FileOffered { transfer, name, .. } => Some((transfer, name)),
        _ => None,
    });
    let (offer, name) = offer.await;
    assert_eq!(name, "welcome.txt");
    let path = grace.accept_file(offer, folder.path()).await.unwrap().finished().await.unwrap();
    assert_eq!(std::fs::read_to_string(path).unwrap(), "Glad that you are here.");
    assert_eq!(wait(&mut events, text).await, "Your picture has 20 bytes.");
    assert_eq!(grace.fetch_picture(&ada).await.unwrap(), "what stands in me.png");
    end(program).await;
}
