"""Asks for one page with tlslite-ng: PORT VERSION CIPHER MAC, such as 443 3.0 rc4 md5.

Says what was negotiated and what came. The first byte of the request goes in a record of its own, as it
does from clients that were taught not to let an attacker choose what is encrypted.
"""

import os
import socket
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../target/tools/python"))

from tlslite.api import HandshakeSettings, TLSConnection

port, version, cipher, mac = sys.argv[1:]
version = tuple(int(part) for part in version.split("."))
settings = HandshakeSettings()
settings.minVersion = settings.maxVersion = version
settings.cipherNames = [cipher]
settings.macNames = [mac]
if version < (3, 3):
    settings.keyExchangeNames = ["rsa"]
    # Nothing that was thought of later.
    settings.useEncryptThenMAC = settings.useExtendedMasterSecret = False

request = sys.stdin.buffer.read()
connection = TLSConnection(socket.create_connection(("127.0.0.1", int(port)), 10))
connection.handshakeClientCert(settings=settings)
print("negotiated", connection.getVersionName(), connection.getCipherName())
print("certificates", len(connection.session.serverCertChain.x509List))
connection.write(request[:1])
connection.write(request[1:])
# An end without close_notify is an error here.
answer = b""
while part := connection.read(max=4096):
    answer += part
print(answer.decode())
