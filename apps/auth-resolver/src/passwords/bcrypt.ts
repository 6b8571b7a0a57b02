import { compareSync } from 'bcryptjs';

/**
 * Compares as Go's bcrypt does: what follows the hash is not looked at, and its variants (a, b, x, y) are the same. Takes
 * tens of milliseconds and more: not for the event loop.
 */
export function compareBcrypt(password: string, hash: string): boolean {
  const wellFormed = /^\$2[abxy](\$\d\d\$[./A-Za-z0-9]{53})/.exec(hash);
  if (wellFormed === null) return false;
  try {
    return compareSync(password, `$2b${wellFormed[1]}`);
  } catch {
    return false;
  }
}
