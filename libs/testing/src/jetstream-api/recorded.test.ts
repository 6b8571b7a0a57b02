import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { RECORDED_FILE, recordedApi } from './recorded.ts';
import { scenes } from './scenes.ts';

const core = new URL('../../../jetstream-core/src/recorded', import.meta.url).pathname;

it('every scene is recorded, step by step', () => {
  const steps = Object.entries(scenes).map(([name, scene]) => [name, scene.steps.length]);
  expect(Object.entries(recordedApi()).map(([name, said]) => [name, said.length])).toEqual(steps);
});

it('at least 120 errors of the catalogue have a case, here or beside the rules', () => {
  const files = readdirSync(core, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  const texts = [RECORDED_FILE, ...files.map((name) => join(core, name))].map((file) => readFileSync(file, 'utf8'));
  const codes = texts.flatMap((text) => [...text.matchAll(/"err_code": ?(\d+)/g)].map(([, code]) => code));
  expect(new Set(codes).size).toBeGreaterThanOrEqual(120);
});
