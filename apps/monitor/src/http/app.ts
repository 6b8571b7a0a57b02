import type { Server } from 'node:http';
import type { ServerOptions as HttpsOptions } from 'node:https';
import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type FastifyServerOptions,
  fastify,
} from 'fastify';
import type { Endpoint, Page } from '../endpoints/endpoint.ts';
import { indexPage } from '../endpoints/index-page.ts';
import type { Query } from '../endpoints/options.ts';
import { QuestionError } from '../endpoints/question-error.ts';
import { endpoints } from '../endpoints/table.ts';
import type { Monitor } from '../monitor.ts';
import { UnavailableError } from '../unavailable-error.ts';
import { refusalOf } from './access.ts';
import { Readers } from './readers.ts';

/** What may stand as `callback`: anything else would let a query write the script. */
const CALLBACK = /^[A-Za-z_$][\w$.]{0,127}$/;

/** Whoever sends slower is cut off. */
const REQUEST_MS_MAX = 10_000;
const CONNECTIONS_MAX = 512;
const BODY_BYTES_MAX = 64 * 1024;
/** What is smaller is gone at once, into the operating system's buffers. */
const BIG_ANSWER_BYTES = 64 * 1024;

/**
 * Everything that the monitor serves over HTTP, as one application; tests put requests into it without a socket. Who may see it
 * is decided before any route.
 */
export function createApp(monitor: Monitor, https?: HttpsOptions): FastifyInstance {
  const options: FastifyServerOptions = {
    requestTimeout: REQUEST_MS_MAX,
    bodyLimit: BODY_BYTES_MAX,
    routerOptions: {
      // As nats-server, which takes `//varz` for `/varz`.
      ignoreDuplicateSlashes: true,
      // A name that is given twice counts once, as what it was first: never an array.
      querystringParser: (text) => firstOfEach(new URLSearchParams(text)),
    },
    clientErrorHandler: refuseBytes,
    frameworkErrors: (error, _request, reply) => fail(error, reply as unknown as FastifyReply),
  };
  // What it is told of the socket differs, and nothing here asks for it.
  const app = (https === undefined ? fastify(options) : fastify({ ...options, https } as object)) as FastifyInstance;
  const server = app.server as Server;
  server.headersTimeout = REQUEST_MS_MAX;
  server.maxConnections = CONNECTIONS_MAX;

  const base = monitor.basePath;
  app.addHook('onRequest', (request, reply, done) => {
    if (admit(monitor, request, reply, `${base}/healthz`)) done();
  });
  const readers = new Readers();
  app.addHook('onSend', (_request, reply, payload, done) => {
    try {
      const bytes = (payload as string | Buffer | undefined)?.length ?? 0;
      if (bytes >= BIG_ANSWER_BYTES) readers.add(reply.raw);
      done(null, payload);
    } catch (error) {
      done(error as Error);
    }
  });
  app.setNotFoundHandler((request, reply) => {
    if (request.method === 'GET' || request.method === 'HEAD') return plain(reply, 404, '404 page not found\n');
    const path = request.url.replace(/\?.*$/s, '');
    if (!app.hasRoute({ method: 'GET', url: path })) return plain(reply, 404, '404 page not found\n');
    return plain(reply.header('allow', 'GET, HEAD'), 405, 'method not allowed\n');
  });
  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => fail(error, reply));

  app.get(base === '' ? '/' : base, (_request, reply) => {
    count(monitor, '/');
    return reply.type('text/html; charset=utf-8').send(indexPage(monitor.identity.productVersion, base));
  });
  for (const endpoint of endpoints) for (const path of endpoint.paths) servePage(monitor, app, base, path, endpoint);
  return app;
}

function servePage(monitor: Monitor, app: FastifyInstance, base: string, path: string, endpoint: Endpoint): void {
  app.get(base + path, async (request, reply) => {
    count(monitor, endpoint.paths[0]);
    const query = request.query as Query;
    const page = await endpoint.fromQuery(query)(monitor);
    if (page.text !== undefined) return plain(reply, page.status, page.text);
    const text = render(page);
    reply.header('access-control-allow-origin', '*').code(page.status);
    if (CALLBACK.test(query.callback ?? '') && !isProtected(monitor)) {
      return reply.type('application/javascript').send(`${query.callback}(${text})`);
    }
    // As bytes: to a string fastify adds a charset, which nats-server's answers do not have.
    return reply.type('application/json').send(Buffer.from(text));
  });
}

/** Then there are no scripts: browsers show a certificate for a script of any other site's page, which would read along. */
function isProtected({ configuration }: Monitor): boolean {
  const { token, clientCaFile } = configuration.skein.monitoring ?? {};
  return token !== undefined || clientCaFile !== undefined;
}

/** Answers those who may not come in. */
function admit({ configuration }: Monitor, request: FastifyRequest, reply: FastifyReply, probed: string): boolean {
  const refusal = refusalOf(configuration.skein.monitoring, {
    authorization: request.headers.authorization,
    certified: (request.raw.socket as TLSSocket).authorized === true,
    isProbe: request.routeOptions.url === probed,
    // A file that anybody may have: it asks for the token itself.
    isOpen: (request.routeOptions.config as { open?: boolean } | undefined)?.open === true,
  });
  if (refusal === undefined) return true;
  const { status, text, challenge } = refusal;
  if (challenge !== undefined) reply.header('www-authenticate', challenge);
  plain(reply, status, `${text}\n`);
  return false;
}

function fail(error: Error & { statusCode?: number }, reply: FastifyReply): unknown {
  if (error instanceof QuestionError) return plain(reply, 400, error.message);
  if (error instanceof UnavailableError) return plain(reply, 503, error.message);
  return plain(reply, error.statusCode ?? 500, `${error.message}\n`);
}

function plain(reply: FastifyReply, status: number, text: string): unknown {
  return reply.code(status).header('x-content-type-options', 'nosniff').type('text/plain; charset=utf-8').send(text);
}

/** Bytes that are no request. */
function refuseBytes(error: Error & { code?: string }, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const status = BYTES_REFUSED[error.code ?? ''] ?? '400 Bad Request';
  const head = 'Content-Type: text/plain; charset=utf-8\r\nConnection: close';
  socket.end(`HTTP/1.1 ${status}\r\n${head}\r\nContent-Length: ${status.length}\r\n\r\n${status}`);
}

const BYTES_REFUSED: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/** As Go writes JSON: safe to stand in a page of HTML, too. */
const render = ({ body, compact }: Page): string =>
  JSON.stringify(body, null, compact ? undefined : 2).replace(
    /[<>&\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

function firstOfEach(parameters: URLSearchParams): Query {
  const query: Record<string, string> = Object.create(null);
  for (const [name, value] of parameters) query[name] ??= value;
  return query;
}

function count(monitor: Monitor, path: string): void {
  monitor.requests.set(path, (monitor.requests.get(path) ?? 0) + 1);
}
