import { fileURLToPath } from 'node:url';
import type { ServerOptions } from '@skein/config';

export type ComponentName = 'router' | 'gateway' | 'auth-resolver' | 'monitor' | 'jetstream-store';

export const componentNames: readonly ComponentName[] = [
  'router',
  'gateway',
  'auth-resolver',
  'monitor',
  'jetstream-store',
];

export interface ProcessSpec {
  component: ComponentName;
  instance: number;
}

/** The processes that a node with these options consists of. */
export function processesFor(options: ServerOptions): ProcessSpec[] {
  const specs: ProcessSpec[] = [{ component: 'router', instance: 0 }];
  for (const component of ['gateway', 'auth-resolver', 'monitor', 'jetstream-store'] as const) {
    for (let instance = 0; instance < instancesOf(component, options); instance++) specs.push({ component, instance });
  }
  return specs;
}

/** Components of which there may be several, or none: a reload changes their number. */
export const scaledComponents = ['gateway', 'jetstream-store'] as const;

export function instancesOf(component: ComponentName, options: ServerOptions): number {
  if (component === 'gateway') return options.skein.gateways;
  if (component === 'jetstream-store') return options.jetstream === undefined ? 0 : options.skein.jetstream.stores;
  return 1;
}

/** From its start to its first word of being ready; a loaded machine takes seconds, a store replays its journals. */
export const startMsMax = (component: ComponentName): number => (component === 'jetstream-store' ? 120_000 : 20_000);

/** Where a component's program is: in the tree, or bundled beside this one. */
export function programOf(component: ComponentName): string {
  const here = import.meta.url;
  const path = here.endsWith('.ts') ? `../../../apps/${component}/src/main.ts` : `./${component}.mjs`;
  return fileURLToPath(new URL(path, here));
}

/** How long a process may be silent before it counts as frozen. */
export function silenceMaxMs(component: ComponentName, gateways: number): number {
  // A frozen gateway holds the others' settlements; a lone one holds nobody, and killing it costs every client.
  if (component === 'gateway') return gateways > 1 ? 2000 : 10_000;
  return 5000;
}
