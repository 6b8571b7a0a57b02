import { type NodeOptions, NodeStartError, type RunningNode, startNode } from './node.ts';

const EXIT_FAILED = 1;
/** As Go's runtime: after SIGQUIT. */
const EXIT_STACKS = 2;
const EXIT_INTERNAL = 70;

/** As nats-server names them in its log. */
const names = {
  SIGHUP: 'hangup',
  SIGINT: 'interrupt',
  SIGQUIT: 'quit',
  SIGTERM: 'terminated',
  SIGUSR1: 'user defined signal 1',
  SIGUSR2: 'user defined signal 2',
} as const;

type Followed = keyof typeof names;

/** Runs a node in this process until a signal ends it: exit code 0 after a stop in order, 1 when it could not start. */
export async function runNode(options: NodeOptions): Promise<void> {
  // To pgrep, pidof and --signal a node is one process of this name.
  process.title = 'nats-server';
  const waiting: Followed[] = [];
  let node: RunningNode | undefined;
  for (const signal of Object.keys(names) as Followed[]) {
    process.on(signal, () => {
      if (node === undefined && signal === 'SIGQUIT') process.exit(EXIT_STACKS);
      if (node === undefined) waiting.push(signal);
      else follow(node, signal);
    });
  }
  try {
    node = await startNode(options);
  } catch (error) {
    if (error instanceof NodeStartError) process.exit(EXIT_FAILED);
    process.stderr.write(`nats-server: ${error instanceof Error ? error.stack : error}\n`);
    process.exit(EXIT_INTERNAL);
  }
  for (const signal of waiting) follow(node, signal);
}

let stopping = false;
let lameDuck = false;

function follow(node: RunningNode, signal: Followed): void {
  // It is the way out of a stop that hangs, too.
  if (signal === 'SIGQUIT') {
    void tellStacks(node);
    return;
  }
  if (stopping) return;
  node.log.info(`Trapped "${names[signal]}" signal`);
  switch (signal) {
    case 'SIGHUP':
      node.reload();
      return;
    case 'SIGUSR1':
      node.reopenLog();
      return;
    case 'SIGUSR2':
      if (lameDuck) return;
      lameDuck = true;
      void node.lameDuck().then(() => stop(node, 'lame duck mode'));
      return;
    default:
      // As in nats-server: a rollout says USR2, then TERM, and the clients' time is not cut short by that.
      if (!lameDuck) stop(node, signal);
  }
}

/** What every process does, then the end at once: the others end with this one. */
async function tellStacks(node: RunningNode): Promise<void> {
  process.stderr.write(`SIGQUIT: quit\n\n${await node.stacks()}\n`, () => process.exit(EXIT_STACKS));
}

function stop(node: RunningNode, reason: string): void {
  stopping = true;
  node.stop(reason).then(
    () => process.exit(0),
    (error: Error) => {
      node.log.fatal(`${error.stack}`);
      process.exit(EXIT_INTERNAL);
    },
  );
}
