import { readFileSync } from 'node:fs';
import type { ServerOptions as HttpsOptions } from 'node:https';
import { listenHost } from '@skein/process';
import { type FastifyInstance, fastify } from 'fastify';
import type { MonitorConfiguration } from './configuration.ts';
import { consoleRoutes } from './console/routes.ts';
import type { Endpoint, Page } from './endpoints/endpoint.ts';
import { indexPage } from './endpoints/index-page.ts';
import type { Query } from './endpoints/options.ts';
import { QuestionError } from './endpoints/question-error.ts';
import { endpoints } from './endpoints/table.ts';
import { Sampler, timerClock } from './history/sampler.ts';
import type { Monitor } from './monitor.ts';
import { UnavailableError } from './unavailable-error.ts';

export interface RunningHttp {
  /** Listened on, by their names in the ports file. */
  ports: Record<string, number>;
  close(): Promise<void>;
}

/** What may stand as `callback`: anything else would let a query write the script. */
const CALLBACK = /^[A-Za-z_$][\w$.]{0,127}$/;

/** Serves the pages on the configured ports. Rejects when one cannot be listened on. */
export async function startHttp(monitor: Monitor, configuration: MonitorConfiguration): Promise<RunningHttp> {
  const { host, port, httpsPort } = configuration.monitoring;
  const servers: FastifyInstance[] = [];
  const ports: Record<string, number> = {};
  const sampler = new Sampler(monitor, timerClock);
  if (port !== 0) {
    const app = createApp(monitor, fastify());
    consoleRoutes(app, monitor, sampler);
    await app.listen({ host: listenHost(host), port });
    servers.push(app);
    ports.monitoring = port;
  }
  if (httpsPort !== 0) {
    const app = createApp(monitor, fastify({ https: httpsOptions(configuration) }) as unknown as FastifyInstance);
    consoleRoutes(app, monitor, sampler);
    await app.listen({ host: listenHost(host), port: httpsPort });
    servers.push(app);
    ports.monitoring_tls = httpsPort;
  }
  sampler.start();
  return {
    ports,
    async close() {
      sampler.stop();
      for (const app of servers) app.server.closeAllConnections();
      await Promise.all(servers.map((app) => app.close()));
    },
  };
}

function httpsOptions({ tls }: MonitorConfiguration): HttpsOptions {
  if (tls?.certFile === undefined || tls.keyFile === undefined)
    throw new Error('monitoring over TLS needs a tls block');
  return { cert: readFileSync(tls.certFile), key: readFileSync(tls.keyFile) };
}

/** The pages as an HTTP application; tests put requests into it without a socket. */
export function createApp(monitor: Monitor, app: FastifyInstance): FastifyInstance {
  const base = monitor.configuration.monitoring.basePath;
  app.get(base === '' ? '/' : base, (_request, reply) => {
    count(monitor, '/');
    return reply.type('text/html; charset=utf-8').send(indexPage(monitor));
  });
  for (const endpoint of endpoints) for (const path of endpoint.paths) servePage(monitor, app, base, path, endpoint);
  app.setNotFoundHandler((_request, reply) => plain(reply, 404, '404 page not found\n'));
  app.setErrorHandler((error, _request, reply) => {
    if (error instanceof QuestionError) return plain(reply, 400, error.message);
    if (error instanceof UnavailableError) return plain(reply, 503, error.message);
    throw error;
  });
  return app;
}

function servePage(monitor: Monitor, app: FastifyInstance, base: string, path: string, endpoint: Endpoint): void {
  app.get(base + path, async (request, reply) => {
    count(monitor, path);
    const query = request.query as Query;
    const page = await endpoint.fromQuery(query)(monitor);
    if (page.text !== undefined) return plain(reply, page.status, page.text);
    const text = render(page);
    reply.header('access-control-allow-origin', '*').code(page.status);
    if (CALLBACK.test(query.callback ?? '')) {
      return reply.type('application/javascript').send(`${query.callback}(${text})`);
    }
    // As bytes: to a string fastify adds a charset, which nats-server's answers do not have.
    return reply.type('application/json').send(Buffer.from(text));
  });
}

function plain(
  reply: { code(status: number): { type(type: string): { send(text: string): unknown } } },
  status: number,
  text: string,
) {
  return reply.code(status).type('text/plain; charset=utf-8').send(text);
}

const render = ({ body, compact }: Page): string => JSON.stringify(body, null, compact ? undefined : 2);

function count(monitor: Monitor, path: string): void {
  monitor.requests.set(path, (monitor.requests.get(path) ?? 0) + 1);
}
