"""Names, HTTP and SSL 3.0 as an old PC has them."""

import os
import random
import re
import socket
import subprocess
import sys
import urllib.parse
from xml.dom import minidom

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../target/tools/python"))

from tlslite.api import HandshakeSettings, TLSConnection

PATIENCE = 20


class Answer:
    def __init__(self, stream):
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            byte = stream(1)
            assert byte, "the answer ended in its head: %r" % head
            head += byte
        lines = head.decode("latin-1").split("\r\n")
        self.status = int(lines[0].split()[1])
        self.lines = lines[1:-2]
        self.headers = {line.split(":", 1)[0].lower(): line.split(":", 1)[1].strip() for line in self.lines}
        self.body = b""
        length = int(self.headers["content-length"])
        while len(self.body) < length:
            part = stream(length - len(self.body))
            assert part, "the answer ended in its body"
            self.body += part

    @property
    def text(self):
        return self.body.decode("utf-8")

    def cookies(self):
        found = [line.split(":", 1)[1] for line in self.lines if line.lower().startswith("set-cookie:")]
        return "; ".join(cookie.split(";")[0].strip() for cookie in found)


class Network:
    def __init__(self, dns, folder, proxy):
        self.dns, self.folder, self.proxy = dns, folder, proxy
        self.authority = None

    def resolve(self, name):
        """Asks the one DNS server it knows for an address."""
        number = random.randrange(65536)
        labels = b"".join(bytes([len(label)]) + label.encode() for label in name.split("."))
        question = labels + b"\0\0\1\0\1"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asker:
            asker.settimeout(PATIENCE)
            asker.sendto(number.to_bytes(2, "big") + b"\1\0\0\1\0\0\0\0\0\0" + question, (self.dns, 53))
            answer, sender = asker.recvfrom(512)
        assert sender == (self.dns, 53), sender
        assert answer[:2] == number.to_bytes(2, "big") and answer[3] & 15 == 0, (name, answer)
        assert answer[12 : 12 + len(question)] == question, answer
        record = answer[12 + len(question) :]
        assert record[2:6] == b"\0\1\0\1" and record[10:12] == b"\0\4", (name, answer)
        return ".".join(str(part) for part in record[12:16])

    def trust(self, certificate):
        """Installs an authority."""
        path = os.path.join(self.folder, "downloaded.crt")
        with open(path, "wb") as file:
            file.write(certificate)
        pem = subprocess.run(["openssl", "x509", "-inform", "DER", "-in", path], check=True, capture_output=True)
        self.authority = os.path.join(self.folder, "downloaded.pem")
        with open(self.authority, "wb") as file:
            file.write(pem.stdout)

    def connect(self, host, port):
        address = host if re.fullmatch(r"[\d.]+", host) else self.resolve(host)
        return socket.create_connection((address, port), PATIENCE)

    def ssl3(self, host, port):
        """SSL 3.0 with RC4, no server name; the certificate has to be for this host."""
        settings = HandshakeSettings()
        settings.minVersion = settings.maxVersion = (3, 0)
        settings.cipherNames, settings.macNames, settings.keyExchangeNames = ["rc4"], ["sha", "md5"], ["rsa"]
        settings.useEncryptThenMAC = settings.useExtendedMasterSecret = False
        connection = TLSConnection(self.connect(host, port))
        connection.handshakeClientCert(settings=settings)
        chain = [bytes(one.bytes) for one in connection.session.serverCertChain.x509List]
        paths = []
        for number, der in enumerate(chain):
            path = os.path.join(self.folder, "shown%d.pem" % number)
            with open(path, "wb") as file:
                made = subprocess.run(["openssl", "x509", "-inform", "DER"], input=der, check=True, capture_output=True)
                file.write(made.stdout)
            paths.append(path)
        verify = ["openssl", "verify", "-auth_level", "0", "-purpose", "sslserver", "-verify_hostname", host]
        subprocess.run(verify + ["-CAfile", self.authority, paths[0]], check=True, stdout=subprocess.DEVNULL)
        return connection

    def get(self, url, headers=""):
        return self.ask("GET", url, headers)

    def post(self, url, fields, cookies):
        body = urllib.parse.urlencode(fields).encode()
        headers = "Content-Type: application/x-www-form-urlencoded\r\nCookie: %s\r\n" % cookies
        return self.ask("POST", url, headers, body)

    def ask(self, method, url, headers="", body=b""):
        parts = urllib.parse.urlsplit(url)
        target = parts.path + ("?" + parts.query if parts.query else "")
        head = f"{method} {target or '/'} HTTP/1.1\r\nHost: {parts.netloc}\r\nUser-Agent: Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.1)\r\n"
        head += headers + (f"Content-Length: {len(body)}\r\n" if body or method == "POST" else "") + "Connection: close\r\n\r\n"
        if parts.scheme == "https":
            connection = self.ssl3(parts.hostname, parts.port or 443)
            connection.write(head.encode() + body)
            answer = Answer(lambda most: bytes(connection.read(max=most)))
        else:
            connection = self.connect(parts.hostname, parts.port or 80)
            connection.sendall(head.encode() + body)
            answer = Answer(connection.recv)
        connection.close()
        return answer

    def start_messenger(self):
        """What MSN Messenger asks the web for when it starts."""
        query = "op=GetClientConfig&Country=US&CLCID=0409&PLCID=0409&GeoID=244&ver=6.2.0205"
        config = self.get("http://config.messenger.msn.com/Config/MsgrConfig.asmx?" + query)
        assert config.status == 200 and minidom.parseString(config.body).documentElement.tagName == "MsgrConfig", config.text
        for path in ("tabs.asp", "portal.asp"):
            assert self.get("http://svcs.microsoft.com/svcs/mms/" + path).status == 200, path

    def ticket(self, address, password, challenge):
        """Nexus and login, with redirects."""
        urls = self.get("https://nexus.passport.com/rdr/pprdr.asp")
        line = next(line for line in urls.lines if line.startswith("PassportURLs: "))
        login = "https://" + re.search(r"DALogin=([^,]+)", line).group(1)
        name, secret = (urllib.parse.quote(word, safe="") for word in (address, password))
        credentials = (
            "Authorization: Passport1.4 OrgVerb=GET,OrgURL=http%3A%2F%2Fmessenger%2Emsn%2Ecom,"
            f"sign-in={name},pwd={secret},{challenge}\r\n"
        )
        for _ in range(5):
            answer = self.get(login, credentials)
            if answer.status != 302:
                break
            login = answer.headers["location"]
        assert answer.status == 200, answer.lines
        info = next(line for line in answer.lines if line.startswith("Authentication-Info: "))
        return re.search(r"from-PP='([^']+)'", info).group(1)
