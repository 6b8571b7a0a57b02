import type { Monitor } from './monitor.ts';

/** Whether one process does what it is there for. */
export interface ProcessReadiness {
  component: string;
  instance: number;
  ready: boolean;
  /** Why not. */
  error?: string;
}

/** Every process that the node should have, but for this one. Waits for a stalled one no longer than a page does. */
export async function processReadiness(monitor: Monitor): Promise<ProcessReadiness[]> {
  const { answers, silent } = await monitor.gather.put({ method: 'health' });
  const found = new Map<string, ProcessReadiness>();
  for (const { peer, ageMs } of answers) {
    const error = ageMs === 0 ? undefined : `does not answer, for ${(ageMs / 1000).toFixed(1)} s now`;
    found.set(key(peer), readiness(peer, error));
  }
  for (const peer of silent) found.set(key(peer), readiness(peer, 'does not answer'));
  if (!monitor.routerUp) found.set(key(router), readiness(router, 'is not there'));
  for (const one of expected(monitor)) if (!found.has(key(one))) found.set(key(one), readiness(one, 'is not there'));
  return [...found.values()];
}

interface Named {
  component: string;
  instance: number;
}

const router: Named = { component: 'router', instance: 0 };

function expected({ configuration }: Monitor): Named[] {
  const gateways = Array.from({ length: configuration.skein.gateways }, (_, instance) => ({
    component: 'gateway',
    instance,
  }));
  const stores =
    configuration.jetstream === undefined
      ? []
      : Array.from({ length: configuration.skein.jetstream.stores }, (_, instance) => ({
          component: 'jetstream-store',
          instance,
        }));
  return [router, ...gateways, { component: 'auth-resolver', instance: 0 }, ...stores];
}

const key = ({ component, instance }: Named): string => `${component} ${instance}`;

const readiness = ({ component, instance }: Named, error: string | undefined): ProcessReadiness => ({
  component,
  instance,
  ready: error === undefined,
  ...(error !== undefined && { error }),
});
