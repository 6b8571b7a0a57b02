import { expect, it } from 'vitest';
import { Declarations } from './declarations.ts';
import type { FrameWriter } from './frame-writer.ts';

it('the newest number is one that the router has heard of, once everything has been declared', () => {
  const declarations = new Declarations();
  const heard: number[] = [];
  const writer = { interest: (sequence: number) => void heard.push(sequence) } as unknown as FrameWriter;
  const declared = declarations.add('A', 'before.there.is.a.router', '', 1);
  expect(declarations.sequence).toBe(declared);
  declarations.attach(writer);
  declarations.complete();
  expect(heard).toEqual([declarations.sequence]);
  const number = declarations.add('A', 'foo', '', 1);
  expect(declarations.sequence).toBe(number);
  declarations.flush();
  expect(declarations.sequence).toBe(number);
  expect(heard.at(-1)).toBe(number);
});

it('while everything is declared anew, it is one that is still to come', () => {
  const declarations = new Declarations();
  const heard: number[] = [];
  const writer = { interest: (sequence: number) => void heard.push(sequence) } as unknown as FrameWriter;
  declarations.attach(writer);
  declarations.complete();
  declarations.settle(declarations.sequence);
  declarations.attach(null);
  declarations.add('A', 'while.away', '', 1);
  declarations.attach(writer);
  const number = declarations.sequence;
  expect(declarations.isSettled(number)).toBe(false);
  declarations.complete();
  expect(heard.at(-1)).toBe(number);
});
