import { nowSeconds } from './clock.ts';
import { type Address, Connection } from './connection.ts';
import { payload } from './frames.ts';
import { MessageReader } from './message-reader.ts';
import { median } from './statistics.ts';

const SERVICE = 'bench.service';
const PAYLOAD_BYTES = 128;
const IMPORTS = 100;
/** Many and short: the machine is the same to the two slices of a pair, and one that it disturbed does not count among so many. */
const REQUEST_PAIRS = 400;
const REQUESTS = 25;
const PUBLISH_PAIRS = 40;
const PUBLISHES = 50_000;
const CHUNK_PUBLISHES = 1000;
/** Of the pairs, at the beginning: they make the code warm. */
const WARM_UP = 0.1;

const range = (write: (index: number) => string): string =>
  Array.from({ length: IMPORTS }, (_, i) => write(i)).join('\n');
const user = (name: string): string => `users: [ { user: ${name}, password: p } ]`;

/** One account that offers a service and many streams, one that takes all of them, and one that has nothing to do with anybody. */
export const accountsConfiguration = (): string => `accounts {
  EXPORTER { ${user('exporter')}, exports: [ { service: ${SERVICE} }\n${range((i) => `{ stream: "s.${i}.*" }`)} ] }
  IMPORTER {
    ${user('importer')}
    imports: [
      { service: { account: EXPORTER, subject: ${SERVICE} } }
      ${range((i) => `{ stream: { account: EXPORTER, subject: "s.${i}.*" }, to: "t.${i}.*" }`)}
    ]
  }
  PLAIN { ${user('plain')} }
}`;

/** What imports cost: requests within an account and into another, and publishes in an account with many and in one with none. */
export async function measureAccounts(address: Address): Promise<Record<string, number>> {
  const open = (name: string): Promise<Connection> => Connection.open(address, { user: name, pass: 'p' });
  const connections = await Promise.all(['exporter', 'exporter', 'importer', 'importer', 'plain'].map(open));
  const [service, near, far, importer, plain] = connections;
  try {
    respond(service);
    await service.ping();
    const [within, into] = [new Asker(near), new Asker(far)];
    const requests = await inPairs(
      REQUEST_PAIRS,
      () => within.medianUs(REQUESTS),
      () => into.medianUs(REQUESTS),
    );
    const publishes = await inPairs(
      PUBLISH_PAIRS,
      () => publishUs(plain),
      () => publishUs(importer),
    );
    return {
      requestUs: requests.plain,
      importUs: requests.other,
      importPercent: (requests.ratio - 1) * 100,
      publishRate: 1e6 / publishes.other,
      publishPercent: (publishes.ratio - 1) * 100,
    };
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
}

/** Measures both in turn, each first in every second pair; the medians of each, and of the ratios within the pairs. */
async function inPairs(
  pairs: number,
  plain: () => Promise<number>,
  other: () => Promise<number>,
): Promise<{ plain: number; other: number; ratio: number }> {
  const seen = { plain: [] as number[], other: [] as number[], ratio: [] as number[] };
  const warm = Math.ceil(pairs * WARM_UP);
  for (let pair = -warm; pair < pairs; pair++) {
    const first = pair % 2 === 0 ? await plain() : await other();
    const second = pair % 2 === 0 ? await other() : await plain();
    if (pair < 0) continue;
    const [a, b] = pair % 2 === 0 ? [first, second] : [second, first];
    seen.plain.push(a);
    seen.other.push(b);
    seen.ratio.push(b / a);
  }
  return { plain: median(seen.plain), other: median(seen.other), ratio: median(seen.ratio) };
}

/** Answers each request. */
function respond(connection: Connection): void {
  const answer = ` ${PAYLOAD_BYTES}\r\n${payload(PAYLOAD_BYTES)}\r\n`;
  const reader = new MessageReader(
    ({ reply }) => connection.write(`PUB ${reply}${answer}`),
    (line) => connection.control(line),
  );
  connection.reader = (chunk) => reader.push(chunk);
  connection.write(`SUB ${SERVICE} 1\r\n`);
}

/** Asks one request after the other, each with a reply subject of its own. */
class Asker {
  readonly #connection: Connection;
  readonly #body = payload(PAYLOAD_BYTES);
  #number = 0;
  #answered: () => void = () => {};

  constructor(connection: Connection) {
    this.#connection = connection;
    const reader = new MessageReader(
      () => this.#answered(),
      (line) => connection.control(line),
    );
    connection.reader = (chunk) => reader.push(chunk);
    connection.write('SUB _INBOX.bench.* 1\r\n');
  }

  async medianUs(requests: number): Promise<number> {
    const latencies: number[] = [];
    while (latencies.length < requests) latencies.push(await this.#ask());
    return median(latencies);
  }

  #ask(): Promise<number> {
    const connection = this.#connection;
    return new Promise((resolve, reject) => {
      connection.whenFailed(reject);
      this.#answered = () => resolve((nowSeconds() - startedAt) * 1e6);
      const startedAt = nowSeconds();
      connection.write(`PUB ${SERVICE} _INBOX.bench.${++this.#number} ${PAYLOAD_BYTES}\r\n${this.#body}\r\n`);
    });
  }
}

/** What the server takes to read a message that nobody listens to. */
async function publishUs(connection: Connection): Promise<number> {
  const chunk = Buffer.from('PUB bench.subject 16\r\n0123456789abcdef\r\n'.repeat(CHUNK_PUBLISHES));
  const startedAt = nowSeconds();
  for (let sent = 0; sent < PUBLISHES; sent += CHUNK_PUBLISHES) {
    if (!connection.write(chunk)) await drained(connection);
  }
  return (((await connection.ping()) - startedAt) * 1e6) / PUBLISHES;
}

function drained(connection: Connection): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.whenFailed(reject);
    connection.drained(resolve);
  });
}
