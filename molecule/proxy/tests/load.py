# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks HOST without a pause, trusting CA_FILE, until standard input ends. Tells who answered how often.

Half of the clients keep their connection; none of them tries anything again.
"""

import collections
import http.client
import json
import ssl
import sys
import threading

HOST, CA_FILE = sys.argv[1:]

context = ssl.create_default_context(cafile=CA_FILE)
seen = collections.Counter()
done = threading.Event()


def ask(connection):
    """Return who answered, or what went wrong."""
    try:
        connection.request("GET", "/load")
        answer = connection.getresponse()
        body = answer.read()
    except (OSError, http.client.HTTPException) as error:
        connection.close()
        return type(error).__name__
    return json.loads(body)["name"] if answer.status == 200 else str(answer.status)


def client(keeps):
    """Ask until it is enough."""
    connection = http.client.HTTPSConnection(HOST, timeout=10, context=context)
    while not done.is_set():
        seen[ask(connection)] += 1
        if not keeps:
            connection.close()


clients = [threading.Thread(target=client, args=(number % 2 == 0,)) for number in range(6)]
for thread in clients:
    thread.start()
print("begun", flush=True)
sys.stdin.read()
done.set()
for thread in clients:
    thread.join()
print(json.dumps(seen))
