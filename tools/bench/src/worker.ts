import { type RoleName, roles } from './roles/index.ts';

/** One call of a role's method, and its outcome. */
export type Call = { id: number; method: string; argument: unknown };
export type Outcome = { id: number; result?: unknown; error?: string };

const role = new roles[process.argv[2] as RoleName]() as unknown as Record<string, (argument: unknown) => unknown>;

process.on('message', async ({ id, method, argument }: Call) => {
  let outcome: Outcome;
  try {
    outcome = { id, result: await role[method](argument) };
  } catch (error) {
    outcome = { id, error: (error as Error).message };
  }
  process.send?.(outcome);
});

// The parent is gone, or has enough.
process.on('disconnect', () => process.exit(0));
