import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

/** What every process of a node is started with. Configuration comes from the router. */
export interface ProcessOptions {
  /** Holds the sockets of the node's processes. */
  runDir: string;
  /** Proves the component to the router. Absent where the process has none (tests). */
  secretFile?: string;
  /** Router only: the secrets of all components, one file each. */
  secretDir?: string;
  /** From 0, counted per component. */
  instance: number;
}

/** Throws an Error that names the flag. */
export function parseProcessOptions(argv: readonly string[]): ProcessOptions {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      'run-dir': { type: 'string' },
      'secret-file': { type: 'string' },
      'secret-dir': { type: 'string' },
      instance: { type: 'string', default: '0' },
    },
  });
  const runDir = values['run-dir'];
  if (runDir === undefined || runDir === '') throw new Error('--run-dir is required');
  if (!/^\d{1,6}$/.test(values.instance)) throw new Error(`--instance: not a number: ${values.instance}`);
  return {
    runDir,
    secretFile: values['secret-file'],
    secretDir: values['secret-dir'],
    instance: Number(values.instance),
  };
}

/** The process's token for the bus; empty without a secret file. */
export function readSecret(options: ProcessOptions): Uint8Array {
  return options.secretFile === undefined ? new Uint8Array() : readFileSync(options.secretFile);
}
