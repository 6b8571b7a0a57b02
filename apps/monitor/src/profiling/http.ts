import { listenHost } from '@skein/process';
import { type FastifyInstance, type FastifyReply, fastify } from 'fastify';
import { refusalOf } from '../http/access.ts';
import { pprofIndex } from './index-page.ts';
import { profileKinds } from './kinds.ts';
import { encodePprof } from './pprof.ts';
import { profileText } from './profile-text.ts';
import { type Profiles, ProfilingBusyError, UnknownProcessError } from './profiles.ts';

const PREFIX = '/debug/pprof';
/** Of `profile`, as in Go. */
const CPU_SECONDS = 30;
const SECONDS_MAX = 300;
const CONNECTIONS_MAX = 64;
/** For a request to arrive. */
const REQUEST_MS_MAX = 10_000;

/** Who may see what the monitor serves holds here too; over plain HTTP nobody can show a certificate. */
type Access = Parameters<typeof refusalOf>[0];

interface Query {
  seconds?: string;
  debug?: string;
  process?: string;
}

/** Serves `/debug/pprof/` on `prof_port`. Rejects when it cannot listen. */
export async function startProfilingHttp(
  profiles: Profiles,
  access: () => Access,
  host: string,
  port: number,
): Promise<FastifyInstance> {
  const app = createProfilingApp(profiles, access);
  await app.listen({ host: listenHost(host), port });
  return app;
}

/** Addresses, answers and errors are those of Go's net/http/pprof. */
export function createProfilingApp(profiles: Profiles, access: () => Access = () => undefined): FastifyInstance {
  const app = fastify({ forceCloseConnections: true, requestTimeout: REQUEST_MS_MAX });
  app.server.headersTimeout = REQUEST_MS_MAX;
  app.server.maxConnections = CONNECTIONS_MAX;
  app.addHook('onRequest', (request, reply, done) => {
    const { authorization } = request.headers;
    const refusal = refusalOf(access(), { authorization, certified: false, isProbe: false });
    if (refusal === undefined) return done();
    if (refusal.challenge !== undefined) reply.header('www-authenticate', refusal.challenge);
    failed(reply, refusal.status, refusal.text);
  });
  app.addHook('onSend', async (_request, reply) => void reply.header('x-content-type-options', 'nosniff'));
  app.get(PREFIX, (_request, reply) => reply.redirect(`${PREFIX}/`, 307));
  app.get(`${PREFIX}/`, (_request, reply) => reply.type('text/html; charset=utf-8').send(pprofIndex()));
  app.get(`${PREFIX}/cmdline`, (_request, reply) => plain(reply, 200, process.argv.join('\0')));
  // Profiles name their functions themselves.
  app.get(`${PREFIX}/symbol`, (_request, reply) => plain(reply, 200, 'num_symbols: 1\n'));
  app.get(`${PREFIX}/trace`, (_request, reply) =>
    failed(reply, 501, "There is no trace of Go's kind of a Node process"),
  );
  app.get<{ Params: { name: string }; Querystring: Query }>(`${PREFIX}/:name`, (request, reply) =>
    send(profiles, request.params.name, request.query, reply),
  );
  app.setNotFoundHandler((_request, reply) => plain(reply, 404, '404 page not found\n'));
  return app;
}

async function send(profiles: Profiles, page: string, query: Query, reply: FastifyReply): Promise<FastifyReply> {
  const name = page === 'profile' ? 'cpu' : page;
  const kind = page === 'cpu' ? undefined : profileKinds[name];
  if (kind === undefined) return failed(reply, 404, 'Unknown profile');
  const seconds = name === 'cpu' ? (positive(query.seconds) ?? CPU_SECONDS) : positive(query.seconds);
  if (query.seconds !== undefined && seconds === undefined) {
    return failed(reply, 400, 'invalid value for "seconds" - must be a positive integer');
  }
  if ((seconds ?? 0) > SECONDS_MAX) return failed(reply, 400, `a profile takes ${SECONDS_MAX} seconds at most`);
  try {
    const profile = await profiles.take({ kind, seconds, process: query.process });
    if (Number(query.debug) > 0) return plain(reply, 200, profileText(name, kind, profile));
    const file = query.seconds !== undefined && name !== 'cpu' ? `${page}-delta` : page;
    reply.header('content-disposition', `attachment; filename="${file}"`).type('application/octet-stream');
    return reply.send(await encodePprof(kind, profile));
  } catch (error) {
    if (error instanceof UnknownProcessError) return failed(reply, 404, error.message);
    if (error instanceof ProfilingBusyError) {
      return failed(reply, 500, `Could not enable ${name === 'cpu' ? 'CPU' : name} profiling: ${error.message}`);
    }
    throw error;
  }
}

const positive = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,6}$/.test(text) && Number(text) > 0 ? Number(text) : undefined;

function plain(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).type('text/plain; charset=utf-8').send(text);
}

function failed(reply: FastifyReply, status: number, text: string): FastifyReply {
  return plain(reply.header('x-go-pprof', '1'), status, `${text}\n`);
}
