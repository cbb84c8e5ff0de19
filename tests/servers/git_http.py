#!/usr/bin/env python3
"""A git server for tests: smart HTTP on a free port of 127.0.0.1, through git's own `git http-backend`.

    git_http.py ROOT        serves every bare repository under ROOT, prints its port on the first line

`bot`, a runner, and `ada`, a person, are let in with the password `pw`; a hook knows them by REMOTE_USER. Each fetch
and each push, whatever comes of it, is a line of ROOT/log: `bot fetch`, `ada push`. The file ROOT/mode, if it is there,
says what goes wrong with a push: `cut` takes it and closes the connection without an answer; `drop` closes it without
taking it; `hang` takes it and never answers; `403`, `500` answer with that status and take nothing.
"""
import base64, http.server, os, subprocess, sys, time

ROOT = os.path.abspath(sys.argv[1])
BACKEND = subprocess.check_output(['git', '--exec-path'], text=True).strip() + '/git-http-backend'
USERS = {user: 'Basic ' + base64.b64encode(f'{user}:pw'.encode()).decode() for user in ('bot', 'ada')}


def note(user, path, query):
    # Both begin by asking for the references, once.
    if path.endswith('/info/refs'):
        done = {'service=git-upload-pack': 'fetch', 'service=git-receive-pack': 'push'}[query]
        with open(f'{ROOT}/log', 'a') as log:
            log.write(f'{user} {done}\n')


def mode():
    try:
        return open(f'{ROOT}/mode').read().strip()
    except FileNotFoundError:
        return ''


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def body(self):
        if self.headers.get('transfer-encoding') != 'chunked':
            return self.rfile.read(int(self.headers.get('content-length', 0)))
        body = b''
        while size := int(self.rfile.readline().split(b';')[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def status(self, code, *headers):
        self.send_response(code)
        for header in headers:
            self.send_header(*header)
        self.send_header('content-length', '0')
        self.end_headers()

    def answer(self):
        body = self.body()
        user = next((user for user in USERS if self.headers.get('authorization') == USERS[user]), None)
        if user is None:
            return self.status(401, ('www-authenticate', 'Basic realm="git"'))
        path, _, query = self.path.partition('?')
        note(user, path, query)
        fault = mode() if self.command == 'POST' and path.endswith('/git-receive-pack') and len(body) > 4 else ''
        if fault.isdigit():
            return self.status(int(fault))
        if fault == 'drop':
            return self.cut()
        env = dict(os.environ, GIT_PROJECT_ROOT=ROOT, GIT_HTTP_EXPORT_ALL='1', PATH_INFO=path, QUERY_STRING=query,
                   REQUEST_METHOD=self.command, REMOTE_USER=user, REMOTE_ADDR='127.0.0.1',
                   CONTENT_TYPE=self.headers.get('content-type', ''), CONTENT_LENGTH=str(len(body)),
                   HTTP_CONTENT_ENCODING=self.headers.get('content-encoding', ''),
                   GIT_PROTOCOL=self.headers.get('git-protocol', ''))
        out = subprocess.run([BACKEND], input=body, env=env, stdout=subprocess.PIPE).stdout
        if fault == 'hang':
            time.sleep(600)
        if fault == 'cut':
            return self.cut()
        head, _, data = out.partition(b'\r\n\r\n')
        headers = [line.split(': ', 1) for line in head.decode().split('\r\n')]
        self.send_response(next((int(value.split()[0]) for name, value in headers if name == 'Status'), 200))
        for name, value in headers:
            if name != 'Status':
                self.send_header(name, value)
        self.send_header('content-length', str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def cut(self):
        self.close_connection = True
        self.connection.close()

    def log_message(self, *_):
        pass

    do_GET = do_POST = answer


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Handler)
server.daemon_threads = True
print(server.server_port, flush=True)
server.serve_forever()
