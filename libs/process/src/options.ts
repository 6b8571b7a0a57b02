import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { chooseInstance, chosenInstance } from './address.ts';

const PORT_MAX = 65_535;

/** What every process of a node is started with. Configuration comes from the router. */
export interface ProcessOptions {
  /** Holds the sockets of the node's processes. */
  runDir: string;
  /** Proves the component to the router. Absent where the process has none (tests). */
  secretFile?: string;
  /** Router only: the secrets of all components, one file each. */
  secretDir?: string;
  /** From 0, counted per component; a random one with `--instance auto`. */
  instance: number;
  /** Profiles of the memory are going to be asked for. */
  sampleHeap: boolean;
  /** Where this process serves its own metrics; absent: nowhere. */
  metrics?: { host: string; port: number };
}

/** Throws an Error that names the flag. `asking`: for a process that runs already (health check). */
export function parseProcessOptions(component: string, argv: readonly string[], asking = false): ProcessOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      'run-dir': { type: 'string' },
      'secret-file': { type: 'string' },
      'secret-dir': { type: 'string' },
      instance: { type: 'string', default: '0' },
      'sample-heap': { type: 'boolean', default: false },
      metrics_port: { type: 'string' },
    },
  });
  const runDir = values['run-dir'];
  if (runDir === undefined || runDir === '') throw new Error('--run-dir is required');
  return {
    runDir,
    secretFile: values['secret-file'],
    secretDir: values['secret-dir'],
    instance: parseInstance(component, values.instance, asking),
    sampleHeap: values['sample-heap'],
    ...(values.metrics_port !== undefined && { metrics: parseMetricsPort(values.metrics_port) }),
  };
}

function parseInstance(component: string, text: string, asking: boolean): number {
  if (text === 'auto') return asking ? chosenInstance(component) : chooseInstance(component);
  if (!/^\d{1,6}$/.test(text)) throw new Error(`--instance: not a number: ${text}`);
  return Number(text);
}

/** `9100`, on the loopback address alone, or `0.0.0.0:9100`. */
function parseMetricsPort(text: string): { host: string; port: number } {
  const [, host, digits] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (!(port <= PORT_MAX)) throw new Error(`--metrics_port: not a port, or an address with a port: ${text}`);
  return { host: host?.replace(/^\[(.*)\]$/, '$1') ?? '127.0.0.1', port };
}

/** The process's token for the bus; empty without a secret file. */
export function readSecret(options: ProcessOptions): Uint8Array {
  return options.secretFile === undefined ? new Uint8Array() : readFileSync(options.secretFile);
}
