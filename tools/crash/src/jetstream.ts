import { connect, headers as emptyHeaders, type MsgHdrs, type NatsConnection } from '@nats-io/transport-node';

/** A message as a pull consumer gives it out. */
export interface Pulled {
  readonly stream: string;
  readonly sequence: number;
  readonly body: string;
  readonly reply: string;
  readonly headers: MsgHdrs | undefined;
}

const API_MS = 1000;

export const connectTo = (port: number): Promise<NatsConnection> =>
  connect({ servers: `127.0.0.1:${port}`, reconnectTimeWait: 20, reconnectJitter: 0, maxReconnectAttempts: -1 });

export function headersOf(lines: Record<string, string>): MsgHdrs {
  const headers = emptyHeaders();
  for (const [name, value] of Object.entries(lines)) headers.set(name, value);
  return headers;
}

/** Asks until it is answered, and not that something is away for the moment. @throws Error for any other refusal */
export async function api<T = Record<string, unknown>>(
  client: NatsConnection,
  subject: string,
  body: object = {},
): Promise<T> {
  for (;;) {
    const answer = await client
      .request(`$JS.API.${subject}`, JSON.stringify(body), { timeout: API_MS })
      .then((message) => message.json<{ error?: { code: number; description: string } }>())
      // Nobody there, or gone while it was asked.
      .catch(() => undefined);
    if (answer?.error === undefined && answer !== undefined) return answer as T;
    if (answer?.error !== undefined && answer.error.code !== 503) {
      throw new Error(`${subject}: ${answer.error.description}`);
    }
  }
}

/** What of `$JS.ACK.<stream>.<consumer>.<delivered>.<stream sequence>.<consumer sequence>.<time>.<pending>` is wanted. */
export function place(reply: string): { stream: string; sequence: number } {
  const [, , stream = '', , , sequence] = reply.split('.');
  return { stream, sequence: Number(sequence) };
}

/** Everything that a stream holds, in order. */
export async function readAll(client: NatsConnection, stream: string): Promise<Pulled[]> {
  const config = { ack_policy: 'none', deliver_policy: 'all', inactive_threshold: 60e9, mem_storage: true };
  const { name } = await api<{ name: string }>(client, `CONSUMER.CREATE.${stream}`, { stream_name: stream, config });
  const all: Pulled[] = [];
  for (;;) {
    const part = await pull(client, stream, name, { batch: 500, no_wait: true }, 5000);
    if (part.length === 0) return all;
    all.push(...part);
  }
}

/** What comes to one request, until a status ends it or nothing came for so long. */
export function pull(
  client: NatsConnection,
  stream: string,
  consumer: string,
  request: { batch: number; no_wait?: boolean; expires?: number },
  limitMs: number,
): Promise<Pulled[]> {
  return new Promise((resolve) => {
    const inbox = `_pull.${crypto.randomUUID()}`;
    const got: Pulled[] = [];
    const end = (): void => {
      clearTimeout(timer);
      subscription.unsubscribe();
      resolve(got);
    };
    const timer = setTimeout(end, limitMs);
    const subscription = client.subscribe(inbox, {
      callback: (error, message) => {
        const isStatus = error !== null || (message.headers?.code ?? 0) > 0;
        if (isStatus) {
          if (message?.headers?.code !== 100) end();
          return;
        }
        const { reply = '', headers } = message;
        got.push({ ...place(reply), body: message.string(), reply, headers });
        if (got.length === request.batch) end();
      },
    });
    client.publish(`$JS.API.CONSUMER.MSG.NEXT.${stream}.${consumer}`, JSON.stringify(request), { reply: inbox });
  });
}
