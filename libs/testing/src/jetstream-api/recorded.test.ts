import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { scenes } from './scenes.ts';

const own = new URL('recorded.json', import.meta.url).pathname;
const core = new URL('../../../jetstream-core/src/recorded', import.meta.url).pathname;

it('every scene is recorded, step by step', () => {
  const recorded: Record<string, { asked: string }[]> = JSON.parse(readFileSync(own, 'utf8'));
  const steps = Object.entries(scenes).map(([name, scene]) => [name, scene.steps.length]);
  expect(Object.entries(recorded).map(([name, said]) => [name, said.length])).toEqual(steps);
});

it('at least 120 errors of the catalogue have a case, here or beside the rules', () => {
  const files = readdirSync(core, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.json'));
  const texts = [own, ...files.map((name) => join(core, name))].map((file) => readFileSync(file, 'utf8'));
  const codes = texts.flatMap((text) => [...text.matchAll(/"err_code": ?(\d+)/g)].map(([, code]) => code));
  expect(new Set(codes).size).toBeGreaterThanOrEqual(120);
});
