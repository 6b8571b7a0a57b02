import { defaultOptions } from '@skein/config';
import { defaultJetStreamOptions } from '@skein/config/jetstream';
import { createLogger } from '@skein/log';
import type { ToProcess } from '@skein/process';
import { describe, expect, it } from 'vitest';
import type { ChildCommand, ChildEvents } from './child.ts';
import { StartError, Supervisor } from './supervisor.ts';

class FakeChild {
  readonly sent: ToProcess[] = [];
  killed = false;
  readonly command: ChildCommand;
  readonly events: ChildEvents;
  readonly pid: number;

  constructor(command: ChildCommand, events: ChildEvents, pid: number) {
    this.command = command;
    this.events = events;
    this.pid = pid;
  }

  get component(): string {
    return this.command.program;
  }

  send(message: ToProcess): void {
    this.sent.push(message);
  }

  kill(): void {
    this.killed = true;
    this.events.exited(null, 'SIGKILL');
  }

  inspect(): void {}

  ready(): void {
    this.events.message({ type: 'ready', ports: {} });
  }
}

function setUp(gateways = 1) {
  const children: FakeChild[] = [];
  const files = new Map<string, unknown>();
  const logged: string[] = [];
  let now = 0;
  let timers: { at: number; fn: () => void }[] = [];
  const sink = { write: (text: string) => logged.push(text), dropped: 0, reopen: () => false, close: () => {} };
  const options = defaultOptions();
  options.skein.gateways = gateways;
  const supervisor = new Supervisor({
    options,
    runDir: {
      path: '/run',
      secretDir: '/run/secrets',
      secretFile: (component) => `/run/secrets/${component}`,
      writeJson: (name, content) => files.set(name, content),
      remove: () => {},
    },
    log: createLogger({ sink, pid: 1, process: 'gateway/1', now: () => 0 }),
    startChild: (command, events) => {
      const child = new FakeChild(command, events, children.length + 100);
      children.push(child);
      return child;
    },
    clock: { now: () => now, wallMs: () => now, after: (ms, fn) => timers.push({ at: now + ms, fn }) },
    processorWaitMs: () => 0,
    programOf: (component) => component,
    lines: () => {},
    optionsChanged: () => {},
  });
  const advance = (ms: number, each: () => void = () => {}): void => {
    for (const end = now + ms; now < end; ) {
      now += 100;
      each();
      const due = timers.filter((timer) => timer.at <= now);
      timers = timers.filter((timer) => timer.at > now);
      for (const timer of due) timer.fn();
    }
  };
  const of = (component: string): FakeChild[] => children.filter((child) => child.component === component);
  const listed = (): { component: string; restarts: number; pid: number; up: boolean }[] =>
    (files.get('processes.json') as { processes: never[] }).processes;
  return { supervisor, children, options, advance, of, listed, logged, sink, files };
}

const ready = (children: readonly FakeChild[]): void => {
  for (const child of children) child.ready();
};

const settled = async (promise: Promise<unknown>): Promise<boolean> => {
  let done = false;
  const mark = (): void => {
    done = true;
  };
  promise.then(mark, mark);
  await new Promise((resolve) => setImmediate(resolve));
  return done;
};

it('starts all processes at once, and is ready without the monitor when that listens on no port', async () => {
  const { supervisor, children, of } = setUp(2);
  const started = supervisor.start();
  expect(children.map((child) => child.component)).toEqual([
    'router',
    'gateway',
    'gateway',
    'auth-resolver',
    'monitor',
  ]);
  expect(of('gateway')[1].command.args).toEqual([
    ...['--run-dir', '/run', '--secret-file', '/run/secrets/gateway', '--instance', '1'],
  ]);
  expect(of('router')[0].command.args).toContain('--secret-dir');
  ready(children.filter((child) => child.component !== 'monitor' && child !== of('gateway')[1]));
  expect(await settled(started)).toBe(false);
  of('gateway')[1].ready();
  await started;
});

it('restarts at once what dies, then with growing pauses, and counts', async () => {
  const { supervisor, children, advance, of, listed } = setUp();
  const started = supervisor.start();
  ready(children);
  await started;
  of('router')[0].events.exited(null, 'SIGKILL');
  expect(of('router')).toHaveLength(2);
  of('router')[1].events.exited(70, null);
  expect(of('router')).toHaveLength(2);
  advance(100);
  expect(of('router')).toHaveLength(3);
  expect(listed()[0]).toMatchObject({ component: 'router', restarts: 2, pid: of('router')[2].pid, up: false });
  of('router')[2].ready();
  expect(listed()[0].up).toBe(true);
  expect(children).toHaveLength(6);
});

