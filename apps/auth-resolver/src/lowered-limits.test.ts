import type { Peer } from '@skein/bus';
import { expect, it } from 'vitest';
import { enforceLimits, loweredLimits } from './lowered-limits.ts';

const account = (name: string, connectionsMax?: number) => ({ definition: { name, limits: { connectionsMax } } });

it('fewer clients than before are what a limit that is new, or lower, allows', () => {
  const before = [account('same', 3), account('lower', 3), account('higher', 3), account('new'), account('none', 3)];
  const after = [
    ...[account('same', 3), account('lower', 2), account('higher', 4), account('new', 100), account('none', -1)],
    account('was not there', 1),
  ];
  expect(loweredLimits(before, after)).toEqual(['lower', 'new']);
});

it('nobody is sent away before all gateways know of all clients; who has not come so far is asked again, who has left is not', async () => {
  const peers = new Map([1, 2, 3].map((id) => [id, { id, component: id === 3 ? 'monitor' : 'gateway' } as Peer]));
  const asked: string[] = [];
  const notYet = [new Error('revision 5 is not in force yet')];
  const request = async (gateway: number | 'router', method: string, body: string): Promise<string> => {
    asked.push(`${gateway} ${method} ${body}`);
    const failure = gateway === 2 && notYet.shift();
    if (failure) throw failure;
    return '{}';
  };
  await enforceLimits({ peers, request }, async () => {}, ['A', 'B'], 5);
  expect(asked).toEqual([
    '1 counts-settled {"revision":5}',
    '2 counts-settled {"revision":5}',
    '2 counts-settled {"revision":5}',
    '1 account-counted {"account":"A"}',
    '2 account-counted {"account":"A"}',
    '1 account-counted {"account":"B"}',
    '2 account-counted {"account":"B"}',
  ]);
  const leaving = async (): Promise<string> => {
    peers.clear();
    throw new Error('gone');
  };
  await enforceLimits({ peers, request: leaving }, async () => {}, ['A'], 6);
});
