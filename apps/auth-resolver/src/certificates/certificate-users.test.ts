import { expect, it } from 'vitest';
import { CertificateUsers } from './certificate-users.ts';
import observed from './observed.json' with { type: 'json' };

const usersNamed = (...names: string[]) => new CertificateUsers(new Map(names.map((name) => [name, { name }])));

it.each(observed.mapped)('of $users, $certificate is $user', ({ users, certificate, user }) => {
  const names = observed.certificates[certificate as keyof typeof observed.certificates];
  expect(usersNamed(...users).find(names, () => true)?.name ?? null).toBe(user);
});

it('a user who may not connect that way is passed over', () => {
  const users = usersNamed('bob@example.org', 'CN=x,O=Org');
  const found = users.find(observed.certificates.email, ({ name }) => name !== 'bob@example.org');
  expect(found?.name).toBe('CN=x,O=Org');
});

it.each(['', 'no name', '=', 'CN', ',', '+', 'CN=a,,', '\\'])('subject %j is nobody', (certificateSubject) => {
  const users = usersNamed('', 'CN=', 'no name', '=', ',');
  expect(users.find({ certificateSubject, certificateNames: [] }, () => true)).toBeUndefined();
});

it('a separator within a value does not make another name of it', () => {
  const nobody = { certificateSubject: 'CN=a\\,O\\=Acme', certificateNames: [] };
  expect(usersNamed('CN=a,O=Acme', 'CN=a+O=Acme').find(nobody, () => true)).toBeUndefined();
  expect(usersNamed('CN=a\\2cO=Acme').find(nobody, () => true)?.name).toBe('CN=a\\2cO=Acme');
});
