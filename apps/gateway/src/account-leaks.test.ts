import { type AccountDefinition, checkAccounts, type Export, type Import, newDefinition } from '@skein/accounts';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { AccountsBench } from './testing/accounts-bench.ts';

const NAMES = ['A', 'B', 'C', 'D'];
const SYSTEM = 'S';

const token = fc.constantFrom('a', 'b', 'a', '$SYS');
const literal = fc.array(token, { minLength: 1, maxLength: 3 }).map((tokens) => tokens.join('.'));
const pattern = fc
  .tuple(fc.array(fc.oneof(token, fc.constant('*')), { minLength: 1, maxLength: 3 }), fc.boolean())
  .map(([tokens, full]) => [...tokens, ...(full ? ['>'] : [])].join('.'));
const name = fc.constantFrom(...NAMES);
const some = fc.option(fc.subarray(NAMES), { nil: undefined });

const offer = fc
  .record({ kind: fc.constantFrom('stream', 'service'), subject: pattern, accounts: some, positioned: fc.boolean() })
  .map(({ kind, subject, accounts, positioned }) => {
    const position = subject.split('.').indexOf('*') + 1;
    return {
      ...{ kind, subject, responseType: 'Singleton', allowTrace: false },
      ...(accounts === undefined ? {} : { accounts }),
      ...(positioned && position > 0 ? { accountTokenPosition: position } : {}),
    } as Export;
  });
/** Some ask for what nobody offers; most pick an export, and take all of it or a part. */
const taken = fc.record({
  kind: fc.constantFrom('stream', 'service'),
  account: name,
  subject: fc.option(pattern, { freq: 3, nil: undefined }),
  pick: fc.nat(2),
  narrowed: fc.boolean(),
  prefix: fc.option(token),
  swapped: fc.boolean(),
});
type Taken = typeof taken extends fc.Arbitrary<infer T> ? T : never;

function importOf({ prefix, pick, narrowed, swapped, ...drawn }: Taken, offers: readonly Export[]): Import {
  const picked = drawn.subject === undefined ? offers[pick] : undefined;
  const one = {
    kind: drawn.kind,
    account: drawn.account,
    subject: drawn.subject ?? 'a.*',
    ...(picked && { kind: picked.kind }),
  };
  if (picked !== undefined) one.subject = narrowed ? picked.subject.replace('*', 'a') : picked.subject;
  const stars = one.subject.split('*').length - 1;
  let star = 0;
  const moved = one.subject.replaceAll('*', () => `$${swapped ? stars - star++ : ++star}`);
  const to = prefix === null ? {} : { to: `t.${prefix}.${moved}` };
  return { ...one, share: false, allowTrace: false, ...to } as Import;
}
const account = fc.record({
  exports: fc.array(offer, { maxLength: 3 }),
  imports: fc.array(taken, { maxLength: 3 }),
});
/** One offers a subject both ways, another asks under it, a third listens: what was asked is no part of the stream. */
const triangle = fc.record({
  who: fc.shuffledSubarray(NAMES, { minLength: 3, maxLength: 3 }),
  subject: literal,
});
const wanted = fc.oneof(pattern, fc.constant('>'));
const subscriptions = fc.array(wanted, { minLength: 1, maxLength: 3 });

/** What clients do, one after the other. */
const action = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('publish' as const),
      from: fc.constantFrom(...NAMES, SYSTEM),
      drawn: literal,
      pick: fc.nat(5),
      asks: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('subscribe' as const), who: name, subject: wanted }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('unsubscribe' as const), who: name, pick: fc.nat(5) }) },
);

/** Subjects that the account's exports and imports are about. */
function talkedOf(definitions: readonly AccountDefinition[], account: string): string[] {
  const own = definitions.find((one) => one.name === account);
  const patterns = [
    ...(own?.imports.filter(({ kind }) => kind === 'service') ?? []).map(({ subject, to }) =>
      unnumbered(to ?? subject),
    ),
    ...(own?.exports ?? []).map(({ subject }) => subject),
  ];
  let wildcards = 0;
  return patterns.map((one) => one.replace('>', 'a.b').replaceAll('*', () => 'ab'[wildcards++ % 2]));
}

// ---------------------------------------------------------------- the model: everything by regular expressions, one step at a time

const expression = (pattern: string): RegExp =>
  new RegExp(
    `^${pattern
      .split('.')
      .map((one) => (one === '*' ? '([^.]+)' : one === '>' ? '(.+)' : one.replace('$', '\\$')))
      .join('\\.')}$`,
  );

const covers = (outer: string, inner: string): boolean => {
  const example = inner.split('.').map((one) => (one === '*' ? '**' : one === '>' ? '>>.>>' : one));
  const accepts = outer
    .split('.')
    .map((one) => (one === '*' ? '(?:[^.>]+)' : one === '>' ? '.+' : one.replace('$', '\\$')))
    .join('\\.');
  return new RegExp(`^${accepts}$`).test(example.join('.'));
};

/** What the subject is called on the other side. */
function renamed(subject: string, from: string, to: string): string {
  const [, ...caught] = expression(from).exec(subject) ?? [];
  const rest = from.endsWith('>') ? caught.pop() : undefined;
  return to
    .split('.')
    .map((one) => (one === '>' ? rest : one.startsWith('$') && one !== '$SYS' ? caught[Number(one.slice(1)) - 1] : one))
    .join('.');
}

const numbered = (subject: string): string => {
  let star = 0;
  return subject
    .split('.')
    .map((one) => (one === '*' ? `$${++star}` : one))
    .join('.');
};
/** The exporter's subject, with the wildcards in the order in which the importer has them. */
const turnedRound = ({ subject, to }: Import): string => {
  const order = [...(to ?? numbered(subject)).matchAll(/\$(\d)/g)].map(([, index]) => Number(index));
  return numbered(subject).replace(/\$(\d)/g, (_, index) => `$${order.indexOf(Number(index)) + 1}`);
};
const unnumbered = (subject: string): string => subject.replace(/\$\d/g, '*');

