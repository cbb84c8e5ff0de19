#!/usr/bin/env python3
"""A TLS front for a plain HTTP server on 127.0.0.1, which adds up how long the server took to answer.

    proxy.py PORT UPSTREAM_PORT CERT KEY LOG      on SIGTERM it writes to LOG: requests, seconds
"""
import asyncio
import signal
import ssl
import sys
import time

port, upstream = int(sys.argv[1]), int(sys.argv[2])
requests, waited = 0, 0.0


async def message(reader, answer=False, bodiless=False):
    head = await reader.readuntil(b"\r\n\r\n")
    low = head.lower()
    body = b""
    if bodiless or (answer and low[9:12] in (b"204", b"304")):
        return head, body
    if b"transfer-encoding: chunked" in low:
        while True:
            line = await reader.readline()
            size = int(line.split(b";")[0], 16)
            body += line + await reader.readexactly(size + 2)
            if size == 0:
                return head, body
    for line in low.split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return head, await reader.readexactly(int(line.split(b":")[1]))
    return (head, await reader.read()) if answer else (head, body)


async def client(reader, writer):
    global requests, waited
    up = None
    try:
        while True:
            head, body = await message(reader)
            began = time.monotonic()
            # A server may close a connection after its answer and not say so, so each request has its own.
            up = await asyncio.open_connection("127.0.0.1", upstream)
            up[1].write(head + body)
            await up[1].drain()
            answer, content = await message(up[0], answer=True, bodiless=head.startswith(b"HEAD"))
            waited += time.monotonic() - began
            requests += 1
            up[1].close()
            writer.write(answer + content)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
        pass
    finally:
        for end in [writer] + ([up[1]] if up else []):
            end.close()


async def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    await asyncio.start_server(client, "127.0.0.1", port, ssl=context)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    print("READY", flush=True)
    await stop.wait()
    with open(sys.argv[5], "w") as log:
        log.write(f"{requests} {waited:.3f}\n")


asyncio.run(main())
