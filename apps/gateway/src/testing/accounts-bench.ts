import { type AccountDefinition, newDefinition } from '@skein/accounts';
import type { AuthResponse } from '@skein/bus';
import { Bench, type TestClient } from './bench.ts';

const IDENTITY = {
  serverId: 'NID',
  serverName: 'node',
  version: '2.15.2',
  xkey: '',
  productVersion: '1',
  startedUnixMs: 0,
};

type Rights = Partial<Extract<AuthResponse, { allowed: true }>>;

/** A gateway with accounts, and clients in them. */
export class AccountsBench extends Bench {
  constructor(definitions: (Partial<AccountDefinition> & { name: string })[], systemAccount?: string) {
    super({ authRequired: true }, (trace) => trace.report(IDENTITY, 'here', 1, 'now'));
    this.gateway.interchange.graph.systemAccount = systemAccount;
    for (const definition of definitions) this.define(definition);
  }

  define(definition: Partial<AccountDefinition> & { name: string }): void {
    this.gateway.definitions.apply({ ...newDefinition(definition.name), ...definition });
  }

  /** One that is in the account, and listens to these subjects; its sids count from 1. */
  async in(account: string, subjects: string[] = [], rights: Rights = {}): Promise<TestClient> {
    const client = this.stranger().say('CONNECT {"verbose":false,"headers":true,"no_responders":true,"name":"n"}\r\n');
    const limits = { expiresUnixMs: 0, subscriptionsMax: 0, payloadBytesMax: 0 };
    this.member.asked.at(-1)?.answer({ allowed: true, account, user: `of-${account}`, ...limits, ...rights });
    await this.answers();
    for (const [index, subject] of subjects.entries()) client.say(`SUB ${subject} ${index + 1}\r\n`);
    client.hear();
    return client;
  }
}
