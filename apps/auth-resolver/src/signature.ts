/**
 * The 64 bytes of an Ed25519 signature: base64url without padding or standard base64 with it, nothing else, as
 * nats-server has it. Undefined when it is neither.
 */
export function readSignature(text: string): Uint8Array | undefined {
  const line = text.replaceAll(/[\r\n]/g, '');
  if (!/^(?:[\w-]{86}|[A-Za-z0-9+/]{86}==)$/.test(line)) return undefined;
  return Buffer.from(line, 'base64');
}
