import { type ProcessStacks, parseStack, type ThreadStack } from './stacks.ts';

interface Report {
  javascriptStack: { stack?: string[] };
  workers: { header: { threadId: number }; javascriptStack: { stack?: string[] } }[];
}

/**
 * This process's own stacks. A worker is interrupted for it whatever it does; the main thread is the one that asks. Costs
 * milliseconds, more with thousands of sockets.
 */
export function ownStacks(): ProcessStacks {
  // Else it would look every socket's address up in the DNS, and wait for it.
  Object.assign(process.report, { excludeNetwork: true });
  const report = process.report.getReport() as unknown as Report;
  const workers = report.workers.map(({ header, javascriptStack }) =>
    running(`worker ${header.threadId}`, javascriptStack.stack),
  );
  return { threads: [running('main', report.javascriptStack.stack), ...workers], waiting: countOf(activeResources()) };
}

const running = (thread: string, stack: string[] = []): ThreadStack => ({
  thread,
  state: 'running',
  frames: parseStack(stack),
});

const activeResources = (): string[] => process.getActiveResourcesInfo();

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
