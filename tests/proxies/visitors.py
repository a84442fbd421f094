"""Visitors of a service behind a proxy: they sign in and talk, and one of them guesses passwords."""

import argparse
import pathlib
import re
import socket
import ssl
import sys
from urllib.parse import quote

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "old_pc"))

from messenger import Person  # noqa: E402
from web import PATIENCE, Answer  # noqa: E402

ALICE, BOB, GUESSER = "10.80.0.101", "10.80.0.102", "10.80.0.103"
PASSWORD = "correct horse"


class Visitor:
    """A machine with this address, which knows the service by its public name."""

    def __init__(self, arguments, address):
        self.name, self.address = arguments.name, address
        self.tls = ssl.create_default_context(cafile=arguments.authority)

    def connect(self, host, port):
        host = self.name if host == "messenger.hotmail.com" else host
        assert (host, port) == (self.name, 1863), f"sent to {host}:{port}"
        return socket.create_connection((host, port), PATIENCE, (self.address, 0))

    def get(self, path, headers="", port=443):
        plain = socket.create_connection((self.name, port), PATIENCE, (self.address, 0))
        with self.tls.wrap_socket(plain, server_hostname=self.name) as connection:
            head = f"GET {path} HTTP/1.1\r\nHost: {self.name}\r\nUser-Agent: MSMSGS\r\n{headers}Connection: close\r\n\r\n"
            connection.sendall(head.encode())
            return Answer(connection.recv)

    def login(self, address, password, challenge="lc=1033", headers=""):
        told = self.get("/rdr/pprdr.asp", headers).headers["passporturls"]
        assert f"DALogin={self.name}/login2.srf," in told, told
        credentials = (
            f"Authorization: Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,"
            f"sign-in={quote(address)},pwd={quote(password)},{challenge}\r\n"
        )
        return self.get("/login2.srf", headers + credentials)

    def ticket(self, address, password, challenge):
        answer = self.login(address, password, challenge)
        assert answer.status == 200, (answer.status, answer.lines, answer.body)
        return re.search("from-PP='([^']*)'", answer.headers["authentication-info"]).group(1)


def pages(visitor):
    """Pages name the public address, however the proxy calls the service."""
    for port in (443, 444) if visitor.name.startswith("nginx") else (443,):
        for path in ("/", "/setup", "/setup/others"):
            page = visitor.get(path, port=port)
            text = page.body.decode()
            assert page.status == 200 and visitor.name in text, (port, path, text)
            assert "127.0.0.1" not in text and ":808" not in text, (port, path, text)
    page = visitor.get("/login")
    assert "secure" in page.headers["set-cookie"].lower(), page.headers


def talk(alice, bob):
    """Two people sign in through the proxy, and their profiles have their own addresses."""
    people = [Person(visitor, f"{name}@example.com", PASSWORD, "direct") for name, visitor in (("alice", alice), ("bob", bob))]
    for person in people:
        person.sign_in()
        assert f"\r\nClientIP: {person.network.address}\r\n" in person.profile, person.profile
        person.change_state("NLN")
    conversation = people[0].open_conversation()
    there = people[1].answer(conversation.call(people[1].address, people[1]))
    conversation.expect("JOI bob@example.com")
    conversation.say("through the proxy", there)
    there.say("and back", conversation)
    for person in people:
        person.sign_out()


def guess(guesser, others, log):
    """A visitor that tries many passwords is stopped; others behind the same proxy are not, with any invented header."""
    lies = f"X-Forwarded-For: {others[0].address}\r\nForwarded: for={others[0].address}\r\n"
    for number in range(12):
        answer = guesser.login(f"nobody{number}@example.com", "wrong", headers=lies)
        assert answer.status == 401, answer.lines
    said = guesser.login("alice@example.com", PASSWORD, headers=lies).body.decode()
    assert "too many attempts" in said, said
    for other in others:
        other.ticket("alice@example.com", PASSWORD, "lc=1033")
    said = pathlib.Path(log).read_text()
    assert "panicked" not in said, said


def main():
    parser = argparse.ArgumentParser()
    for name in ("--name", "--authority", "--log"):
        parser.add_argument(name, required=True)
    arguments = parser.parse_args()
    alice, bob, guesser = (Visitor(arguments, address) for address in (ALICE, BOB, GUESSER))
    pages(alice)
    talk(alice, bob)
    guess(guesser, (alice, bob), arguments.log)
    print(f"{arguments.name}: sign-in, talk and pages through the proxy; the guesser stops nobody else")


main()
