import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { CONTROL_SOCKET, listenForControl } from './control.ts';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'control-'));
  path = join(folder, CONTROL_SOCKET);
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** All that comes back until the other side closes. */
async function ask(...parts: string[]): Promise<string> {
  const socket = connect(path);
  let text = '';
  socket.setEncoding('utf8').on('data', (data: string) => {
    text += data;
  });
  socket.on('error', () => {});
  await once(socket, 'connect');
  for (const part of parts) socket.write(part);
  await once(socket, 'close');
  return text;
}

it('passes on what is asked, and answers with the pid or the reason', async () => {
  const asked: unknown[] = [];
  await listenForControl(path, async (component, instance) => {
    asked.push([component, instance]);
    if (component === 'gateway') throw new Error('the only gateway');
    return 4711;
  });
  expect(statSync(path).mode & 0o777).toBe(0o600);
  const router = `${JSON.stringify({ restart: { component: 'router', instance: 0 } })}\n`;
  expect(await ask(router)).toBe('{"pid":4711}\n');
  expect(await ask(router.slice(0, 9), router.slice(9))).toBe('{"pid":4711}\n');
  expect(await ask('{"restart":{"component":"gateway","instance":3}}\n')).toBe('{"error":"the only gateway"}\n');
  expect(asked).toEqual([
    ['router', 0],
    ['router', 0],
    ['gateway', 3],
  ]);
});

it.each([
  ['no JSON', 'restart router\n'],
  ['nothing asked', '{}\n'],
  ['null', 'null\n'],
])('what it does not understand is an error and nothing else: %s', async (_name, line) => {
  await listenForControl(path, () => Promise.reject(new Error('asked')));
  const { error } = JSON.parse(await ask(line)) as { error: string };
  expect(error).not.toBe('');
  expect(error).not.toBe('asked');
});

it('who says too much without an end is cut off', async () => {
  await listenForControl(path, async () => 1);
  expect(await ask('x'.repeat(5000))).toBe('');
});
