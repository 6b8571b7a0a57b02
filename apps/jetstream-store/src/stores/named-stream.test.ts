import { expect, it } from 'vitest';
import { namedStream } from './named-stream.ts';

it.each([
  ['$JS.API.STREAM.INFO.ORDERS', 'ORDERS'],
  ['$JS.API.STREAM.CREATE.ORDERS', 'ORDERS'],
  ['$JS.API.CONSUMER.CREATE.ORDERS.C.orders.eu', 'ORDERS'],
  ['$JS.API.CONSUMER.MSG.NEXT.ORDERS.C', 'ORDERS'],
  ['$JS.API.DIRECT.GET.ORDERS.orders.eu', 'ORDERS'],
  ['$JS.ACK.ORDERS.C.1.2.3.1700000000000000000.0', 'ORDERS'],
  ['$JS.FC.ORDERS.C.x', 'ORDERS'],
  // Decided, or put together, where streams are created.
  ['$JS.API.STREAM.UPDATE.ORDERS', undefined],
  ['$JS.API.STREAM.RESTORE.ORDERS', undefined],
  ['$JS.API.STREAM.NAMES', undefined],
  ['$JS.API.INFO', undefined],
  ['$JS.EVENT.ADVISORY.API', undefined],
])('%s', (subject, stream) => expect(namedStream(subject)).toBe(stream));
