import { expect, it } from 'vitest';
import { FlowControl } from './flow-control.ts';

const MIB = 1024 * 1024;

/** Sends a byte more than the window, once it has doubled so often. @returns the window's bytes */
function windowAfter(answers: number, flow = new FlowControl('$JS.FC.S.C.')): number {
  for (let i = 0; i < answers; i++) expect(flow.received(flow.ask(i))).toBe(true);
  let sent = 0;
  for (; !flow.isStalled; sent += MIB) flow.sent(MIB);
  return sent - MIB;
}

it('doubles its window with each answer, up to 32 MiB', () => {
  expect([0, 1, 2, 4, 5, 20].map((answers) => windowAfter(answers) / MIB)).toEqual([2, 4, 8, 32, 32, 32]);
});

it('counts what was sent after the question', () => {
  const flow = new FlowControl('$JS.FC.S.C.');
  flow.sent(2 * MIB);
  const asked = flow.ask(1);
  flow.sent(3 * MIB);
  expect(flow.isStalled).toBe(true);
  expect(flow.received('$JS.FC.S.C.other')).toBe(false);
  expect(flow.received(asked)).toBe(true);
  expect([flow.isHalfFull, flow.isStalled]).toEqual([true, false]);
});

it('begins anew with what goes to another place', () => {
  const flow = new FlowControl('$JS.FC.S.C.');
  flow.sent(3 * MIB);
  const asked = flow.ask(1);
  flow.reset();
  expect(flow.received(asked)).toBe(false);
  expect(windowAfter(0, flow)).toBe(2 * MIB);
});
