import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startServer } from '../server-process.ts';
import { normalisePage } from './normalise.ts';
import type { RecordedPage, Situation } from './situation.ts';

/** Brings a server into the situation and asks it everything, in order. */
export async function readPages(binary: string, situation: Situation): Promise<Record<string, RecordedPage>> {
  const folder = await mkdtemp(join(tmpdir(), 'skein-pages-'));
  const server = await startServer(binary, { cwd: folder, ...situation.options });
  try {
    const clients = (await situation.prepare?.(server)) ?? [];
    const pages: Record<string, RecordedPage> = {};
    for (const url of situation.urls) {
      pages[url] = await readPage(`http://127.0.0.1:${server.monitoringPort}${url}`, situation.varying);
    }
    for (const one of clients) one.destroy();
    return pages;
  } finally {
    // One in lame duck mode takes its time.
    await server.kill();
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

async function readPage(url: string, varying: readonly string[] = []): Promise<RecordedPage> {
  const answer = await fetch(url);
  const type = answer.headers.get('content-type');
  const text = await answer.text();
  const page = { status: answer.status, type };
  if (!type?.startsWith('application/json')) return { ...page, text };
  const kindAlone = (key: string, value: unknown): unknown => (varying.includes(key) ? `<${typeof value}>` : value);
  return { ...page, body: normalisePage(JSON.parse(text, kindAlone)) };
}
