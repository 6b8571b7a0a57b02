import { describe, expect, it } from 'vitest';
import { checkedMax, isBcrypt, Passwords } from './passwords.ts';

const hash = `$2b$04$${'a'.repeat(53)}`;

/** Passes for bcrypt: every password that begins with `good` is right. */
function counting(): { passwords: Passwords; asked: string[] } {
  const asked: string[] = [];
  const passwords = new Passwords(async (password) => {
    asked.push(password);
    return password.startsWith('good');
  });
  return { passwords, asked };
}

describe('a hash', () => {
  it('is asked once for a password, right or wrong', async () => {
    const { passwords, asked } = counting();
    for (const password of ['good', 'good', 'bad', 'bad']) await passwords.matches(hash, password);
    expect(asked).toEqual(['good', 'bad']);
    expect([passwords.matches(hash, 'good'), passwords.matches(hash, 'bad')]).toEqual([true, false]);
  });

  it('is asked again for a wrong password once something else is configured', async () => {
    const { passwords, asked } = counting();
    await passwords.matches(hash, 'bad');
    passwords.retain(new Set([hash]));
    await passwords.matches(hash, 'bad');
    expect(asked).toEqual(['bad', 'bad']);
  });

  it('is asked once for the same password at a time', async () => {
    const { passwords, asked } = counting();
    expect(await Promise.all([passwords.matches(hash, 'bad'), passwords.matches(hash, 'bad')])).toEqual([false, false]);
    expect(asked).toEqual(['bad']);
  });

  it('is asked again where it differs', async () => {
    const { passwords, asked } = counting();
    await passwords.matches(hash, 'good');
    await passwords.matches(`$2b$05$${'a'.repeat(53)}`, 'good');
    expect(asked).toEqual(['good', 'good']);
  });

  it('is forgotten when it is configured no more', async () => {
    const { passwords, asked } = counting();
    await passwords.matches(hash, 'good');
    passwords.retain(new Set([hash]));
    await passwords.matches(hash, 'good');
    expect(asked).toHaveLength(1);
    passwords.retain(new Set());
    await passwords.matches(hash, 'good');
    expect(asked).toHaveLength(2);
  });

  it('is remembered for a bounded number of passwords', async () => {
    const { passwords } = counting();
    for (let i = 0; i <= checkedMax; i++) await passwords.matches(hash, `good${i}`);
    expect(passwords.remembered).toBe(checkedMax);
    expect(passwords.matches(hash, 'good0')).toBeInstanceOf(Promise);
    expect(passwords.matches(hash, `good${checkedMax}`)).toBe(true);
    for (let i = 0; i <= checkedMax; i++) await passwords.matches(hash, `bad${i}`);
    expect(passwords.matches(hash, 'bad0')).toBeInstanceOf(Promise);
    expect(passwords.matches(hash, `bad${checkedMax}`)).toBe(false);
  });

  it('is asked again after it could not be', async () => {
    let failing = true;
    const passwords = new Passwords(async () => {
      if (failing) throw new Error('busy');
      return true;
    });
    await expect(passwords.matches(hash, 'x')).rejects.toThrow('busy');
    failing = false;
    expect(await passwords.matches(hash, 'x')).toBe(true);
  });
});

it('plain passwords are compared at once', () => {
  const { passwords, asked } = counting();
  expect([passwords.matches('é', 'é'), passwords.matches('b', 'b '), passwords.matches('', '')]).toEqual([
    true,
    false,
    true,
  ]);
  expect(asked).toEqual([]);
});

it.each([
  [hash, true],
  ['$2a$04$', true],
  ['$2x$10$abc', true],
  ['$2a$garbage', false],
  ['$2c$04$abc', false],
  ['$2$04$abc', false],
  ['plain', false],
])('%s is a hash: %s', (secret, expected) => {
  expect(isBcrypt(secret)).toBe(expected);
});
