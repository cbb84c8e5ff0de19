#!/usr/bin/env python3
"""The same texts, posted to one Bluesky server and one server with Mastodon's interface on this machine: by one
`kalends publish`, and by one process a post of `crosspost` (npm) and of `toot` (PyPI).

    sh tests/servers/all.sh && cargo build --release && python3 benches/networks/run.py [POSTS]      (also wants age-keygen, openssl)

All speak TLS to the servers through one front (proxy.py), which adds up how long the servers took to answer.
Prints a table: wall, CPU and memory, and the share of kalends' wall that the servers took.
"""
import hashlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from datetime import datetime, timedelta, timezone

POSTS = int(sys.argv[1]) if len(sys.argv) > 1 else 200
HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SERVERS = f"{ROOT}/target/servers"
TOOLS = f"{ROOT}/target/servers/bench"
KALENDS = f"{ROOT}/target/release/kalends"
CROSSPOST, TOOT = "@humanwhocodes/crosspost@1.0.4", "toot==0.52.1"
started = []


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def start(command, ready=b"READY", **more):
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, **more)
    started.append(process)
    while ready and ready not in (line := process.stdout.readline()):
        if not line:
            sys.exit(f"{command[0]} did not start")
    return process


def run(command, **more):
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **more)


def answers(url):
    """Waits until a server does."""
    for _ in range(600):
        try:
            return urllib.request.urlopen(url).read()
        except OSError:
            time.sleep(0.1)
    sys.exit(f"{url} does not answer")


def ask(url, value, token=None):
    headers = {"content-type": "application/json"}
    if token:
        headers["authorization"] = f"Bearer {token}"
    request = urllib.request.Request(url, json.dumps(value).encode(), headers)
    return json.load(urllib.request.urlopen(request))


def certificates(folder):
    ec = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    quiet = {"cwd": folder, "stderr": subprocess.DEVNULL}
    run(["openssl", "req", "-x509", *ec, "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=bench", "-days", "2"], **quiet)
    run(["openssl", "req", *ec, "-keyout", "key.pem", "-out", "leaf.csr", "-subj", "/CN=localhost"], **quiet)
    with open(f"{folder}/ext", "w") as ext:
        ext.write("subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n")
    run(["openssl", "x509", "-req", "-in", "leaf.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
         "-extfile", "ext", "-out", "leaf.pem"], **quiet)


class Front:
    """A TLS front, and what it saw of its server."""

    def __init__(self, work, port, upstream):
        self.log = f"{work}/front-{port}.log"
        self.process = start([sys.executable, f"{HERE}/proxy.py", str(port), str(upstream), f"{work}/leaf.pem",
                              f"{work}/key.pem", self.log])

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        requests, seconds = open(self.log).read().split()
        return int(requests), float(seconds)


