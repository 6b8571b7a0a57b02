import type { Server as TlsServer } from 'node:tls';
import { listenHost } from '@skein/process';
import type { FastifyInstance } from 'fastify';
import type { MonitorConfiguration } from '../configuration.ts';
import { consoleRoutes } from '../console/routes.ts';
import { Sampler, timerClock } from '../history/sampler.ts';
import { metricsRoute } from '../metrics/route.ts';
import type { Monitor } from '../monitor.ts';
import { createApp } from './app.ts';
import { tlsContext } from './tls.ts';

export interface RunningHttp {
  /** Listened on, by their names in the ports file. */
  ports: Record<string, number>;
  /** Why this configuration could not be served; undefined: it can. */
  check(configuration: MonitorConfiguration): string | undefined;
  /** Connections from now on find the certificates that there are now; with those that cannot be used things stay as they were. */
  use(configuration: MonitorConfiguration): void;
  close(): Promise<void>;
}

/** Serves on the configured ports. Rejects when one cannot be listened on. */
export async function startHttp(monitor: Monitor, configuration: MonitorConfiguration): Promise<RunningHttp> {
  const { host, port, httpsPort } = configuration.monitoring;
  const apps: FastifyInstance[] = [];
  const ports: Record<string, number> = {};
  const sampler = new Sampler(monitor, timerClock);
  const open = async (app: FastifyInstance, on: number): Promise<void> => {
    // Routes beside nats-server's pages: access is looked at before them too.
    consoleRoutes(app, monitor, sampler);
    metricsRoute(app, monitor);
    await app.listen({ host: listenHost(host), port: on });
    apps.push(app);
  };
  let tlsServer: TlsServer | undefined;
  if (port !== 0) {
    await open(createApp(monitor), port);
    ports.monitoring = port;
  }
  if (httpsPort !== 0) {
    // Who shows no certificate, or a strange one, is told so by a page rather than by a failed handshake. Without need nobody
    // is asked for one: browsers would ask the person.
    const requestCert = asksForCertificates(configuration);
    const app = createApp(monitor, { ...tlsContext(configuration), requestCert, rejectUnauthorized: false });
    await open(app, httpsPort);
    ports.monitoring_tls = httpsPort;
    tlsServer = app.server as unknown as TlsServer;
  }
  const check = (next: MonitorConfiguration): string | undefined => {
    if (tlsServer === undefined) return undefined;
    if (asksForCertificates(next) !== asksForCertificates(configuration)) {
      return 'monitoring: client_ca_file cannot be added or taken away by a reload';
    }
    try {
      tlsContext(next);
      return undefined;
    } catch (error) {
      return `monitoring: ${(error as Error).message}`;
    }
  };
  sampler.start();
  return {
    ports,
    check,
    use(next) {
      // A router that was started anew may bring a configuration that nobody has checked.
      if (tlsServer === undefined || check(next) !== undefined) return;
      tlsServer.setSecureContext(tlsContext(next));
    },
    async close() {
      sampler.stop();
      for (const app of apps) app.server.closeAllConnections();
      await Promise.all(apps.map((app) => app.close()));
    },
  };
}

const asksForCertificates = ({ skein }: MonitorConfiguration): boolean => skein.monitoring?.clientCaFile !== undefined;
