import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Query } from '../endpoints/options.ts';
import { queryUnsigned } from '../endpoints/query.ts';
import type { Sampler } from '../history/sampler.ts';
import type { Monitor } from '../monitor.ts';
import { connections } from './connections.ts';
import { consoleFiles } from './files.ts';
import { live } from './live.ts';
import { consumers, streams } from './streams.ts';

interface Asset {
  type: string;
  etag: string;
  content: Buffer;
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Nothing but what this server gives may be loaded, asked for or sent to, and nobody may frame the page. */
const headers = {
  'content-security-policy':
    "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; object-src 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-cache',
};

/** Without a token the page could not ask for one; its files tell nothing of this node. */
const open = { config: { open: true } };

/** Adds `/console`: the page, its files, and the questions that it asks. Files are read with the first request. */
export function consoleRoutes(app: FastifyInstance, monitor: Monitor, sampler: Sampler): void {
  const base = monitor.basePath;
  let loading: Promise<Map<string, Asset>> | undefined;
  const give = async (name: string, request: FastifyRequest, reply: FastifyReply) => {
    loading ??= loadAssets();
    const asset = (await loading).get(name);
    if (asset === undefined) return reply.callNotFound();
    reply.headers(headers).header('etag', asset.etag);
    if (request.headers['if-none-match'] === asset.etag) return reply.code(304).send();
    return reply.type(asset.type).send(asset.content);
  };
  app.get(`${base}/console`, open, (request, reply) => give('index.html', request, reply));
  app.get(`${base}/console/`, open, (_request, reply) => reply.redirect(`${base}/console`, 308));
  app.get<{ Params: { file: string } }>(`${base}/console/:file`, open, (request, reply) =>
    give(request.params.file, request, reply),
  );
  app.get(`${base}/console/api/live`, async ({ query }, reply) => {
    const asked = query as Query;
    const body = await live(monitor, sampler, {
      sinceMs: queryUnsigned(asked, 'since'),
      eventsVersion: queryUnsigned(asked, 'events'),
    });
    return reply.headers(headers).send(body);
  });
  app.get(`${base}/console/api/connections`, async ({ query }, reply) => {
    return reply.headers(headers).send(await connections(monitor, query as Query));
  });
  app.get(`${base}/console/api/streams`, async ({ query }, reply) => {
    return reply.headers(headers).send(await streams(monitor, query as Query));
  });
  app.get(`${base}/console/api/consumers`, async ({ query }, reply) => {
    return reply.headers(headers).send(await consumers(monitor, query as Query));
  });
}

async function loadAssets(): Promise<Map<string, Asset>> {
  const assets = new Map<string, Asset>();
  for (const [name, text] of Object.entries(await consoleFiles())) {
    const content = Buffer.from(text);
    const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
    assets.set(name, { type: types[name.slice(name.lastIndexOf('.') + 1)], etag, content });
  }
  return assets;
}
