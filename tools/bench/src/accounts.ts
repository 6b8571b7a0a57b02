import { nowSeconds } from './clock.ts';
import { type Address, Connection } from './connection.ts';
import { payload } from './frames.ts';
import { median } from './statistics.ts';

const SERVICE = 'bench.service';
const PAYLOAD_BYTES = 128;
const IMPORTS = 100;
const ROUNDS = 15;
const REQUESTS = 400;
const PUBLISHES = 200_000;
const CHUNK_PUBLISHES = 2000;

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
    const asking = { near: new Asker(near), far: new Asker(far) };
    const [latencies, rates] = [
      { near: [] as number[], far: [] as number[] },
      { importer: [] as number[], plain: [] as number[] },
    ];
    // In turn, so that what else the machine does meets both alike; the first round makes the code warm.
    for (let round = 0; round <= ROUNDS; round++) {
      const [within, into] = [await asking.near.medianUs(), await asking.far.medianUs()];
      const [many, none] = [await publishRate(importer), await publishRate(plain)];
      if (round === 0) continue;
      latencies.near.push(within);
      latencies.far.push(into);
      rates.importer.push(many);
      rates.plain.push(none);
    }
    const ratios = (a: number[], b: number[]): number => median(a.map((value, i) => value / b[i]));
    return {
      requestUs: median(latencies.near),
      importUs: median(latencies.far),
      importPercent: (ratios(latencies.far, latencies.near) - 1) * 100,
      publishRate: median(rates.importer),
      publishPercent: (ratios(rates.plain, rates.importer) - 1) * 100,
    };
  } finally {
    await Promise.all(connections.map((connection) => connection.close()));
  }
}

/** Answers each request with what it held; there is one at a time. */
function respond(connection: Connection): void {
  const body = payload(PAYLOAD_BYTES);
  let heard = '';
  connection.reader = (chunk) => {
    heard += chunk.toString('latin1');
    if (heard.startsWith('P')) heard = controlled(connection, heard);
    const reply = /^H?MSG \S+ \S+ (\S+) /.exec(heard)?.[1];
    if (reply === undefined || !heard.endsWith(`${body}\r\n`)) return;
    heard = '';
    connection.write(`PUB ${reply} ${PAYLOAD_BYTES}\r\n${body}\r\n`);
  };
  connection.write(`SUB ${SERVICE} 1\r\n`);
}

/** Hands over the control lines at the beginning; returns the rest. */
function controlled(connection: Connection, heard: string): string {
  const lines = /^(?:P[IO]NG\r\n)*/.exec(heard)?.[0] ?? '';
  for (const line of lines.split('\r\n').slice(0, -1)) connection.control(line);
  return heard.slice(lines.length);
}

/** Asks one request after the other, each with a reply subject of its own. */
class Asker {
  readonly #connection: Connection;
  readonly #body = payload(PAYLOAD_BYTES);
  #number = 0;

  constructor(connection: Connection) {
    this.#connection = connection;
    connection.write('SUB _INBOX.bench.* 1\r\n');
  }

  async medianUs(): Promise<number> {
    const latencies: number[] = [];
    while (latencies.length < REQUESTS) latencies.push(await this.#ask());
    return median(latencies);
  }

  #ask(): Promise<number> {
    const connection = this.#connection;
    return new Promise((resolve, reject) => {
      let heard = '';
      connection.whenFailed(reject);
      connection.reader = (chunk) => {
        heard += chunk.toString('latin1');
        if (heard.startsWith('P')) heard = controlled(connection, heard);
        if (heard.endsWith(`${this.#body}\r\n`)) resolve((nowSeconds() - startedAt) * 1e6);
      };
      const startedAt = nowSeconds();
      connection.write(`PUB ${SERVICE} _INBOX.bench.${++this.#number} ${PAYLOAD_BYTES}\r\n${this.#body}\r\n`);
    });
  }
}

/** Messages a second that the server reads, with nobody listening. */
async function publishRate(connection: Connection): Promise<number> {
  const chunk = Buffer.from('PUB bench.subject 16\r\n0123456789abcdef\r\n'.repeat(CHUNK_PUBLISHES));
  const startedAt = nowSeconds();
  for (let sent = 0; sent < PUBLISHES; sent += CHUNK_PUBLISHES) {
    if (!connection.write(chunk)) await new Promise<void>((resolve) => connection.drained(resolve));
  }
  return PUBLISHES / ((await connection.ping()) - startedAt);
}
