import { createHash } from 'node:crypto';
import * as noble from '@noble/ed25519';
import { createServerKey, createVerifier, decodePublicKey, verify } from '@skein/nkeys';

/** Prints the CPU time of one check, median of the rounds: run it with node. */

noble.hashes.sha512 = (message) => new Uint8Array(createHash('sha512').update(message).digest());

const key = createServerKey();
const nonce = Buffer.from('abcdefghijklmno');
const signature = key.sign(nonce);
const { raw } = decodePublicKey(key.publicKey);
const verifier = createVerifier(key.publicKey);

const rounds = 9;
const contenders: [name: string, checks: number, check: () => boolean][] = [
  ['native, key prepared', 500, () => verifier(nonce, signature)],
  ['native, from the text of the key', 500, () => verify(key.publicKey, nonce, signature)],
  ['@noble/ed25519', 50, () => noble.verify(signature, nonce, raw, { zip215: false })],
];

for (const [name, checks, check] of contenders) {
  const figures: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage();
    for (let i = 0; i < checks; i++) check();
    const { user, system } = process.cpuUsage(before);
    figures.push((user + system) / checks);
  }
  figures.sort((a, b) => a - b);
  console.log(`${name}: ${figures[rounds >> 1].toFixed(0)} µs`);
}