it('fails when a process says that it cannot start', async () => {
  const { supervisor, of } = setUp();
  const started = supervisor.start();
  of('gateway')[0].events.exited(1, null);
  await expect(started).rejects.toThrow(StartError);
  expect(of('gateway')).toHaveLength(1);
});

it.each([
  ['a gateway of two after 2 s', 2, 'gateway', 2000],
  ['the only gateway after 10 s', 1, 'gateway', 10_000],
  ['another process after 5 s', 1, 'router', 5000],
])('kills a silent process and starts another: %s', async (_name, gateways, component, limitMs) => {
  const { supervisor, children, advance, of } = setUp(gateways);
  const started = supervisor.start();
  ready(children);
  await started;
  const silent = of(component)[0];
  const beat = (): void => {
    for (const child of children) if (child !== silent && !child.killed) child.events.message({ type: 'beat' });
  };
  advance(limitMs, beat);
  expect(silent.killed).toBe(false);
  advance(1000, beat);
  expect(silent.killed).toBe(true);
  expect(children.filter((child) => child.killed)).toHaveLength(1);
  expect(of(component)).toHaveLength((component === 'gateway' ? gateways : 1) + 1);
});

it('starts anew what does not become ready, though it answers, unless the router is missing', async () => {
  const { supervisor, children, advance, of } = setUp();
  void supervisor.start();
  const beat = (): void => {
    for (const child of children) if (!child.killed) child.events.message({ type: 'beat' });
  };
  advance(15_000, beat);
  of('router')[0].ready();
  of('auth-resolver')[0].ready();
  of('monitor')[0].ready();
  advance(5_000, beat);
  expect(children).toHaveLength(4);
  advance(1000, beat);
  expect(of('gateway').map((child) => child.killed)).toEqual([true, false]);
  expect(children).toHaveLength(5);
});

it('stops the monitor first, then gateways, then the others, and kills who does not end', async () => {
  const { supervisor, children, advance, of } = setUp();
  const started = supervisor.start();
  ready(children);
  await started;
  const stopped = supervisor.stop('SIGTERM');
  expect(of('monitor')[0].sent).toEqual([{ type: 'stop', reason: 'SIGTERM' }]);
  expect(of('gateway')[0].sent).toEqual([]);
  of('monitor')[0].events.exited(0, null);
  await settled(stopped);
  expect(of('gateway')[0].sent).toEqual([{ type: 'stop', reason: 'SIGTERM' }]);
  expect(of('router')[0].sent).toEqual([]);
  of('gateway')[0].events.exited(0, null);
  await settled(stopped);
  expect(of('router')[0].sent).toEqual([{ type: 'stop', reason: 'SIGTERM' }]);
  of('auth-resolver')[0].events.exited(0, null);
  expect(await settled(stopped)).toBe(false);
  advance(2000);
  await stopped;
  expect(of('router')[0].killed).toBe(true);
  expect(children).toHaveLength(4);
});

it('follows a changed number of gateways', async () => {
  const { supervisor, children, options, of, listed } = setUp(1);
  const started = supervisor.start();
  ready(children);
  await started;
  const change = (gateways: number): void =>
    of('router')[0].events.message({ type: 'options', options: { ...options, skein: { ...options.skein, gateways } } });
  change(3);
  expect(of('gateway')).toHaveLength(3);
  change(2);
  expect(of('gateway')[2].sent).toEqual([{ type: 'stop', reason: 'fewer gateways configured' }]);
  of('gateway')[2].events.exited(0, null);
  expect(of('gateway')).toHaveLength(3);
  expect(listed().filter((one) => one.component === 'gateway')).toHaveLength(2);
});

it('starts and ends stores as JetStream is switched on and off, with more time to begin than others have', async () => {
  const { supervisor, children, options, of, advance } = setUp(1);
  const started = supervisor.start();
  ready(children);
  await started;
  expect(of('jetstream-store')).toHaveLength(0);
  const change = (jetstream: unknown): void =>
    of('router')[0].events.message({ type: 'options', options: { ...options, jetstream } });
  change(defaultJetStreamOptions());
  const [store] = of('jetstream-store');
  // Without a router, nobody could become ready.
  const beat = (): void => of('router')[0].events.message({ type: 'beat' });
  advance(60_000, beat);
  expect(store.killed).toBe(false);
  advance(70_000, beat);
  expect(store.killed).toBe(true);
  const [, next] = of('jetstream-store');
  next.ready();
  change(undefined);
  expect(next.sent).toEqual([{ type: 'stop', reason: 'fewer jetstream-stores configured' }]);
});

