import { fileURLToPath } from 'node:url';
import type { ServerOptions } from '@skein/config';

export type ComponentName = 'router' | 'gateway' | 'auth-resolver' | 'monitor';

export const componentNames: readonly ComponentName[] = ['router', 'gateway', 'auth-resolver', 'monitor'];

export interface ProcessSpec {
  component: ComponentName;
  instance: number;
}

/** The processes that a node with these options consists of. */
export function processesFor(options: ServerOptions): ProcessSpec[] {
  const specs: ProcessSpec[] = [{ component: 'router', instance: 0 }];
  for (let instance = 0; instance < options.skein.gateways; instance++) specs.push({ component: 'gateway', instance });
  specs.push({ component: 'auth-resolver', instance: 0 }, { component: 'monitor', instance: 0 });
  return specs;
}

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
