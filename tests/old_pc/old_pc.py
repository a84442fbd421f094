"""An old PC that knows a DNS server and nothing else of the service.

It follows the set-up page as far as a browser of the time can, makes accounts there, downloads the
certificate, and then does only what MSN Messenger does: it asks for the configuration, and signs in by
the nexus and the login (SSL 3.0, no server name) and the messenger server, found by their old names.
Then people talk: directly, through the HTTP gateway behind an ordinary proxy, and one of each.
Nothing here is shared with the service's own code.
"""

import argparse
import re
import sys
import urllib.parse

import messenger
import web

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--dns", required=True)
parser.add_argument("--proxy", required=True)
parser.add_argument("--folder", required=True)
options = parser.parse_args()
proxy_host, proxy_port = options.proxy.split(":")
network = web.Network(options.dns, options.folder, (proxy_host, int(proxy_port)))


def step(words):
    print("old pc:", words, flush=True)


def set_up():
    """What the person does with the browser."""
    page = network.get("http://config.messenger.msn.com/setup").text
    assert "<script" not in page.lower(), "the page needs scripts"
    link = re.search(r'href="([^"]+\.crt)"', page)
    if not link:
        link = next(
            found
            for inner in re.findall(r'href="(/setup/[^"]+)"', page)
            if (found := re.search(r'href="([^"]+\.crt)"', network.get("http://config.messenger.msn.com" + inner).text))
        )
    answer = network.get(urllib.parse.urljoin("http://config.messenger.msn.com/setup", link.group(1)))
    assert answer.headers["content-type"] == "application/x-x509-ca-cert", answer.headers
    network.trust(answer.body)
    step("downloaded the certificate from " + link.group(1))
    tests = re.findall(r'<img[^>]+src="(https?://[^"]+)"', page)
    assert len(tests) >= 3, tests
    for test in tests:
        answer = network.get(test)
        assert answer.status == 200 and answer.headers["content-type"].startswith("image/"), (test, answer)
        step("the self test's picture is there: " + test)


def register(address, name, password):
    """What the person does on /register, with a cookie and the form's hidden fields."""
    form = network.get("http://messenger.hotmail.com/register")
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form.text)
    fields = dict(hidden, address=address, name=name, password=password, again=password)
    answer = network.post("http://messenger.hotmail.com/register", fields, form.cookies())
    assert answer.status in (200, 302, 303) and 'class="error"' not in answer.text, answer.text
    step("registered " + address)


def talk(one_by, other_by):
    """Two people sign in, see each other, talk and sign out."""
    password = "s3cret, %1=2"
    pair = [("one@example.com", one_by), ("other@example.com", other_by)]
    one, other = [messenger.Person(network, address, password, by) for address, by in pair]
    one.sign_in()
    other.sign_in()
    one.add(other.address)
    other.add(one.address)
    one.change_state("NLN")
    other.change_state("NLN")
    one.sees("NLN", other.address)
    here = one.open_conversation()
    ring = here.call(other.address, other)
    there = other.answer(ring)
    here.expect("JOI " + other.address)
    here.say("Hello from 2003", there)
    there.say("And to you: \xfcber alles", here)
    there.leave()
    here.expect("BYE " + other.address)
    here.leave()
    other.forget(one.address)
    other.sign_out()
    one.sees("FLN", other.address)
    one.forget(other.address)
    one.sign_out()
    step(f"{one_by} and {other_by}: signed in and talked")


set_up()
for address in ("one@example.com", "other@example.com"):
    register(address, address.split("@")[0].title(), "s3cret, %1=2")
network.start_messenger()
step("asked for the configuration and the tabs")
talk("direct", "direct")
talk("gateway", "gateway")
talk("direct", "gateway")
talk("gateway", "direct")
print("old pc: 4 passed, 0 failed")
sys.exit(0)
