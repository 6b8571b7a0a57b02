import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { completeOptions } from '@skein/config/options';
import { describe, expect, it } from 'vitest';
import type { RouterState } from './state.ts';
import { SimulatedNode } from './testing/simulated-node.ts';

// A router takes over what the router of a neighbouring release has left, when a node is upgraded or taken back process by
// process. What each release leaves is kept: `state.json` of a node with two gateways, users, WebSocket.

const folder = join(import.meta.dirname, 'testdata');
const released = readdirSync(folder).filter((name) => /^state-.*\.json$/.test(name));

/** Every value's place, with its type. */
function shape(value: unknown, path = ''): string[] {
  if (typeof value !== 'object' || value === null) return [`${path} ${typeof value}`];
  if (Array.isArray(value)) return [...new Set(value.flatMap((one) => shape(one, `${path}[]`)))];
  return Object.entries(value).flatMap(([key, one]) => shape(one, `${path}.${key}`));
}

it('there is something to be held to', () => {
  expect(released.length).toBeGreaterThan(0);
});

describe.each(released)('%s', (name) => {
  const former = (): RouterState => JSON.parse(readFileSync(join(folder, name), 'utf8'));
  const takenOver = (): SimulatedNode => new SimulatedNode(1, {}, former());

  it('is the node that it was', async () => {
    const { options, identity, epoch, processIdMax } = former();
    const node = takenOver();
    const gateways = [node.gateway(0), node.gateway(1)];
    await node.until(() => gateways.every(({ listening }) => listening));
    expect(node.router.options).toEqual(completeOptions(options));
    expect(node.state.identity).toEqual(identity);
    expect(node.state.epoch).toBe((epoch as number) + 1);
    // Neither ids of processes nor of connections are given twice.
    for (const { member } of gateways) expect(member.id).toBeGreaterThan(processIdMax as number);
  });

  it('what is left now has all that was left then, so that the former one can take over again', async () => {
    const node = takenOver();
    const gateways = [node.gateway(0), node.gateway(1)];
    await node.until(() => gateways.every(({ listening }) => listening));
    expect(shape(node.state)).toEqual(expect.arrayContaining(shape(former())));
  });

  it('what the next release adds is no harm', async () => {
    const state = former();
    const later = { ...state, later: [1], options: { ...state.options, later: { a: 1 } } };
    const node = new SimulatedNode(1, {}, later as RouterState);
    const gateway = node.gateway(0);
    await node.until(() => gateway.listening);
    expect(node.router.options).toMatchObject(state.options);
  });
});
