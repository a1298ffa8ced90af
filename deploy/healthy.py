"""Ask an address on this container whether the part is well: exit 0 when it answers 200."""

import http.client
import sys
from urllib.parse import urlsplit

address = urlsplit(sys.argv[1])
connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", address.port, timeout=4)
try:
    connection.request("GET", address.path)
    sys.exit(0 if connection.getresponse().status == 200 else 1)
except OSError:
    sys.exit(1)
