import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { FakeNode } from './testing/fake-node.ts';

const SIZE = '96m';
/** What somebody else leaves of it: less than the reserve, and enough for LevelDB to compact all that is there, whenever it does. */
const LEFT_BYTES = 46 << 20;
let disk: string;
let isMounted = false;

/** A small disk; not everybody may mount one. */
beforeAll(() => {
  disk = mkdtempSync(join(tmpdir(), 'skein-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', disk], { stdio: 'ignore' });
    isMounted = true;
  } catch {
    // The test says so.
  }
});

afterAll(() => {
  if (isMounted) execFileSync('umount', [disk]);
  rmSync(disk, { recursive: true });
});

it('a full disk: messages are refused, all else goes on, and messages are stored again when there is room', async ({
  skip,
  onTestFinished,
}) => {
  if (!isMounted) skip('nothing can be mounted here');
  const node = await FakeNode.start({ storeDir: disk });
  onTestFinished(() => node.stop());
  const publish = async (): Promise<Record<string, unknown>> =>
    JSON.parse((await node.request('a', crypto.getRandomValues(Buffer.alloc(64 * 1024)))).body);
  await node.ask('$JS.API.STREAM.CREATE.S', { name: 'S', subjects: ['a'] });
  const config = { durable_name: 'C', ack_policy: 'explicit' };
  await node.ask('$JS.API.CONSUMER.CREATE.S.C', { stream_name: 'S', config });

  for (let i = 0; i < 400; i++) expect(await publish()).toEqual({ stream: 'S', seq: i + 1 });
  const { bavail, bsize } = statfsSync(disk);
  writeFileSync(join(disk, 'other'), Buffer.alloc(bavail * bsize - LEFT_BYTES));
  let stored = 400;
  for (let answer = await publish(); answer.error === undefined; answer = await publish()) stored = Number(answer.seq);
  expect(await publish()).toMatchObject({ error: { code: 503, err_code: 10077 } });
  expect(await node.ask('$JS.API.STREAM.CREATE.T', { name: 'T' })).toMatchObject({ error: { err_code: 10047 } });

  for (const isRestarted of [false, true]) {
    if (isRestarted) await node.restart();
    expect(await publish()).toMatchObject({ error: { err_code: 10077 } });
    for (let i = 0; i < 50; i++) {
      const { reply, body } = await node.request('$JS.API.CONSUMER.MSG.NEXT.S.C', '1');
      expect(body).toHaveLength(64 * 1024);
      expect((await node.request(reply, '+ACK')).body).toBe('');
    }
    const seq = isRestarted ? 2 : 1;
    expect(await node.ask('$JS.API.STREAM.MSG.GET.S', { seq })).toMatchObject({ message: { seq } });
    expect(await node.ask('$JS.API.STREAM.MSG.DELETE.S', { seq })).toMatchObject({ success: true });
  }
  expect(await node.ask('$JS.API.CONSUMER.INFO.S.C')).toMatchObject({ ack_floor: { consumer_seq: 100 } });
  expect(await node.ask('$JS.API.STREAM.INFO.S')).toMatchObject({ state: { last_seq: stored, messages: stored - 2 } });

  expect(await node.ask('$JS.API.STREAM.PURGE.S', { keep: 10 })).toMatchObject({ success: true });
  await node.logged(/messages are stored again/);
  expect(await publish()).toMatchObject({ seq: stored + 1 });
});
