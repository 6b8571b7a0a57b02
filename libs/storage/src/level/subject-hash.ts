/**
 * HalfSipHash-2-4 of a subject, as 8 chars: keyed, so that nobody who chooses subjects can choose equal hashes, and so that
 * keys on disk say nothing about names to who has not the key (J.-P. Aumasson, D. J. Bernstein, 'SipHash', 2012).
 */
export function subjectHash(subject: string, key: Buffer): string {
  const k0 = key.readInt32LE(0);
  const k1 = key.readInt32LE(4);
  let v0 = k0;
  let v1 = k1 ^ 0xee;
  let v2 = k0 ^ 0x6c796765;
  let v3 = k1 ^ 0x74656462;
  const round = (): void => {
    v0 = (v0 + v1) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v0 = (v0 << 16) | (v0 >>> 16);
    v2 = (v2 + v3) | 0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (v0 + v3) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v2 = (v2 + v1) | 0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  };
  const { length } = subject;
  const whole = length & ~3;
  for (let i = 0; i <= whole; i += 4) {
    let word = i === whole ? length << 24 : 0;
    for (let at = i; at < i + 4 && at < length; at++) word |= (subject.charCodeAt(at) & 0xff) << (8 * (at - i));
    v3 ^= word;
    round();
    round();
    v0 ^= word;
  }
  v2 ^= 0xee;
  for (let i = 0; i < 4; i++) round();
  const low = v1 ^ v3;
  v1 ^= 0xdd;
  for (let i = 0; i < 4; i++) round();
  const high = v1 ^ v3;
  hashBytes.writeInt32LE(low, 0);
  hashBytes.writeInt32LE(high, 4);
  return hashBytes.toString('latin1');
}

const hashBytes = Buffer.alloc(8);
