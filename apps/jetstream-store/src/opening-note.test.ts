import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { OpeningNote } from './opening-note.ts';

const MINUTE_MS = 60_000;
const START_MS = Date.UTC(2026, 0, 1);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'skein-note-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const begun = (afterMs: number): Promise<boolean> => new OpeningNote(folder).begin(START_MS + afterMs);

it('has what is there checked after two deaths soon after opening, until it is found whole', async () => {
  expect(await begun(0)).toBe(false);
  expect(await begun(1)).toBe(false);
  expect(await begun(2)).toBe(true);
  // Harmed: nothing was opened, however long ago that was.
  const last = new OpeningNote(folder);
  expect(await last.begin(START_MS + 1000 * MINUTE_MS)).toBe(true);
  await last.checked();
  expect(await begun(1001 * MINUTE_MS)).toBe(false);
  expect(await begun(1002 * MINUTE_MS)).toBe(true);
});

it('does not count what ended in order, or could not be opened', async () => {
  for (let at = 0; at < 5; at++) {
    const note = new OpeningNote(folder);
    expect(await note.begin(START_MS + at)).toBe(false);
    await note.ended();
  }
  expect(readdirSync(folder)).toEqual([]);
  await begun(10);
  // Another process has it open, and goes on having it.
  for (let at = 11; at < 15; at++) {
    const note = new OpeningNote(folder);
    expect(await note.begin(START_MS + at)).toBe(false);
    await note.takenBack();
  }
  expect(await begun(20)).toBe(false);
  expect(await begun(21)).toBe(true);
});

it('does not count the death of one that was open for long', async () => {
  for (let life = 0; life < 5; life++) expect(await begun(life * 11 * MINUTE_MS)).toBe(false);
});

it.each(['', '{"deaths":"', '{"deaths":"9","openedMs":0}', 'null'])('begins anew when it says %j', async (text) => {
  writeFileSync(join(folder, 'opened.json'), text);
  expect(await begun(0)).toBe(false);
  expect(await begun(1)).toBe(false);
  expect(await begun(2)).toBe(true);
});

it('keeps nothing from being opened when it cannot be written', async () => {
  rmSync(folder, { recursive: true });
  for (let at = 0; at < 5; at++) expect(await begun(at)).toBe(false);
});
