"""MSN Messenger 6, as far as signing in and talking go, on a TCP connection or through the HTTP gateway."""

import hashlib
import re
import socket
import time

from web import PATIENCE, Answer

PRODUCT, KEY = "PROD0038W!61ZTF9", "VT6PX?UQTM4WM%YR"
PAYLOADS = ("MSG", "NOT", "IPG")


class Direct:
    """A TCP connection."""

    def __init__(self, network, host, port):
        self.socket = network.connect(host, port)

    def send(self, data):
        self.socket.sendall(data)

    def receive(self):
        data = self.socket.recv(65536)
        assert data, "the service closed the connection"
        return data

    def close(self):
        self.socket.close()


class Gateway:
    """The HTTP gateway behind a proxy that knows nothing of it: each request on a connection of its own."""

    HOST = "gateway.messenger.hotmail.com"

    def __init__(self, network, server, ip):
        self.network, self.host, self.id = network, self.HOST, None
        self.opening = f"Action=open&Server={server}&IP={ip}"
        self.waiting = b""

    def post(self, query, body):
        connection = socket.create_connection(self.network.proxy, PATIENCE)
        url = f"http://{self.host}/gateway/gateway.dll?{query}"
        head = (
            f"POST {url} HTTP/1.1\r\nAccept: */*\r\nUser-Agent: MSMSGS\r\nHost: {self.host}\r\n"
            "Proxy-Connection: Keep-Alive\r\nConnection: Keep-Alive\r\nPragma: no-cache\r\n"
            f"Content-Type: application/x-msn-messenger\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        connection.sendall(head.encode() + body)
        answer = Answer(connection.recv)
        connection.close()
        assert answer.status == 200, (query, answer.lines, answer.body)
        state = dict(part.strip().split("=", 1) for part in answer.headers["x-msn-messenger"].split(";"))
        assert state.get("SessionID") != self.id, "the session's name did not change"
        self.id, self.host = state.get("SessionID"), state.get("GW-IP", self.host)
        self.waiting += answer.body

    def send(self, data):
        self.post(f"SessionID={self.id}" if self.id else self.opening, data)

    def receive(self):
        deadline = time.monotonic() + PATIENCE
        while not self.waiting:
            assert time.monotonic() < deadline, "nothing came through the gateway"
            time.sleep(0.2)
            self.post(f"Action=poll&SessionID={self.id}", b"")
        data, self.waiting = self.waiting, b""
        return data

    def close(self):
        pass


class Line:
    """Commands over a transport."""

    def __init__(self, transport):
        self.transport, self.buffer, self.trid, self.seen = transport, b"", 0, []

    def send(self, text, payload=b""):
        self.transport.send(text.encode() + b"\r\n" + payload)

    def ask(self, verb, *words):
        self.trid += 1
        self.send(" ".join([verb, str(self.trid), *words]))
        return self.trid

    def next(self):
        while b"\r\n" not in self.buffer:
            self.buffer += self.transport.receive()
        line, self.buffer = self.buffer.split(b"\r\n", 1)
        line, payload = line.decode(), b""
        if line.split()[0] in PAYLOADS:
            length = int(line.split()[-1])
            while len(self.buffer) < length:
                self.buffer += self.transport.receive()
            payload, self.buffer = self.buffer[:length], self.buffer[length:]
        challenge = re.fullmatch(r"CHL 0 (\d+)", line)
        if challenge:
            digest = hashlib.md5((challenge.group(1) + KEY).encode()).hexdigest().encode()
            self.trid += 1
            self.send(f"QRY {self.trid} {PRODUCT} 32", digest)
        return line, payload

    def expect(self, start):
        """The first line that begins like this; those before it are kept for a later call."""
        for kept in self.seen:
            if kept[0].startswith(start):
                self.seen.remove(kept)
                return kept
        while True:
            line, payload = self.next()
            if line.startswith(start):
                return line, payload
            assert not re.match(r"\d{3} ", line), (start, line)
            self.seen.append((line, payload))

    def expect_reply(self, verb, words, start=""):
        trid = self.ask(verb, words)
        return self.expect(f"{verb} {trid} {start}")[0]

    def expect_any(self, starts):
        while True:
            line, payload = self.next()
            if line.startswith(starts):
                return line.split()
            self.seen.append((line, payload))


class Conversation(Line):
    def call(self, address, other):
        trid = self.ask("CAL", address)
        self.expect(f"CAL {trid} RINGING")
        return other.line.expect("RNG ")[0].split()

    def say(self, text, there):
        payload = f"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\n{text}".encode()
        self.trid += 1
        self.send(f"MSG {self.trid} A {len(payload)}", payload)
        got = there.expect("MSG ")[1]
        assert got == payload, got
        self.expect(f"ACK {self.trid}")

    def leave(self):
        self.send("OUT")
        self.transport.close()


class Person:
    def __init__(self, network, address, password, by):
        self.network, self.address, self.password, self.by = network, address, password, by

    def connect(self, server, host, port):
        if self.by == "gateway":
            return Gateway(self.network, server, host if server == "NS" else f"{host}:{port}")
        return Direct(self.network, host, port)

    def sign_in(self):
        host, port = "messenger.hotmail.com", 1863
        while True:
            self.line = Line(self.connect("NS", host, port))
            assert self.line.expect_reply("VER", "MSNP9 MSNP8 CVR0").split()[2] == "MSNP9"
            self.line.expect_reply("CVR", f"0x0409 winnt 5.1 i386 MSNMSGR 6.0.0602 MSMSGS {self.address}")
            trid = self.line.ask("USR", "TWN", "I", self.address)
            words = self.line.expect_any((f"USR {trid} TWN S ", f"XFR {trid} NS "))
            if words[0] == "USR":
                break
            self.line.transport.close()
            host, port = words[3].split(":")
        ticket = self.network.ticket(self.address, self.password, words[4])
        self.line.expect_reply("USR", "TWN S " + ticket, f"OK {self.address} ")
        profile = self.profile = self.line.expect("MSG Hotmail Hotmail ")[1].decode()
        port = re.search(r"ClientPort: (\d+)", profile).group(1)
        assert (port == "0") == (self.by == "gateway"), profile
        self.line.expect_reply("SYN", "0")

    def add(self, address):
        self.line.expect_reply("ADD", f"FL {address} {address} 0", "FL ")
        trid = self.line.ask("ADD", "AL", address, address)
        self.line.expect_any((f"ADD {trid} AL ", f"215 {trid}"))

    def forget(self, address):
        self.line.expect_reply("REM", "FL " + address, "FL ")

    def change_state(self, state):
        self.line.expect_reply("CHG", f"{state} 268435492", state)

    def sees(self, verb, address):
        if verb == "FLN":
            return self.line.expect(f"FLN {address}")
        return self.line.expect(f"NLN NLN {address} ")

    def open_conversation(self):
        trid = self.line.ask("XFR", "SB")
        words = self.line.expect(f"XFR {trid} SB ")[0].split()
        host, port = words[3].split(":")
        conversation = Conversation(self.connect("SB", host, int(port)))
        conversation.expect_reply("USR", f"{self.address} {words[5]}", f"OK {self.address} ")
        return conversation

    def answer(self, ring):
        host, port = ring[2].split(":")
        conversation = Conversation(self.connect("SB", host, int(port)))
        trid = conversation.ask("ANS", self.address, ring[4], ring[1])
        conversation.expect(f"IRO {trid} 1 1 ")
        conversation.expect(f"ANS {trid} OK")
        return conversation

    def sign_out(self):
        self.line.send("OUT")
        self.line.transport.close()

