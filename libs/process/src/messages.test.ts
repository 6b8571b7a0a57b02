import fc from 'fast-check';
import { expect, it } from 'vitest';
import { encodeMessage, type FromProcess, MessageReader } from './messages.ts';

it('reads what was written, however it is cut', () => {
  const message = fc.oneof(
    fc.constant<FromProcess>({ type: 'beat' }),
    fc.record({ type: fc.constant('ready' as const), ports: fc.dictionary(fc.string(), fc.nat()) }),
    fc.record({ type: fc.constant('options' as const), options: fc.jsonValue() }),
  );
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat(200)), (messages, cuts) => {
      const text = messages.map(encodeMessage).join('');
      const reader = new MessageReader<FromProcess>();
      const read: FromProcess[] = [];
      let at = 0;
      for (const cut of [...cuts, text.length]) {
        reader.push(text.slice(at, at + cut), (one) => read.push(one));
        at = Math.min(text.length, at + cut);
      }
      expect(read).toEqual(messages.map((one) => JSON.parse(JSON.stringify(one))));
    }),
  );
});

it('refuses what is no message', () => {
  expect(() => new MessageReader<FromProcess>().push('{nonsense\n', () => {})).toThrow();
});
