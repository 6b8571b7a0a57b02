import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ParseFault, Parser, type ParserSink, type PubLine } from './index.ts';

const LIMITS = { controlLineBytesMax: 256, payloadBytesMax: 100_000 };

/** Writes down what it is told, so that two ways of reading one stream can be compared. */
class Recorder implements ParserSink<never> {
  readonly events: string[] = [];
  passes = true;

  connect(json: string): void {
    this.events.push(`connect ${json}`);
  }
  publish(line: PubLine<never>, payload: Buffer, start: number, end: number): void {
    const subject = line.subject.toString('latin1', 0, line.subjectLength);
    const reply = line.reply.toString('latin1', line.replyStart, line.replyStart + line.replyLength);
    this.events.push(`pub ${subject} ${reply} ${line.headerBytes} ${payload.toString('latin1', start, end)}`);
  }
  subscribe(subject: string, queue: string, sid: string): void {
    this.events.push(`sub ${subject} ${queue} ${sid}`);
  }
  unsubscribe(sid: string, max: number): void {
    this.events.push(`unsub ${sid} ${max}`);
  }
  ping(): void {
    this.events.push('ping');
  }
  pong(): void {
    this.events.push('pong');
  }
  peerError(text: string): void {
    this.events.push(`err ${text}`);
  }
  mayPass(): boolean {
    return this.passes;
  }
  fault(fault: ParseFault): void {
    this.events.push(`fault ${fault}`);
  }
}

function read(stream: Buffer, cuts: readonly number[], headroomBytes: number): string[] {
  const recorder = new Recorder();
  const parser = new Parser<never>(recorder, LIMITS);
  parser.headers = true;
  const bounds = [0, ...[...cuts].map((cut) => cut % (stream.length + 1)).sort((a, b) => a - b), stream.length];
  // As the gateway does: one buffer for all reads, what was kept goes in front.
  const shared = Buffer.alloc(headroomBytes + stream.length, 0x2a);
  for (let i = 1; i < bounds.length; i++) {
    const bytes = stream.copy(shared, headroomBytes, bounds[i - 1], bounds[i]);
    parser.feed(shared, headroomBytes, headroomBytes + bytes, headroomBytes > 0);
    shared.fill(0x2a);
  }
  return recorder.events;
}

const subject = fc.constantFrom('foo', 'foo.bar', 'a.b.c.d', '_INBOX.abc.1', 'grüße'.normalize());
const gap = fc.constantFrom(' ', '  ', '\t', ' \t ');
const end = fc.constantFrom('\r\n', '\n', ' \r\n');
const verb = (name: string) =>
  fc.constantFrom(name, name.toLowerCase(), `${name.slice(0, 1).toLowerCase()}${name.slice(1)}`);
const payload = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.constantFrom('', '\r\n', 'PING\r\n', 'x'.repeat(3000), 'y'.repeat(40_000)),
);
const reply = fc.option(subject, { nil: undefined });
const command = fc.oneof(
  fc.tuple(verb('PUB'), gap, subject, reply, payload, end).map(([v, g, s, r, p, e]) => {
    const bytes = Buffer.byteLength(p);
    return `${v}${g}${s}${r === undefined ? '' : `${g}${r}`}${g}${bytes}${e}${p}\r\n`;
  }),
  fc.tuple(verb('HPUB'), gap, subject, reply, payload, end).map(([v, g, s, r, p, e]) => {
    const headers = 'NATS/1.0\r\nA: b\r\n\r\n';
    const total = headers.length + Buffer.byteLength(p);
    return `${v}${g}${s}${r === undefined ? '' : `${g}${r}`}${g}${headers.length}${g}${total}${e}${headers}${p}\r\n`;
  }),
  fc
    .tuple(verb('SUB'), gap, subject, fc.option(fc.constant('q')), fc.nat(99), end)
    .map(([v, g, s, q, sid, e]) => `${v}${g}${s}${q === null ? '' : `${g}${q}`}${g}${sid}${e}`),
  fc.tuple(verb('UNSUB'), gap, fc.nat(99), end).map(([v, g, sid, e]) => `${v}${g}${sid}${g}5${e}`),
  fc.tuple(verb('PING'), end).map(([v, e]) => `${v}${e}`),
  fc.tuple(verb('PONG'), end).map(([v, e]) => `${v}${e}`),
  fc.tuple(verb('CONNECT'), end).map(([v, e]) => `${v} {"verbose":false}${e}`),
);
/** Repeated publishes take the path that compares control lines. */
const commands = fc
  .array(fc.tuple(command, fc.integer({ min: 1, max: 4 })), { minLength: 1, maxLength: 8 })
  .map((list) => list.map(([text, times]) => text.repeat(times)).join(''));

