import type { Address } from './hosting.ts';

/** The gateway's id, big endian, comes before the subject: an address is one string, which a state machine passes on as it is. */
export const GATEWAY_BYTES = 4;

export const NOWHERE: Address = '';

export const addressBytes = Buffer.alloc(64 * 1024 + GATEWAY_BYTES);

/** The address of a reply subject that lies in a buffer; nowhere when it is empty. */
export function addressOf(gateway: number, buffer: Buffer, start: number, end: number): Address {
  if (end <= start) return NOWHERE;
  return addressBytes.toString('latin1', 0, writeAddress(gateway, buffer, start, end));
}

/** The same as bytes, in `addressBytes` until the next. @returns how many */
export function writeAddress(gateway: number, buffer: Buffer, start: number, end: number): number {
  addressBytes.writeUInt32BE(gateway, 0);
  const length = Math.min(end - start, addressBytes.length - GATEWAY_BYTES);
  return GATEWAY_BYTES + buffer.copy(addressBytes, GATEWAY_BYTES, start, start + length);
}

/** The address of a subject, to be reached through that gateway. */
export const addressFor = (gateway: number, subject: string): Address =>
  String.fromCharCode(gateway >>> 24, (gateway >>> 16) & 255, (gateway >>> 8) & 255, gateway & 255) + subject;

export const gatewayOf = (address: Address): number =>
  address.charCodeAt(0) * 2 ** 24 +
  ((address.charCodeAt(1) << 16) | (address.charCodeAt(2) << 8) | address.charCodeAt(3));

export const subjectOf = (address: Address): string => address.slice(GATEWAY_BYTES);
