import type { AuthRequest } from '@skein/bus';
import { anyOrder, goForm, readDistinguishedName } from './distinguished-name.ts';

/** Of a verified client certificate; `names`: addresses, then hosts, then URIs. */
export type CertificateNames = Pick<AuthRequest, 'certificateSubject' | 'certificateNames'>;

/**
 * `verify_and_map`: who somebody is by the certificate shown. Looked for in nats-server's order: the alternative names; the
 * subject, its parts in any order; the subject as Go writes it, which leaves out attributes that are not common.
 */
export class CertificateUsers<User extends { name: string }> {
  readonly #byName: ReadonlyMap<string, User>;
  readonly #bySubject = new Map<string, User[]>();

  constructor(byName: ReadonlyMap<string, User>) {
    this.#byName = byName;
    for (const user of byName.values()) {
      const name = readDistinguishedName(user.name);
      if (name === undefined) continue;
      const key = anyOrder(name);
      this.#bySubject.set(key, [...(this.#bySubject.get(key) ?? []), user]);
    }
  }

  /** @param mayConnect of a user who may not, the search goes on */
  find(
    { certificateNames, certificateSubject }: CertificateNames,
    mayConnect: (user: User) => boolean,
  ): User | undefined {
    const subject = readDistinguishedName(certificateSubject);
    const found = [
      ...certificateNames.map((name) => this.#byName.get(name)),
      ...(subject === undefined
        ? []
        : [...(this.#bySubject.get(anyOrder(subject)) ?? []), this.#ofGoForm(goForm(subject))]),
    ];
    return found.find((user) => user !== undefined && mayConnect(user));
  }

  #ofGoForm(subject: string): User | undefined {
    return subject === '' ? undefined : this.#byName.get(subject);
  }
}