describe('parser', () => {
  it('reads the same whatever way a valid stream is split', () => {
    fc.assert(
      fc.property(
        commands,
        fc.array(fc.nat(), { maxLength: 12 }),
        fc.constantFrom(0, 16, 65_536),
        (text, cuts, room) => {
          const stream = Buffer.from(text);
          const whole = read(stream, [], 0);
          expect(whole.some((event) => event.startsWith('fault'))).toBe(false);
          expect(read(stream, cuts, room)).toEqual(whole);
        },
      ),
    );
  });

  it('reads the same one byte at a time', () => {
    fc.assert(
      fc.property(commands, (text) => {
        const stream = Buffer.from(text.slice(0, 400));
        const cuts = Array.from({ length: stream.length }, (_, at) => at);
        const whole = read(stream, [], 0);
        expect(read(stream, cuts, 65_536)).toEqual(whole);
      }),
    );
  });

  it('ends on garbage with one fault, keeping little', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      fc
        .constantFrom('PUB foo 3\r\nab', 'SUB ', 'CONNECT {', '\r\n', 'PUB a b c d 1\r\n')
        .map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(fc.array(noise, { maxLength: 10 }), (chunks) => {
        const recorder = new Recorder();
        const parser = new Parser<never>(recorder, LIMITS);
        parser.headers = true;
        parser.headers = true;
        for (const chunk of chunks) parser.feed(Buffer.from(chunk), 0, chunk.length, false);
        expect(recorder.events.filter((event) => event.startsWith('fault')).length).toBeLessThanOrEqual(1);
        expect(parser.keptBytes).toBeLessThan(LIMITS.controlLineBytesMax + LIMITS.payloadBytesMax + 100);
      }),
    );
  });

  it.each([
    ['a verb that cannot become one', 'X', 'unknown-operation'],
    ['a verb cut after its second byte', 'PX', 'unknown-operation'],
    ['an empty line', '\r\n', 'unknown-operation'],
    ['a bare PUB', 'PUB\r\n', 'unknown-operation'],
    ['too few arguments', 'PUB foo\r\n', 'bad-arguments'],
    ['too many arguments', 'PUB a b c 1\r\n', 'bad-arguments'],
    ['a negative size', 'PUB foo -1\r\n', 'bad-arguments'],
    ['a size of ten digits', 'PUB foo 1000000000\r\n', 'bad-arguments'],
    ['a payload over the limit, before it comes', 'PUB foo 100001\r\n', 'payload-too-large'],
    ['a header longer than the message', 'HPUB foo 5 4\r\n', 'bad-arguments'],
    ['a payload that is longer than announced', 'PUB foo 2\r\nabc\r\n', 'bad-payload-end'],
    ['a payload that ends in LF alone', 'PUB foo 2\r\nab\n\r\n', 'bad-payload-end'],
    ['a long control line that ends', `SUB ${'a'.repeat(300)} 1\r\n`, 'control-line-too-long'],
    ['a long control line that does not end', `SUB ${'a'.repeat(300)}`, 'control-line-too-long'],
  ])('%s: %j is %s', (_, text, fault) => {
    expect(read(Buffer.from(text), [], 0)).toEqual([`fault ${fault}`]);
  });

  it('handles what came before a fault, and nothing after it', () => {
    expect(read(Buffer.from('PING\r\nFOO\r\nPING\r\n'), [], 0)).toEqual(['ping', 'fault unknown-operation']);
  });

  it('does not grow with a PING line that never ends', () => {
    const parser = new Parser<never>(new Recorder(), LIMITS);
    for (let i = 0; i < 1000; i++)
      parser.feed(Buffer.from(i === 0 ? 'PING ' : 'x'.repeat(1000)), 0, i === 0 ? 5 : 1000, false);
    expect(parser.keptBytes).toBeLessThan(16);
  });

  it('halts before a PING or a publish that may not pass, and goes on from there', () => {
    for (const text of ['PING\r\n', 'PUB foo 1\r\nx\r\n', 'HPUB foo 2 2\r\n\r\n\r\n']) {
      const recorder = new Recorder();
      const parser = new Parser<never>(recorder, LIMITS);
      parser.headers = true;
      parser.headers = true;
      parser.gated = true;
      recorder.passes = false;
      const stream = Buffer.from(`SUB a 1\r\n${text}SUB b 2\r\n`);
      parser.feed(stream, 0, stream.length, false);
      expect(recorder.events).toEqual(['sub a  1']);
      const more = Buffer.from('PING\r\n');
      parser.feed(more, 0, more.length, false);
      expect(recorder.events).toEqual(['sub a  1']);
      recorder.passes = true;
      parser.resume();
      expect(recorder.events.length).toBe(4);
      expect(recorder.events.slice(2)).toEqual(['sub b  2', 'ping']);
    }
  });
});