def measured(commands, environment):
    """Runs commands one after the other; returns wall and CPU in seconds and the largest memory in MB."""
    wall, cpu, memory = time.monotonic(), 0.0, 0
    for command, more in commands:
        process = subprocess.Popen(command, env=environment | more, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        said = process.stderr.read()
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            sys.exit(f"{command[0]} failed: {said.decode()[-600:]}")
        cpu += usage.ru_utime + usage.ru_stime
        memory = max(memory, usage.ru_maxrss)
    return time.monotonic() - wall, cpu, memory / 1024


def calendar(work, network, account, secret, texts, environment):
    folder = f"{work}/{network}"
    os.makedirs(f"{folder}/posts/2026/01")
    os.makedirs(f"{folder}/people")
    os.makedirs(f"{folder}/accounts")
    key = subprocess.check_output(["age-keygen"], stderr=subprocess.DEVNULL, text=True)
    with open(os.open(f"{work}/{network}.identity", os.O_CREAT | os.O_WRONLY, 0o600), "w") as identity:
        identity.write(key)
    recipient = next(line.split()[-1] for line in key.splitlines() if "public key" in line)
    due = datetime.now(timezone.utc) - timedelta(minutes=5)
    write = lambda name, text: open(f"{folder}/{name}", "w").write(text)
    write("kalends.toml", 'name = "Bench"\nzone = "UTC"\n[publish]\nlate = "2h"\nburst = 100000\n')
    write("people/ada.toml", f'name = "Ada"\nrole = "coordinator"\nrecipient = "{recipient}"\n')
    write(f"accounts/{network}.toml", f'platform = "{network}"\naccess = ["ada"]\n{account}')
    month = f"posts/{due:%Y/%m}"
    os.makedirs(f"{folder}/{month}", exist_ok=True)
    for number, text in enumerate(texts):
        write(f"{month}/{due:%Y-%m-%d}-bench-{number:04}.toml",
              f'at = {due:%Y-%m-%dT%H:%M:%S}\nto = ["{network}"]\ntext = {json.dumps(text)}\n')
    environment = environment | {"KALENDS_IDENTITY": f"{work}/{network}.identity"}
    git = ["git", "-C", folder, "-c", "user.name=bench", "-c", "user.email=bench@example.org"]
    run(["git", "init", "-q", "-b", "main", folder])
    run([KALENDS, "-C", folder, "vault", "set", network], input=secret.encode(), env=environment, stderr=subprocess.DEVNULL)
    run([*git, "add", "."])
    run([*git, "commit", "-qm", "bench"])
    return [([KALENDS, "-C", folder, "publish"], {"KALENDS_IDENTITY": f"{work}/{network}.identity"})]


def snac(work, port):
    """Starts a server with Mastodon's interface and a user; returns the user's token."""
    base, program = f"{work}/snac", f"{SERVERS}/snac/root/usr/bin/snac"
    run([program, "init", base], input=f"127.0.0.1\n{port}\nlocalhost:{port}\n\nbench@example.org\n".encode())
    run([program, "adduser", base, "alice"], input=b"\n\n\n\n", stderr=subprocess.DEVNULL)
    with open(f"{base}/server.json") as file:
        server = json.load(file) | {"protocol": "http", "disable_sandbox": True, "disable_email_notifications": True}
    # It delivers each post to itself as well, and where all its threads do that it waits for itself, 6 s a time.
    server["num_threads"] = 200
    with open(f"{base}/server.json", "w") as file:
        json.dump(server, file)
    with open(f"{base}/user/alice/user.json") as file:
        user = json.load(file)
    user["passwd"] = "0badc0de:" + hashlib.sha1(f"0badc0de:{user['uid']}:pw-alice".encode()).hexdigest()
    with open(f"{base}/user/alice/user.json", "w") as file:
        json.dump(user, file)
    started.append(subprocess.Popen([program, "httpd", base], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
    at = f"http://127.0.0.1:{port}"
    answers(f"{at}/api/v1/instance")

    def post(path, **fields):
        return urllib.request.urlopen(f"{at}{path}", urllib.parse.urlencode(fields).encode()).read().decode()

    there = "urn:ietf:wg:oauth:2.0:oob"
    app = json.loads(post("/api/v1/apps", client_name="bench", redirect_uris=there, scopes="read write"))
    code = post("/oauth/x-snac-login", login="alice", passwd="pw-alice", cid=app["client_id"], state="", redir=there)
    token = post("/oauth/token", grant_type="authorization_code", code=code.strip(), client_id=app["client_id"],
                 client_secret=app["client_secret"], redirect_uri=there)
    return json.loads(token)["access_token"]


def main():
    work = tempfile.mkdtemp(prefix="kalends-bench-")
    os.makedirs(TOOLS, exist_ok=True)
    node = os.path.dirname(os.path.realpath(f"{SERVERS}/bluesky/node"))
    environment = dict(os.environ, PATH=f"{node}:{os.environ['PATH']}", SSL_CERT_FILE=f"{work}/ca.pem",
                       NODE_EXTRA_CA_CERTS=f"{work}/ca.pem", REQUESTS_CA_BUNDLE=f"{work}/ca.pem", XDG_CONFIG_HOME=f"{work}/config")
    if not os.path.exists(f"{TOOLS}/node_modules"):
        run(["npm", "install", "--silent", "--no-audit", "--no-fund", "--prefix", TOOLS, CROSSPOST],
            env=dict(os.environ, PATH=f"{node}:{os.environ['PATH']}"))
    if not os.path.exists(f"{TOOLS}/venv/bin/toot"):
        run([sys.executable, "-m", "venv", f"{TOOLS}/venv"])
        run([f"{TOOLS}/venv/bin/pip", "install", "--quiet", "--disable-pip-version-check", TOOT])
    certificates(work)
    texts = [f"Post {n}: the harbour opens at ten. Bring a child, leave with an astronomer." for n in range(POSTS)]
    crosspost = f"{TOOLS}/node_modules/.bin/crosspost"

    pds_port, plc_port = free_port(), free_port()
    started.append(subprocess.Popen([f"{node}/node", f"{SERVERS}/bluesky/pds.mjs", str(pds_port), str(plc_port), f"{work}/pds"],
                                    cwd=f"{SERVERS}/bluesky", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    env=environment | {"NODE_ENV": "production", "LOG_ENABLED": "false"}))
    answers(f"http://localhost:{pds_port}/xrpc/_health")
    made = ask(f"http://127.0.0.1:{pds_port}/xrpc/com.atproto.server.createAccount",
               {"handle": "bench.test", "email": "bench@example.org", "password": "bench-main-password"})
    password = ask(f"http://127.0.0.1:{pds_port}/xrpc/com.atproto.server.createAppPassword", {"name": "bench"},
                   made["accessJwt"])["password"]
    snac_port = free_port()
    token = snac(work, snac_port)
    rows = []

    def compare(network, upstream, account, secret, rival, commands):
        port = free_port()
        ours = calendar(work, network, account.format(port=port), secret, texts, environment)
        front = Front(work, port, upstream)
        wall, cpu, memory = measured(ours, environment)
        requests, waited = front.end()
        rows.append((f"kalends to {network}", wall, cpu, memory, requests, waited))
        port = free_port()
        front = Front(work, port, upstream)
        theirs = measured(commands(port), environment)
        requests, waited = front.end()
        rows.append((f"{rival} to {network}", *theirs, requests, waited))

    compare("bluesky", pds_port, 'server = "https://localhost:{port}"\nhandle = "bench.test"\n', password, "crosspost",
            lambda port: [([crosspost, "-b", text], {"BLUESKY_IDENTIFIER": "bench.test", "BLUESKY_PASSWORD": password,
                                                      "BLUESKY_HOST": f"localhost:{port}"}) for text in texts])
    mastodon = 'server = "https://localhost:{port}"\n'
    compare("mastodon", snac_port, mastodon, token, "crosspost",
            lambda port: [([crosspost, "-m", text], {"MASTODON_ACCESS_TOKEN": token, "MASTODON_HOST": f"localhost:{port}"})
                          for text in texts])

    def toots(port):
        name = f"localhost:{port}"
        os.makedirs(f"{work}/config/toot", exist_ok=True)
        user = {"instance": name, "username": "alice", "access_token": token}
        app = {"instance": name, "base_url": f"https://{name}", "client_id": "x", "client_secret": "y"}
        with open(f"{work}/config/toot/config.json", "w") as config:
            json.dump({"apps": {name: app}, "users": {f"alice@{name}": user}, "active_user": f"alice@{name}"}, config)
        return [([f"{TOOLS}/venv/bin/toot", "post", text], {}) for text in texts]

    port = free_port()
    front = Front(work, port, snac_port)
    theirs = measured(toots(port), environment)
    rows.append(("toot to mastodon", *theirs, *front.end()))

    print(f"| {POSTS} posts | wall | a post | CPU | memory | requests | the servers' own time |")
    print("|---|---|---|---|---|---|---|")
    for name, wall, cpu, memory, requests, waited in rows:
        print(f"| {name} | {wall:.2f} s | {wall / POSTS * 1000:.1f} ms | {cpu:.2f} s | {memory:.0f} MB | {requests} | "
              f"{waited:.2f} s ({waited / wall * 100:.0f} %) |")
    by_name = {row[0]: row[1] for row in rows}
    for rival, network in [("crosspost", "bluesky"), ("crosspost", "mastodon"), ("toot", "mastodon")]:
        ratio = by_name[f"{rival} to {network}"] / by_name[f"kalends to {network}"]
        print(f"{rival} takes {ratio:.1f} times the wall of kalends on {network} (aim: 10)")
    shutil.rmtree(work)


try:
    main()
finally:
    for process in started:
        process.kill()
