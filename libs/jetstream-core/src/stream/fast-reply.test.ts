import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FastReplies, fastReply } from './fast-reply.ts';

/** As one would write it, with strings: id, flow, mode, place and step of a subject. */
function naively(subject: string): (string | number | boolean)[] | undefined {
  const tokens = subject.split('.');
  if (tokens.length < 7 || (tokens.length === 7 && tokens[0] === '')) return undefined;
  const [id, flow, mode, place, step] = tokens.slice(-6) as [string, string, string, string, string];
  const isForm = /^\d{1,20}$/.test(place) && Number(place) >= 1 && /^[0-4]$/.test(step);
  if (id === '' || !isForm || (mode !== 'ok' && mode !== 'fail')) return undefined;
  const isFirst = Number(place) === 1;
  if (step === '0' ? !isFirst : isFirst && (step === '1' || step === '3')) return undefined;
  return [id, (/^\d+$/.test(flow) && Number(flow)) || 10, mode === 'ok', Number(place), Number(step)];
}

const subject = fc
  .record({
    prefix: fc.constantFrom('in.box', 'in', '', 'a.'),
    id: fc.constantFrom('u', 'v', ''),
    flow: fc.constantFrom('100', '0', 'x', ''),
    mode: fc.constantFrom('ok', 'fail', 'other'),
    place: fc.constantFrom('1', '2', '10', '007', '0', '00', '', 'x', '1x', '999999999999999'),
    step: fc.constantFrom('0', '1', '2', '3', '4', '5', '', '12', 'x'),
  })
  .map(({ prefix, id, flow, mode, place, step }) => `${prefix}.${id}.${flow}.${mode}.${place}.${step}.$FI`);

it('reads what a naive reader reads, whatever came before', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(subject, fc.constantFrom('.$FI', 'a.$FI', '1.0.$FI')), { minLength: 1 }), (all) => {
      const replies = new FastReplies();
      for (const one of all) {
        // Where it is reached may look like anything.
        const buf = Buffer.from(`.1.2${one}behind`);
        const end = 4 + one.length;
        const head = replies.read(buf, 4, end);
        const read = head && [head.id, head.flow, head.allowsGaps, replies.place, replies.step];
        expect(read).toEqual(naively(one));
        if (head !== undefined) expect(fastReply(head, replies.place, replies.step)).toBe(`.1.2${one}`);
      }
    }),
  );
});

it('takes no place that is no exact number', () => {
  const read = (place: string): unknown => {
    const buf = Buffer.from(`in.u.10.ok.${place}.1.$FI`);
    return new FastReplies().read(buf, 0, buf.length);
  };
  expect(read('9'.repeat(15))).toBeDefined();
  expect(read('9'.repeat(16))).toBeUndefined();
  expect(read('9'.repeat(400))).toBeUndefined();
});
