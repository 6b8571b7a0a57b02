// Records what nats-server makes of subjects (results: one char per byte; '': it reached nobody):
// node libs/subjects/scripts/record-transforms.ts PATH_TO_NATS_SERVER
import { writeFileSync } from 'node:fs';
import { startServer, WireClient } from '@skein/testing';

/** Destinations by source, and the subjects published. */
const ASKED: { source: string; destinations: string[]; subjects: string[] }[] = [
  {
    source: '*',
    destinations: [
      'x.$1',
      'x.{{wildcard(1)}}',
      'x.{{Wildcard( 1 )}}',
      'x.{{partition(10,1)}}',
      'x.{{partition(10)}}',
      'x.{{partition(1,1)}}',
      'x.{{split(1,-)}}',
      'x.{{Split(1,--)}}',
      'x.{{split(1,-)}}.y',
      'x.{{splitFromLeft(1,2)}}',
      'x.{{splitfromleft(1,0)}}',
      'x.{{SplitFromRight(1,2)}}',
      'x.{{sliceFromLeft(1,2)}}',
      'x.{{slicefromright(1,3)}}',
      'x.{{left(1,3)}}',
      'x.{{Right(1,3)}}',
      'x.{{left(1,0)}}',
      'x.{{random(1)}}',
      'x',
    ],
    subjects: ['a', 'ab', 'abc', 'abcdefg', 'a-b-c', '-a--b-', '-', '--', 'grüße', '12345678901234567890'],
  },
  {
    source: '*.*',
    destinations: [
      'x.$2.$1',
      'x.{{wildcard(2)}}.y.{{wildcard(1)}}',
      'x.{{partition(100,1,2)}}',
      'x.{{partition(100,2,1)}}',
      'x.{{partition(100)}}.$1.$2',
      'x.{{partition(100,1)}}.{{partition(100,2)}}',
      'x.{{split(1,-)}}.{{split(2,-)}}',
      'x.$2.{{left(1,1)}}',
    ],
    subjects: ['a.b', 'foo.bar', 'a-b.c-d', 'order.12345', 'bar.foo'],
  },
  { source: 'k.>', destinations: ['x.>', '>', 'x.y.>'], subjects: ['k.a', 'k.a.b.c'] },
  {
    source: 'k.*.>',
    destinations: ['x.$1.>', '$1.x.>', 'x.>', 'x.{{partition(7)}}.>'],
    subjects: ['k.a.b', 'k.a.b.c'],
  },
  { source: 'k.*', destinations: ['x-$1', 'x.a$1', 'x.$1b', 'x.{{wildcard(1)}}b'], subjects: ['k.a'] },
];

const [binary] = process.argv.slice(2);
const facts: { source: string; destination: string; results: Record<string, string> }[] = [];
for (const { source, destinations, subjects } of ASKED) {
  for (const destination of destinations) {
    const server = await startServer(binary, {
      conf: `mappings { "${source}": [ { destination: "${destination}", weight: 100 } ] }`,
    });
    const results: Record<string, string> = {};
    const client = await WireClient.connect({ port: server.port });
    await client.send('CONNECT {"verbose":false,"headers":true}\r\nSUB > 1\r\n');
    for (const subject of subjects) {
      const before = client.frames.length;
      await client.send(`PUB ${subject} 0\r\n\r\nPING\r\n`);
      await client.expect(/PONG/);
      const got = client.frames.slice(before).find((frame) => frame.startsWith('MSG'));
      results[subject] = got?.split(' ')[1] ?? '';
    }
    facts.push({ source, destination, results });
    await server.stop();
  }
}
writeFileSync(new URL('../src/testdata/transforms.json', import.meta.url), `${JSON.stringify(facts, null, 1)}\n`);
