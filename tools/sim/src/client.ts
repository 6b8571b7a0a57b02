import type { Channel } from '@skein/bus';
import type { SimulatedProcess } from '@skein/bus/simulation';
import type { GatewayLife } from './gateway-life.ts';
import type { Model } from './model.ts';
import { type Message, NEVER, type Session, type Subscription } from './records.ts';

/** Where a client finds a gateway. */
export interface Door {
  readonly instance: number;
  readonly address: string;
  /** Whose it is, once it has opened. */
  behind(): GatewayLife;
}

const RECONNECT_MS = 30;
const GREETING = 'a.1';
const CONNECT = 'CONNECT {"verbose":false,"pedantic":false,"headers":true,"no_responders":true,"protocol":1}\r\n';
const HEADERS = 'NATS/1.0\r\nA: b\r\n\r\n';
/** No verb: the server says so, and closes. */
const NONSENSE = 'NONSENSE\r\n';

/**
 * A client of the raw protocol. What it does is collected and sent at once by `flush`; everything it does and sees goes to the
 * model. It answers every request that it gets, and connects again when it is disconnected.
 */
export class Client {
  /** Null while not connected. */
  session: Session | null = null;
  private readonly process: SimulatedProcess;
  private readonly model: Model;
  private readonly pickDoor: (last: number | undefined) => Door;
  private lastInstance: number | undefined;
  private channel: Channel | null = null;
  private collected = '';
  private unread = '';
  /** Called when it can rely on what it has done so far. */
  private readonly onPong: (client: Client) => void;
  private leaving = false;
  private ended = false;
  private inboxes = 0;

  constructor(
    process: SimulatedProcess,
    model: Model,
    pickDoor: (last: number | undefined) => Door,
    onPong: (client: Client) => void,
  ) {
    this.onPong = onPong;
    this.process = process;
    this.model = model;
    this.pickDoor = pickDoor;
    this.connect();
  }

  /** May be told to do something. */
  get ready(): boolean {
    return this.session !== null && !this.leaving;
  }

  get subscriptions(): Subscription[] {
    return [...(this.session?.subscriptions.values() ?? [])].filter(
      ({ unsubscribedAt, goneAt }) => unsubscribedAt === NEVER && goneAt === NEVER,
    );
  }

  // ------------------------------------------------------------ what it does

  subscribe(pattern: string, queue: string, max = 0): Subscription {
    const subscription = this.model.subscribe(this.session!, pattern, queue, max);
    const { sid } = subscription;
    this.collected += `SUB ${pattern} ${queue}${queue === '' ? '' : ' '}${sid}\r\n`;
    if (max > 0) this.collected += `UNSUB ${sid} ${max}\r\n`;
    return subscription;
  }

  unsubscribe(subscription: Subscription): void {
    this.model.unsubscribe(subscription);
    this.collected += `UNSUB ${subscription.sid}\r\n`;
  }

  publish(subject: string, reply = '', paddingBytes = 0, headers = false): Message {
    const message = this.model.publish(this.session!, subject, reply);
    const body = `${message.id} ${'.'.repeat(paddingBytes)}`;
    const to = reply === '' ? subject : `${subject} ${reply}`;
    if (headers)
      this.collected += `HPUB ${to} ${HEADERS.length} ${HEADERS.length + body.length}\r\n${HEADERS}${body}\r\n`;
    else this.collected += `PUB ${to} ${body.length}\r\n${body}\r\n`;
    return message;
  }

  /** `ownInbox`: subscribed to for this one answer, in the same breath. */
  request(subject: string, ownInbox: boolean): void {
    const kind = ownInbox ? 'one' : 'all';
    const reply = `_INBOX.${this.session!.id}.${kind}.${++this.inboxes}`;
    if (ownInbox) this.subscribe(reply, '', 1);
    this.publish(subject, reply);
  }

  ping(): void {
    this.model.ping(this.session!);
    this.collected += 'PING\r\n';
  }

