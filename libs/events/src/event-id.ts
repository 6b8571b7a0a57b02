const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PREFIX_LENGTH = 12;
const NUMBER_LENGTH = 10;

let prefix = '';
let number = 0;

/** An id for an event, never given twice: 22 letters and digits, the first 12 random for each process. */
export function eventId(): string {
  if (prefix === '') prefix = randomPrefix();
  return prefix + base62(number++);
}

function randomPrefix(): string {
  // 8 random bits on 62 digits: a slight preference, of no account for telling processes apart.
  return Array.from(crypto.getRandomValues(new Uint8Array(PREFIX_LENGTH)), (byte) => DIGITS[byte % 62]).join('');
}

function base62(value: number): string {
  let text = '';
  for (let rest = value; text.length < NUMBER_LENGTH; rest = Math.floor(rest / 62)) text = DIGITS[rest % 62] + text;
  return text;
}