it('hands a reload to the router alone', async () => {
  const { supervisor, children, of } = setUp();
  const started = supervisor.start();
  ready(children);
  await started;
  supervisor.reload();
  expect(of('router')[0].sent).toEqual([{ type: 'reload' }]);
  expect(children.flatMap((child) => child.sent)).toHaveLength(1);
});

describe('lame duck mode', () => {
  it('the monitor knows, the gateways go and do not come back, all others stay', async () => {
    const { supervisor, children, of } = setUp(2);
    const started = supervisor.start();
    ready(children);
    await started;
    const left = supervisor.lameDuck();
    expect([...of('monitor'), ...of('gateway')].map(({ sent }) => sent)).toEqual(Array(3).fill([{ type: 'lameDuck' }]));
    of('gateway')[1].events.exited(0, null);
    expect(await settled(left)).toBe(false);
    of('gateway')[0].events.exited(null, 'SIGKILL');
    await left;
    expect(of('gateway')).toHaveLength(2);
    expect([...of('router'), ...of('auth-resolver')].flatMap(({ sent }) => sent)).toEqual([]);
  });

  it('a new monitor is told as well, and a reload brings no new gateways', async () => {
    const { supervisor, children, options, of } = setUp();
    const started = supervisor.start();
    ready(children);
    await started;
    void supervisor.lameDuck();
    of('monitor')[0].events.exited(null, 'SIGKILL');
    of('monitor')[1].ready();
    expect(of('monitor')[1].sent).toEqual([{ type: 'lameDuck' }]);
    of('router')[0].events.message({ type: 'options', options: { ...options, skein: { gateways: 3 } } });
    expect(of('gateway')).toHaveLength(1);
  });
});

describe('restarting one process', () => {
  async function running(gateways = 1) {
    const bench = setUp(gateways);
    const started = bench.supervisor.start();
    ready(bench.children);
    await started;
    return bench;
  }

  it('ends it in order and starts it at once, however often', async () => {
    const { supervisor, of, logged, listed } = await running();
    for (let i = 0; i < 5; i++) {
      const restarted = supervisor.restart('router', 0);
      expect(of('router')[i].sent).toEqual([{ type: 'stop', reason: 'restart' }]);
      of('router')[i].events.exited(0, null);
      expect(await settled(restarted)).toBe(false);
      of('router')[i + 1].ready();
      expect(await restarted).toBe(of('router')[i + 1].pid);
    }
    expect(listed()[0].restarts).toBe(5);
    expect(logged.filter((line) => line.includes('[ERR]'))).toEqual([]);
  });

  it('kills one that does not end, and not the one after it', async () => {
    const { supervisor, advance, of } = await running();
    const restarted = supervisor.restart('monitor', 0);
    advance(2600);
    expect(of('monitor').map(({ killed }) => killed)).toEqual([true, false]);
    of('monitor')[1].ready();
    await restarted;
    const again = supervisor.restart('monitor', 0);
    of('monitor')[1].events.exited(0, null);
    of('monitor')[2].ready();
    await again;
    advance(3000);
    expect(of('monitor').map(({ killed }) => killed)).toEqual([true, false, false]);
  });

  it('sends a gateway into lame duck mode, for as long as that takes', async () => {
    const { supervisor, advance, of } = await running(2);
    const restarted = supervisor.restart('gateway', 1);
    expect(of('gateway').map(({ sent }) => sent)).toEqual([[], [{ type: 'lameDuck' }]]);
    advance(120_000, () => {
      for (const child of of('gateway')) child.events.message({ type: 'beat' });
    });
    expect(of('gateway').filter(({ killed }) => killed)).toEqual([]);
    await expect(supervisor.restart('gateway', 0)).rejects.toThrow('gateway 0 is the only gateway');
    await expect(supervisor.restart('gateway', 1)).rejects.toThrow('being started anew already');
    of('gateway')[1].events.exited(0, null);
    of('gateway')[2].ready();
    expect(await restarted).toBe(of('gateway')[2].pid);
  });

  it('refuses what is not there, the only gateway, and a node that leaves', async () => {
    const { supervisor } = await running();
    await expect(supervisor.restart('gateway', 1)).rejects.toThrow('there is no gateway 1');
    await expect(supervisor.restart('gateway', 0)).rejects.toThrow('nowhere to go');
    void supervisor.lameDuck();
    await expect(supervisor.restart('router', 0)).rejects.toThrow('the node is leaving');
  });
});

it('tells the monitor how many log lines were lost', async () => {
  const { supervisor, children, advance, sink, files } = setUp();
  const started = supervisor.start();
  ready(children);
  await started;
  expect(files.get('processes.json')).toMatchObject({ logLinesDropped: 0 });
  sink.dropped = 7;
  advance(1000);
  expect(files.get('processes.json')).toMatchObject({ logLinesDropped: 7 });
});
