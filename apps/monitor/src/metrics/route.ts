import type { FastifyInstance } from 'fastify';
import type { Monitor } from '../monitor.ts';

/** `/metrics`. What writes them is loaded with the first scrape: most nodes have none. */
export function metricsRoute(app: FastifyInstance, monitor: Monitor): void {
  app.get(`${monitor.basePath}/metrics`, async (_request, reply) => {
    const [{ scrape }, { contentType }] = await Promise.all([import('./scrape.ts'), import('@skein/metrics')]);
    return reply.type(contentType).send(await scrape(monitor));
  });
}
