import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SeriesBudget } from './budget.ts';
import { contentType, exposition } from './exposition.ts';
import { Families } from './family.ts';
import { skein } from './skein/catalogue.ts';
import type { Figures } from './skein/figures.ts';
import { addProcess, labelsOf, type ProcessName } from './skein/process.ts';

export interface MetricsAddress {
  host: string;
  /** 0: any free one. */
  port: number;
}

export interface MetricsServer {
  /** Listened on. */
  port: number;
  close(): void;
}

/** Whoever sends slower is cut off. */
const REQUEST_MS_MAX = 5000;
const CONNECTIONS_MAX = 32;
/** Of one process: links to every gateway of the largest node. */
const SERIES_MAX = 1000;

/**
 * Serves one process's own metrics at `/metrics`: for scraping every process by itself, so that one is seen while the monitor is
 * away. Rejects when the address cannot be listened on.
 */
export function serveMetrics(
  name: ProcessName,
  figures: () => Figures,
  { host, port }: MetricsAddress,
): Promise<MetricsServer> {
  const server = createServer(
    { requestTimeout: REQUEST_MS_MAX, headersTimeout: REQUEST_MS_MAX },
    async (request, response) => {
      const path = request.url?.replace(/\?.*$/s, '');
      if (request.method !== 'GET' && request.method !== 'HEAD') response.writeHead(405, { allow: 'GET, HEAD' }).end();
      else if (path !== '/metrics') response.writeHead(404).end('404 page not found\n');
      else response.writeHead(200, { 'content-type': contentType }).end(await ownMetrics(name, figures()));
    },
  );
  server.maxConnections = CONNECTIONS_MAX;
  const { promise, resolve, reject } = Promise.withResolvers<MetricsServer>();
  server.once('error', reject);
  server.listen(port, host, () => {
    resolve({
      port: (server.address() as AddressInfo).port,
      close() {
        server.close();
        server.closeAllConnections();
      },
    });
  });
  return promise;
}

function ownMetrics(name: ProcessName, figures: Figures): Promise<string> {
  const families = new Families();
  families.add(skein.up, labelsOf(name), 1);
  addProcess(families, name, figures, new SeriesBudget(SERIES_MAX, new Map()));
  return exposition(families.all());
}
