import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Bench } from './testing/bench.ts';

function traced(bench: Bench): string[] {
  return bench.log.lines.filter((line) => line.startsWith('TRC')).map((line) => line.replace(/^TRC .*? - /, ''));
}

/** Lines of the client that spoke last, without its address. */
const shown = (bench: Bench): string[] => traced(bench).map((line) => line.replace(/^cid:\d+ - /, ''));

describe('a trace shows', () => {
  it('protocol lines as they come and go', () => {
    const bench = new Bench({ trace: true });
    bench.client().say('SUB foo 1\r\nSUB foo q 2\r\nUNSUB 2\r\nUNSUB 1 5\r\nPING\r\nSUB gr\xc3\xbc\xc3\x9fe 3\r\n');
    expect(shown(bench).slice(1)).toEqual([
      '<<- [SUB foo 1]',
      '<<- [SUB foo q 2]',
      '<<- [UNSUB 2]',
      '<<- [UNSUB 1 5]',
      '<<- [PING]',
      '->> [PONG]',
      '<<- [SUB grüße 3]',
    ]);
  });

  it.each([
    [
      'PUB foo 2\r\nhi\r\n',
      ['<<- [PUB foo 2]', '<<- MSG_PAYLOAD: ["hi"]', '->> [MSG foo 1 2]', '->> MSG_PAYLOAD: ["hi"]'],
    ],
    [
      'PUB foo bar 2\r\nhi\r\n',
      ['<<- [PUB foo bar 2]', '<<- MSG_PAYLOAD: ["hi"]', '->> [MSG foo 1 bar 2]', '->> MSG_PAYLOAD: ["hi"]'],
    ],
  ])('the message %j', (said, lines) => {
    const bench = new Bench({ trace: true });
    const client = bench.client().say('SUB foo 1\r\n');
    bench.log.lines.length = 0;
    client.say(said);
    expect(shown(bench)).toEqual(lines);
  });

  it('as much of a payload as is asked for', () => {
    const bench = new Bench({ trace: true, tracedBytesMax: 3 });
    bench.client().say('PUB foo 4\r\nabcd\r\nPUB foo 3\r\nabc\r\n');
    expect(traced(bench).filter((line) => line.includes('PAYLOAD'))).toEqual([
      expect.stringContaining('["abc..."]'),
      expect.stringContaining('["abc"]'),
    ]);
  });

  // Recorded from nats-server 2.15.2.
  it('the headers alone, where that is asked for', () => {
    const bench = new Bench({ trace: true, traceHeaders: true });
    const client = bench.client({ headers: true }).say('SUB foo 1\r\n');
    bench.log.lines.length = 0;
    client.say('HPUB foo 21 26\r\nNATS/1.0\r\nA: bcde\r\n\r\nhello\r\nPUB foo 2\r\nhi\r\n');
    expect(shown(bench)).toEqual([
      '<<- [HPUB foo 21 26]',
      '<<- MSG_PAYLOAD: ["NATS/1.0\\r\\nA: bcde"]',
      '->> [HMSG foo 1 21 26]',
      '->> MSG_PAYLOAD: ["NATS/1.0\\r\\nA: bcde"]',
      '<<- [PUB foo 2]',
      '->> [MSG foo 1 2]',
    ]);
  });

  it('a message with headers to one who does not know them as that one gets it', () => {
    const bench = new Bench({ trace: true });
    bench.client({ headers: false, no_responders: false }).say('SUB foo 1\r\n');
    const publisher = bench.client({ headers: true });
    bench.log.lines.length = 0;
    publisher.say('HPUB foo 21 26\r\nNATS/1.0\r\nA: bcde\r\n\r\nhello\r\n');
    expect(shown(bench).slice(1)).toEqual([
      '<<- MSG_PAYLOAD: ["NATS/1.0\\r\\nA: bcde\\r\\n\\r\\nhello"]',
      '->> [MSG foo 1 5]',
      '->> MSG_PAYLOAD: ["hello"]',
    ]);
  });

  it('errors as they are sent', () => {
    const bench = new Bench({ trace: true });
    bench.client().say('SUB a..b 1\r\n');
    expect(shown(bench).at(-1)).toBe('->> [-ERR Invalid Subject]');
  });

  it('nothing unless asked to', () => {
    const bench = new Bench();
    bench.client().say('SUB foo 1\r\nPUB foo 0\r\n\r\nPING\r\n');
    expect(traced(bench)).toEqual([]);
  });
});

describe('a traced CONNECT', () => {
  const trace = (json: string): string => {
    const bench = new Bench({ trace: true });
    bench.stranger().say(`CONNECT ${json}\r\n`);
    return traced(bench)[0];
  };

  it('is shown but for its secrets', () => {
    expect(trace('{"verbose":false,"user":"u","pass":"s3cret","auth_token" : "t0ken","name":"n"}')).toContain(
      '<<- [CONNECT {"verbose":false,"user":"u","pass":"[REDACTED]","auth_token":"[REDACTED]","name":"n"}]',
    );
  });

  it('shows what is public of a login by JWT', () => {
    const json = '{"jwt":"eyJ0","nkey":"UABC","sig":"c2ln"}';
    expect(trace(json)).toContain(`[CONNECT ${json}]`);
  });

  it('that is no JSON is not shown at all', () => {
    expect(trace('{"user":"u"')).toContain('<<- [CONNECT [not JSON]]');
  });

  it.each([
    '{"pass":"s3cret","pass":"s3cret"}',
    '{"PASS":"s3cret","Auth_Token":"s3cret"}',
    '{"pass":"s3cr\\"s3cret"}',
    '{"p\\u0061ss":"s3cret"}',
    '{"auth_to\u212aen":"s3cret"}',
    '{"pass":["s3cret"]}',
    '{"pass":{"a":"s3cret"}}',
    '{"pass":"s3cret',
    '{"name":"\\"","pass":"s3cret"}',
    '{"tags":["a","b"],"pass":"s3cret"}',
    '{"user":"u","password":"s3cret","token":"s3cret","seed":"s3cret"}',
  ])('hides them in %s', (json) => {
    expect(trace(Buffer.from(json).toString('latin1'))).not.toContain('s3cret');
  });

  it('never shows the password, however it is written', () => {
    const blank = fc.constantFrom('', ' ', '  ');
    const secret = fc.string({
      minLength: 4,
      maxLength: 12,
      unit: fc.constantFrom('§', '\\', '"', "'", '}', ':', ',', 'ß'),
    });
    const key = fc.constantFrom('pass', 'PASS', 'Pass', 'auth_token', 'AUTH_TOKEN');
    const others = fc.dictionary(
      fc.stringMatching(/^[a-z]{1,5}$/),
      fc.oneof(fc.stringMatching(/^[a-z "\\]{0,8}$/), fc.nat()),
    );
    fc.assert(
      fc.property(secret, key, blank, blank, others, others, (pass, name, before, after, first, last) => {
        const fields = (object: object): string[] =>
          Object.entries(object).map(([field, value]) => `${JSON.stringify(field)}:${JSON.stringify(value)}`);
        const marked = `§§${pass}§§`;
        const own = `"${name}"${before}:${after}${JSON.stringify(marked)}`;
        const json = `{${[...fields(first), own, ...fields(last)].join(',')}}`;
        const line = trace(Buffer.from(json).toString('latin1'));
        expect(line).toContain('[REDACTED]');
        expect(line).not.toContain('§§');
        expect(line).not.toContain(Buffer.from('§§').toString('latin1'));
      }),
      { numRuns: 200 },
    );
  });
});
