import { expect, it } from 'vitest';
import { type AccountDefinition, newDefinition, type ServiceImport, type StreamImport } from './definition.ts';
import { AccountGraph } from './graph.ts';

const define = (name: string, more: Partial<AccountDefinition> = {}): AccountDefinition => ({
  ...newDefinition(name),
  ...more,
});
const stream = (account: string, subject: string, to?: string): StreamImport => ({
  ...{ kind: 'stream', account, subject, allowTrace: false },
  ...(to === undefined ? {} : { to }),
});
const service = (account: string, subject: string, to?: string): ServiceImport => ({
  ...{ kind: 'service', account, subject, share: false },
  ...(to === undefined ? {} : { to }),
});

/** Where a subject goes from an account, as `account subject`. */
function leads(graph: AccountGraph, account: string, subject: string): string[] {
  const ways = graph.ways(account)?.match(subject).plain ?? [];
  return ways.map((way) => `${way.account} ${way.transform?.apply(subject) ?? subject}`).sort();
}

const exporter = define('A', {
  exports: [
    { kind: 'stream', subject: 's.>' },
    { kind: 'service', subject: 'q.*.*', responseType: 'Singleton', allowTrace: false },
  ],
});

it('a stream leads to its importers, a service to its exporter, by the names that they go by there', () => {
  const graph = new AccountGraph();
  graph.set(exporter);
  graph.set(define('B', { imports: [stream('A', 's.*.>', 'b.$1.x.>'), service('A', 'q.*.*', 'ask.$2.of.$1')] }));
  graph.set(define('C', { imports: [stream('A', 's.a.>'), service('A', 'q.1.2', 'one')] }));
  expect(leads(graph, 'A', 's.a.b.c')).toEqual(['B b.a.x.b.c', 'C s.a.b.c']);
  expect(leads(graph, 'A', 's.b.b')).toEqual(['B b.b.x.b']);
  expect(leads(graph, 'B', 'ask.x.of.y')).toEqual(['A q.y.x']);
  expect(leads(graph, 'C', 'one')).toEqual(['A q.1.2']);
  expect(leads(graph, 'A', 'q.1.2')).toEqual([]);
});

it('says whose ways a change touches: the account itself, whom it imports from, and who imports from it', () => {
  const graph = new AccountGraph();
  expect([...graph.set(define('B', { imports: [stream('A', 's.x')] }))].sort()).toEqual(['A', 'B']);
  expect([...graph.set(exporter)].sort()).toEqual(['A', 'B']);
  expect(leads(graph, 'A', 's.x')).toEqual(['B s.x']);
  expect([...graph.set(define('B', { imports: [stream('C', 's.x')] }))].sort()).toEqual(['A', 'B', 'C']);
  expect(leads(graph, 'A', 's.x')).toEqual([]);
  expect([...graph.delete('A')]).toEqual(['A']);
  expect(graph.get('A')).toBeUndefined();
});

it('what an exporter does not let through leads nowhere, nor what cannot be renamed', () => {
  const graph = new AccountGraph();
  const only = { accounts: ['C'] };
  graph.set(
    define('A', {
      exports: [
        { kind: 'stream', subject: 's.*', ...only },
        { kind: 'stream', subject: 't.*.*', accountTokenPosition: 2 },
      ],
    }),
  );
  const imports = [stream('A', 's.*'), stream('A', 's.>'), stream('A', 't.B.*', 'x'), stream('A', 't.C.*')];
  graph.set(define('B', { imports }));
  expect(leads(graph, 'A', 's.x')).toEqual([]);
  expect(leads(graph, 'A', 't.C.x')).toEqual([]);
  expect(leads(graph, 'A', 't.B.x')).toEqual(['B x']);
  // Its right was proven otherwise.
  graph.set(define('B', { imports: [{ ...stream('A', 's.*'), activated: true }, stream('A', 't.B.*', 'x.$2')] }));
  expect(leads(graph, 'A', 's.x')).toEqual(['B s.x']);
  expect(leads(graph, 'A', 't.B.x')).toEqual([]);
});

it('everybody may ask the system account about themselves; it may ask about its own user', () => {
  const graph = new AccountGraph();
  expect(graph.ways('A')).toBeNull();
  graph.systemAccount = 'S';
  expect(leads(graph, 'A', '$SYS.REQ.SERVER.PING.CONNZ')).toEqual(['S $SYS.REQ.ACCOUNT.A.CONNZ']);
  expect(leads(graph, 'S', '$SYS.REQ.USER.INFO')).toEqual(['S $SYS.REQ.USER.S.INFO']);
  expect(leads(graph, 'S', '$SYS.REQ.ACCOUNT.PING.CONNZ')).toEqual([]);
});

it.each(['a.>', 'a b', '*', ''])('an account called "%s" has nobody to ask, and its messages go on', (name) => {
  const graph = new AccountGraph();
  graph.systemAccount = '$SYS';
  graph.set(define('$SYS'));
  graph.set(define(name));
  expect(leads(graph, name, '$SYS.REQ.USER.INFO').length).toBeLessThanOrEqual(1);
  expect(leads(graph, name, 'anything')).toEqual([]);
});
