import { startServer } from '../server-process.ts';
import { normalisePage } from './normalise.ts';
import type { RecordedPage, Situation } from './situation.ts';

/** Brings a server into the situation and asks it everything, in order. */
export async function readPages(binary: string, situation: Situation): Promise<Record<string, RecordedPage>> {
  const server = await startServer(binary, situation.options);
  try {
    const clients = (await situation.prepare?.(server)) ?? [];
    const pages: Record<string, RecordedPage> = {};
    for (const url of situation.urls) pages[url] = await readPage(`http://127.0.0.1:${server.monitoringPort}${url}`);
    for (const one of clients) one.destroy();
    return pages;
  } finally {
    // One in lame duck mode takes its time.
    await server.kill();
    await server.stop();
  }
}

async function readPage(url: string): Promise<RecordedPage> {
  const answer = await fetch(url);
  const type = answer.headers.get('content-type');
  const text = await answer.text();
  const page = { status: answer.status, type };
  return type?.startsWith('application/json') ? { ...page, body: normalisePage(JSON.parse(text)) } : { ...page, text };
}