class Model {
  readonly heard = new Map<string, string[]>();
  /** Requests from elsewhere under the subject of a stream that somebody imports. */
  crossed = 0;
  readonly #accounts: ReadonlyMap<string, AccountDefinition>;
  /** By account: patterns by sid; '' has ended. */
  readonly #interest: Record<string, string[]>;

  constructor(definitions: AccountDefinition[], interest: Record<string, string[]>) {
    this.#accounts = new Map(definitions.map((one) => [one.name, one]));
    this.#interest = interest;
  }

  publish(account: string, subject: string, isFirst = true): void {
    this.#deliver(account, subject);
    for (const [importer, { imports }] of this.#accounts) {
      for (const one of imports) {
        if (!this.#mayTake(importer, one)) continue;
        if (one.kind === 'stream' && one.account === account && expression(one.subject).test(subject)) {
          if (!isFirst) this.crossed++;
          else this.#deliver(importer, renamed(subject, one.subject, one.to ?? numbered(one.subject)));
        }
        const here = unnumbered(one.to ?? one.subject);
        if (one.kind === 'service' && importer === account && expression(here).test(subject)) {
          this.publish(one.account, renamed(subject, here, turnedRound(one)), false);
        }
      }
    }
  }

  #mayTake(importer: string, one: Import): boolean {
    const offers = this.#accounts.get(one.account)?.exports ?? [];
    return offers.some(
      (offer) =>
        offer.kind === one.kind &&
        covers(offer.subject, one.subject) &&
        (offer.accountTokenPosition === undefined
          ? (offer.accounts?.includes(importer) ?? true)
          : one.subject.split('.')[offer.accountTokenPosition - 1] === importer),
    );
  }

  #deliver(account: string, subject: string): void {
    const heard = this.heard.get(account) ?? [];
    this.heard.set(account, heard);
    for (const [index, pattern] of (this.#interest[account] ?? []).entries()) {
      if (pattern !== '' && expression(pattern).test(subject)) heard.push(`${subject} ${index + 1}`);
    }
  }
}

it('everybody hears what exports and imports let through, and nothing else; nobody but the system account hears it', async () => {
  const names = [...NAMES, SYSTEM];
  let crossed = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(account, { minLength: NAMES.length, maxLength: NAMES.length }),
      fc.array(subscriptions, { minLength: NAMES.length, maxLength: NAMES.length }),
      fc.array(action, { minLength: 6, maxLength: 16 }),
      fc.option(triangle),
      async (drawn, interests, drawnActions, both) => {
        // As a server in operator mode would: what is not allowed is simply not there. A configuration's cycles are refused.
        const definitions = drawn.map(({ exports, imports }, index) => ({
          ...newDefinition(NAMES[index]),
          exports: [...exports],
          imports: imports
            .filter((one) => one.account !== NAMES[index])
            .map((one) => importOf(one, drawn[NAMES.indexOf(one.account)].exports)),
        }));
        const actions = [...drawnActions];
        if (both !== null) {
          const { who, subject } = both;
          const [exporter, asker, listener] = who.map((one) => definitions[NAMES.indexOf(one)]);
          const service = { kind: 'service', subject, responseType: 'Singleton', allowTrace: false } as const;
          exporter.exports.push(service, { kind: 'stream', subject });
          asker.imports.push({ kind: 'service', account: exporter.name, subject, share: false });
          listener.imports.push({ kind: 'stream', account: exporter.name, subject, allowTrace: false });
          actions.splice(3, 0, { kind: 'publish', from: asker.name, drawn: subject, pick: 99, asks: true });
        }
        fc.pre(!checkAccounts(definitions).some((fault) => fault.includes('cycle')));
        const bench = new AccountsBench([...definitions, { name: SYSTEM }], SYSTEM);
        const interest: Record<string, string[]> = { [SYSTEM]: ['>', '$SYS.>'] };
        for (const [index, subjects] of interests.entries()) interest[NAMES[index]] = [...subjects];
        const listeners = new Map(
          await Promise.all(names.map(async (one) => [one, await bench.in(one, interest[one])] as const)),
        );
        const speakers = new Map(await Promise.all(names.map(async (one) => [one, await bench.in(one)] as const)));
        const model = new Model(definitions, interest);
        for (const one of actions) {
          if (one.kind === 'publish') {
            const subject = talkedOf(definitions, one.from)[one.pick] ?? one.drawn;
            model.publish(one.from, subject);
            speakers.get(one.from)?.say(`PUB ${subject} ${one.asks ? '_INBOX.x ' : ''}0\r\n\r\n`);
            continue;
          }
          const own = interest[one.who];
          if (one.kind === 'subscribe') {
            own.push(one.subject);
            listeners.get(one.who)?.say(`SUB ${one.subject} ${own.length}\r\n`);
          } else if (one.pick < own.length) {
            own[one.pick] = '';
            listeners.get(one.who)?.say(`UNSUB ${one.pick + 1}\r\n`);
          }
        }
        bench.runtime.turn();
        for (const one of names) {
          const got = [...(listeners.get(one)?.hear() ?? '').matchAll(/^H?MSG (\S+) (\d+) /gm)].map(
            ([, subject, sid]) => `${subject} ${sid}`,
          );
          expect({ account: one, got: got.sort() }).toEqual({
            account: one,
            got: (model.heard.get(one) ?? []).sort(),
          });
        }
        crossed += model.crossed;
      },
    ),
    { numRuns: 300 },
  );
  expect(crossed).toBeGreaterThan(0);
});
