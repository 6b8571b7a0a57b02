import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { UnavailableError } from '../unavailable-error.ts';
import { Readers } from './readers.ts';

class Response extends EventEmitter {
  unread: (() => void) | undefined;
  setTimeout(_ms: number, fn: () => void): this {
    this.unread = fn;
    return this;
  }
  destroy(): this {
    this.emit('close');
    return this;
  }
}

const response = () => new Response() as Response & Pick<ServerResponse, 'setTimeout' | 'once' | 'destroy'>;

it('takes in 64 at once; who has read makes room, and so does who was cut off for not reading', () => {
  const readers = new Readers();
  const all = Array.from({ length: 64 }, response);
  for (const one of all) readers.add(one);
  expect(() => readers.add(response())).toThrow(UnavailableError);
  all[0].emit('close');
  readers.add(response());
  expect(() => readers.add(response())).toThrow(UnavailableError);
  all[1].unread?.();
  readers.add(response());
  expect(() => readers.add(response())).toThrow(UnavailableError);
});