  /** Has the server end the connection: all that is on the way is still seen. */
  leave(): void {
    this.model.leaves(this.session!);
    this.leaving = true;
    this.collected += NONSENSE;
  }

  /** Ends the connection itself, whatever is on the way. */
  quit(): void {
    this.flush();
    this.model.ended(this.session!, 'abrupt');
    this.channel?.close();
    this.disconnected();
  }

  flush(): void {
    if (this.collected !== '') this.channel?.write(Buffer.from(this.collected, 'latin1'));
    this.collected = '';
  }

  // ------------------------------------------------------------ the connection

  private connect(): void {
    const door = this.pickDoor(this.lastInstance);
    this.lastInstance = door.instance;
    this.process.transport.connect(
      door.address,
      (channel) => {
        const life = door.behind();
        this.channel = channel;
        this.unread = '';
        this.ended = false;
        this.leaving = false;
        return {
          data: (buf, start, end) => {
            if (this.channel === channel) this.read(buf.toString('latin1', start, end), life);
          },
          drain: () => {},
          closed: () => {
            if (this.channel !== channel) return;
            // Closed without the -ERR: what was still to be sent was dropped with it.
            const dropped = this.leaving && life.alive ? 'abrupt' : 'lost';
            if (this.session !== null) this.model.ended(this.session, this.ended ? 'left' : dropped);
            this.disconnected();
          },
        };
      },
      () => this.reconnect(),
    );
  }

  private disconnected(): void {
    this.channel = null;
    this.session = null;
    this.collected = '';
    this.reconnect();
  }

  private reconnect(): void {
    const { runtime } = this.process;
    runtime.setTimer(runtime.random() ** 3 * RECONNECT_MS, () => this.connect());
  }

  private greet(life: GatewayLife): void {
    this.session = this.model.opened(life);
    this.collected = CONNECT;
    this.subscribe(`_INBOX.${this.session.id}.all.*`, '');
    // Whoever has just connected reaches everybody at once.
    this.publish(GREETING);
    this.ping();
    this.flush();
  }

  // ------------------------------------------------------------ what it sees

  private read(text: string, life: GatewayLife): void {
    this.unread += text;
    for (;;) {
      const lineEnd = this.unread.indexOf('\r\n');
      if (lineEnd < 0) return;
      const words = this.unread.slice(0, lineEnd).split(' ');
      const bodyBytes = words[0].endsWith('MSG') ? Number(words.at(-1)) + 2 : 0;
      const end = lineEnd + 2 + bodyBytes;
      if (this.unread.length < end) return;
      const body = this.unread.slice(lineEnd + 2, end - 2);
      this.unread = this.unread.slice(end);
      this.see(words, body, life);
    }
  }

  private see(words: string[], body: string, life: GatewayLife): void {
    switch (words[0]) {
      case 'INFO':
        if (this.session === null) this.greet(life);
        break;
      case 'PING':
        this.collected += 'PONG\r\n';
        this.flush();
        break;
      case 'PONG':
        this.model.pong(this.session!);
        this.onPong(this);
        break;
      case 'MSG':
        this.message(words[1], words[2], words.length === 5 ? words[3] : '', body);
        break;
      case 'HMSG':
        if (body.startsWith('NATS/1.0 503')) this.model.noResponders(this.session!, words[1]);
        else this.message(words[1], words[2], words.length === 6 ? words[3] : '', body.slice(HEADERS.length));
        break;
      case '-ERR':
        this.ended = this.leaving;
        if (!this.leaving) this.model.refused(this.session!, words.join(' '));
        break;
      default:
        this.model.wrong(`unexpected: ${words.join(' ')}`);
    }
  }

  private message(subject: string, sid: string, reply: string, body: string): void {
    const message = this.model.received(this.session!, sid, subject, Number.parseInt(body, 10));
    if (message === undefined || message.reply !== reply)
      this.model.wrong(`message ${body} came with reply '${reply}'`);
    if (reply === '' || this.leaving) return;
    this.publish(reply);
    this.flush();
  }
}
