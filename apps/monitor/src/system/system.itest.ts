import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { converse, type Facts } from './conversation.ts';
import { differences, exceptions } from './differences.ts';

const binary = process.env.SKEIN_SERVER ?? fileURLToPath(new URL('../../../../tools/nats-server', import.meta.url));
const recorded: Facts = JSON.parse(readFileSync(new URL('../recorded/system.json', import.meta.url), 'utf8'));

describe('the system account says what nats-server’s says', async () => {
  const silent = new Set(Object.keys(recorded.answers).filter((name) => recorded.answers[name] === null));
  const own = await converse(binary, silent);

  it.each(Object.keys(recorded.answers))('%s', (name) => {
    expect(differences(recorded.answers[name], own.answers[name])).toEqual(exceptions[name] ?? []);
  });

  it.each(Object.keys(recorded.events))('event %s', (name) => {
    expect(differences(recorded.events[name], own.events[name])).toEqual(exceptions[name] ?? []);
  });

  it('and nothing else', () => {
    expect(Object.keys(own.events).sort()).toEqual(Object.keys(recorded.events).sort());
  });
});
