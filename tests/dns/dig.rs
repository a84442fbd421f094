//! An independent DNS client: Debian's `dig`, from bind9-dnsutils.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::Command;

use msnp_testkit::TestServer;

use crate::ask::answer;
use crate::upstream::Upstream;

/// Whether there is one; where there has to be one, its absence is a failure.
fn is_there() -> bool {
    let is_there = Command::new("dig").arg("-v").output().is_ok();
    let required = std::env::var_os("PAPILLON_REQUIRE_DNS_CLIENTS").is_some();
    assert!(is_there || !required, "dig is not there: apt-get install bind9-dnsutils");
    if !is_there {
        eprintln!("not tested with dig: it is not there (apt-get install bind9-dnsutils)");
    }
    is_there
}

/// The output of `dig`.
async fn dig(server: SocketAddr, args: &str) -> String {
    let mut command = Command::new("dig");
    command.arg(format!("@{}", server.ip())).arg("-p").arg(server.port().to_string());
    command.args(["+tries=3", "+timeout=10"]).args(args.split(' '));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap()
}

#[tokio::test]
async fn dig_understands_every_answer() {
    if !is_there() {
        return;
    }
    let upstream = Upstream::start(|question| {
        let many: Vec<_> = (1..=100).map(|number| Ipv4Addr::new(192, 0, 2, number)).collect();
        vec![answer(question, &many)]
    })
    .await;
    let server = TestServer::with(|config| config.dns.upstreams = Some(vec![upstream.address])).await;
    let dns = server.addresses.dns;
    for how in ["", "+tcp", "+noedns", "+bufsize=512", "+cookie", "+dnssec", "+ignore", "+keepopen +tcp"] {
        let short =
            dig(dns, format!("+short {how} messenger.hotmail.com A").replace("  ", " ").as_str()).await;
        assert_eq!(short, "127.0.0.1\n", "{how}");
        let whole = dig(dns, format!("{how} Nexus.Passport.com AAAA").trim()).await;
        assert!(whole.contains("status: NOERROR") && whole.contains("ANSWER: 0"), "{how}: {whole}");
        assert!(!whole.contains("WARN") && !whole.contains(";; Got bad"), "{how}: {whole}");
    }
    // Too much for a packet: it comes back on a connection.
    assert_eq!(dig(dns, "+short example.com A").await.lines().count(), 100);
    let cut = dig(dns, "+ignore example.com A").await;
    assert!(cut.contains("flags: qr tc"), "{cut}");
    for (question, status) in [
        ("example.com ANY", "REFUSED"),
        ("example.com AXFR", "failed"),
        ("-c CH -t TXT version.bind", "REFUSED"),
        ("+opcode=UPDATE messenger.hotmail.com", "NOTIMP"),
        ("+edns=1 +noednsneg messenger.hotmail.com", "BADVERS"),
    ] {
        let said = dig(dns, question).await;
        assert!(said.contains(status), "{question}: {said}");
    }
}
