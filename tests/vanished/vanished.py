"""Clients that vanish (`far`) and clients that stay (`near`); see `run`.

Two people are far: one signs in and says nothing more, the other is in two conversations with the watcher, which is
near. In one of them the watcher goes on talking after the cable has been pulled, in the other no client says anything.
Nothing here is shared with the service's own code.
"""

import hashlib
import re
import select
import socket
import subprocess
import sys
import time

SERVICE = "10.81.0.1"
PATIENCE = 20
# The promises.
GONE_WITHIN = 120
IDLE, TALKER, WATCHER = (name + "@example.com" for name in ("idle", "talker", "watcher"))


class Line:
    """Commands over a connection."""

    def __init__(self, host=SERVICE, port=1863):
        self.socket = socket.create_connection((host, int(port)), PATIENCE)
        self.buffer, self.trid, self.seen = b"", 0, []

    def send(self, text, payload=b""):
        self.socket.sendall(text.encode() + b"\r\n" + payload)

    def ask(self, verb, *words):
        self.trid += 1
        self.send(" ".join([verb, str(self.trid), *words]))
        return self.trid

    def fill(self):
        data = self.socket.recv(65536)
        assert data, "the service closed the connection"
        self.buffer += data

    def take(self):
        """The next line that has come as a whole."""
        line, found, rest = self.buffer.partition(b"\r\n")
        if not found:
            return None
        length = int(line.split()[-1]) if line.startswith(b"MSG ") else 0
        if len(rest) < length:
            return None
        self.buffer = rest[length:]
        return line.decode()

    def expect(self, start):
        """The next line that begins like this; those before it are kept."""
        while True:
            line = self.take()
            if line is None:
                self.fill()
            elif line.startswith(start):
                return line.split()
            else:
                assert not re.match(r"\d{3} ", line), (start, line)
                self.seen.append(line)

    def reply(self, verb, *words):
        return self.expect(f"{verb} {self.ask(verb, *words)} ")


def ticket(address, challenge):
    """The login, without TLS."""
    account, password = address.replace("@", "%40"), "a%20password"
    head = (
        f"GET /login2.srf HTTP/1.1\r\nHost: {SERVICE}\r\n"
        f"Authorization: Passport1.4 sign-in={account},pwd={password},{challenge}\r\n\r\n"
    )
    with socket.create_connection((SERVICE, 8080), PATIENCE) as connection:
        connection.sendall(head.encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += connection.recv(65536)
    return re.search(r"from-PP='([^']+)'", answer.decode()).group(1)


def sign_in(address):
    # MSNP8: its clients are not told to send PNG.
    line = Line()
    line.reply("VER", "MSNP8", "CVR0")
    line.reply("CVR", "0x0409", "winnt", "5.1", "i386", "MSNMSGR", "5.0.0544", "MSMSGS", address)
    challenge = line.reply("USR", "TWN", "I", address)[4]
    line.reply("USR", "TWN", "S", ticket(address, challenge))
    line.reply("SYN", "0")
    return line


def come_online(line):
    # Without an answer to the challenge the session would end by that.
    line.reply("CHG", "NLN", "0")
    digits = line.expect("CHL 0 ")[2]
    digest = hashlib.md5((digits + "VT6PX?UQTM4WM%YR").encode()).hexdigest()
    line.trid += 1
    line.send(f"QRY {line.trid} PROD0038W!61ZTF9 32", digest.encode())
    line.expect(f"QRY {line.trid}")


def open_conversation(line):
    words = line.reply("XFR", "SB")
    seat = Line(*words[3].split(":"))
    seat.reply("USR", WATCHER, words[5])
    seat.reply("CAL", TALKER)
    seat.expect(f"JOI {TALKER}")
    return seat


def far():
    people = [sign_in(IDLE), sign_in(TALKER)]
    for line in people:
        come_online(line)
    print("online", flush=True)
    seats = []
    for _ in range(2):
        _, session, address, _, cookie, *_ = people[1].expect("RNG ")
        seats.append(Line(*address.split(":")))
        seats[-1].reply("ANS", TALKER, cookie, session)
    # Until this is ended from outside. Bytes are read as long as they come.
    while True:
        for line in select.select([line.socket for line in people + seats], [], [])[0]:
            line.recv(65536)


class Watch:
    """Waits for what is to come, and notes when it came."""

    def __init__(self, **expected):
        self.expected, self.came, self.pulled = expected, {}, time.monotonic()
        self.counts = {"ACK": 0, "NAK": 0}

    def read(self, name, line):
        line.fill()
        while (text := line.take()) is not None:
            verb = text.split()[0]
            if verb in self.counts:
                self.counts[verb] += 1
            for what, (where, start) in self.expected.items():
                if where == name and text.startswith(start) and what not in self.came:
                    self.came[what] = time.monotonic() - self.pulled
                    print(f"vanished: {what} after {self.came[what]:.0f} s", flush=True)

    def run(self, lines, say):
        said = 0
        while len(self.came) < len(self.expected):
            now = time.monotonic() - self.pulled
            missing = set(self.expected) - set(self.came)
            assert now <= GONE_WITHIN, f"not noticed within {GONE_WITHIN} s: {missing}"
            if now >= said:
                said += 1
                say(said)
            ready = select.select([line.socket for line in lines.values()], [], [], 0.2)[0]
            for name, line in lines.items():
                if line.socket in ready:
                    self.read(name, line)
        return said


def near(namespace):
    assert sys.stdin.readline() == "online\n"
    watcher = sign_in(WATCHER)
    for address in (IDLE, TALKER):
        watcher.reply("ADD", "FL", address, address, "0")
    come_online(watcher)
    for address in (IDLE, TALKER):
        if not any(line.startswith("NLN NLN " + address) or f" NLN {address} " in line for line in watcher.seen):
            watcher.expect(f"NLN NLN {address} ")
    talking, silent = open_conversation(watcher), open_conversation(watcher)

    subprocess.run(["ip", "-n", namespace, "link", "set", "plug", "down"], check=True)
    print("vanished: the cable is pulled", flush=True)
    watch = Watch(
        **{
            "the idle one offline": ("watcher", f"FLN {IDLE}"),
            "the other one offline": ("watcher", f"FLN {TALKER}"),
            "out of the conversation with somebody who talks": ("talking", f"BYE {TALKER}"),
            "out of the silent conversation": ("silent", f"BYE {TALKER}"),
        }
    )
    payload = b"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nAre you there?"

    def say(number):
        talking.send(f"MSG {1000 + number} A {len(payload)}", payload)

    said = watch.run({"watcher": watcher, "talking": talking, "silent": silent}, say)
    counts = watch.counts
    while sum(counts.values()) < said:
        watch.read("talking", talking)
    print(f"vanished: of {said} messages {counts['ACK']} were acknowledged, {counts['NAK']} refused", flush=True)
    # The clients that stay have noticed nothing.
    watcher.send("PNG")
    watcher.expect("QNG")
    print("vanished: 4 passed, 0 failed")


if sys.argv[1] == "far":
    far()
else:
    near(sys.argv[2])
