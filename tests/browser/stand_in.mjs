// In the place of nginx and of sign-in while a browser test has neither: serves web/dist below /lbadmin/ with the
// product's Content-Security-Policy, passes /api/ on to evenkeeld's Unix socket, and knows one user. Never part of the
// product.
//   node stand_in.mjs DIST SOCKET ADDRESS PORT PASSWORD [ROLE]

import { randomBytes } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

const [dist, socketPath, address, port, password, role = 'administrator'] = process.argv.slice(2);
const kPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'";
const kTypes = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' };
const sessions = new Map();

function say(answer, status, body, headers = {}) {
  answer.writeHead(status, { 'Content-Type': 'application/json', 'Cache-Control': 'no-store', ...headers });
  answer.end(body === undefined ? '' : JSON.stringify(body));
}

const refusal = (code, message) => ({ error: { code, message } });

function sessionOf(request) {
  const id = /evenkeel_session=([0-9a-f]+)/.exec(request.headers.cookie ?? '')?.[1];
  return id ? { id, ...sessions.get(id) } : {};
}

async function signIn(request, answer) {
  let text = '';
  for await (const part of request) text += part;
  const asked = JSON.parse(text);
  if (asked.user !== 'loadbalancer' || asked.password !== password) return say(answer, 401, refusal('unauthenticated', 'wrong user name or password'));
  const id = randomBytes(16).toString('hex');
  const session = { user: asked.user, role, csrf_token: randomBytes(16).toString('hex'), idle_seconds: 1800, expires_at: new Date(Date.now() + 8 * 3600e3).toISOString() };
  sessions.set(id, { session });
  return say(answer, 200, session, { 'Set-Cookie': `evenkeel_session=${id}; HttpOnly; SameSite=Strict; Path=/api/` });
}

function answerSession(request, answer) {
  const { id, session } = sessionOf(request);
  if (request.method === 'POST') return void signIn(request, answer);
  if (!session) return say(answer, 401, refusal('unauthenticated', 'not signed in'));
  if (request.method === 'DELETE') {
    sessions.delete(id);
    return say(answer, 200, {});
  }
  return say(answer, 200, session);
}

function passOn(request, answer) {
  const { session } = sessionOf(request);
  if (!session) return say(answer, 401, refusal('unauthenticated', 'sign in first'));
  if (request.method !== 'GET' && request.headers['x-csrf-token'] !== session.csrf_token) return say(answer, 403, refusal('permission', 'the CSRF token is missing'));
  const passed = http.request({ socketPath, path: request.url, method: request.method, headers: request.headers }, (got) => {
    answer.writeHead(got.statusCode, got.headers);
    got.pipe(answer);
  });
  passed.on('error', () => (answer.headersSent ? answer.destroy() : say(answer, 502, refusal('unavailable', 'evenkeeld does not answer'))));
  answer.on('close', () => passed.destroy());
  return request.pipe(passed);
}

function serveFile(request, answer) {
  const { pathname } = new URL(request.url, 'http://x');
  if (!pathname.startsWith('/lbadmin/')) {
    answer.writeHead(302, { Location: '/lbadmin/' });
    return answer.end();
  }
  const wanted = path.join(dist, path.normalize(pathname.slice('/lbadmin'.length)));
  const file = path.extname(wanted) && wanted.startsWith(dist) && existsSync(wanted) ? wanted : path.join(dist, 'index.html');
  answer.writeHead(200, { 'Content-Type': kTypes[path.extname(file)] ?? 'application/octet-stream', 'Content-Security-Policy': kPolicy });
  return createReadStream(file).pipe(answer);
}

http.createServer((request, answer) => {
  if (request.url.startsWith('/api/v1/session')) return answerSession(request, answer);
  return request.url.startsWith('/api/') ? passOn(request, answer) : serveFile(request, answer);
}).listen(Number(port), address);
