import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Numbers given by `--instance auto` do not meet those that a supervisor gives. */
const AUTO_MIN = 1000;
const AUTO_MAX = 1_000_000;

/** The Unix socket that a process of the node listens on. */
export function socketAddress(runDir: string, component: string, instance: number): string {
  return join(runDir, component === 'router' ? 'router.sock' : `${component}-${instance}.sock`);
}

/**
 * A number of its own for a process whose copies cannot be told apart from outside (scaled services share hostname and
 * flags). Kept in the machine's temporary folder, for the health check that runs beside it.
 */
export function chooseInstance(component: string): number {
  const instance = process.getBuiltinModule('node:crypto').randomInt(AUTO_MIN, AUTO_MAX);
  writeFileSync(noteFile(component), String(instance));
  return instance;
}

/** What `chooseInstance` chose here. */
export function chosenInstance(component: string): number {
  return Number(readFileSync(noteFile(component), 'utf8'));
}

const noteFile = (component: string): string => join(tmpdir(), `skein-${component}.instance`);
