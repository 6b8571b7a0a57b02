import type { Peer } from '@skein/bus';
import { expect, it } from 'vitest';
import { processStates } from './process-states.ts';

const peer = (component: Peer['component'], instance: number, id = 1): Peer => ({
  ...{ id, component, instance, address: '', pid: 7 },
});
const listed = (component: string, instance: number, restarts: number) => ({
  ...{ component, instance, restarts, pid: 7, up: true, startedUnixMs: 0 },
});
const answer = (of: Peer, body: object, ageMs = 0) => ({ peer: of, body, ageMs });

it('tells processes apart by component and instance: in containers they all have the same pid', () => {
  const gateways = [peer('gateway', 1001), peer('gateway', 1002)];
  const answers = [answer(gateways[0], { connections: 1 }), answer(gateways[1], { connections: 2 })];
  expect(processStates([], gateways, [...answers, answer(peer('router', 0), {})])).toEqual([
    { component: 'gateway', instance: 1001, up: true, last: { figures: { connections: 1 }, ageMs: 0 } },
    { component: 'gateway', instance: 1002, up: true, last: { figures: { connections: 2 }, ageMs: 0 } },
    { component: 'router', instance: 0, up: true, last: { figures: {}, ageMs: 0 } },
  ]);
});

it('shows who was started but says nothing, and who is stalled as it was', () => {
  const stalled = answer(peer('gateway', 0), { connections: 3 }, 1500);
  expect(processStates([listed('gateway', 0, 2), listed('auth-resolver', 0, 4)], [], [stalled])).toEqual([
    { component: 'auth-resolver', instance: 0, up: false, restarts: 4 },
    { component: 'gateway', instance: 0, up: false, restarts: 2, last: { figures: { connections: 3 }, ageMs: 1500 } },
    { component: 'router', instance: 0, up: false },
  ]);
});
