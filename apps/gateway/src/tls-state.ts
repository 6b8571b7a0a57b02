import { createHash, type X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { PeerCertificate } from '@skein/bus/questions';
import type { TlsState } from './connection.ts';

/** What a finished handshake tells of the other end. */
export function tlsStateOf(socket: TLSSocket, first: boolean): TlsState {
  const certificate = socket.getPeerX509Certificate();
  return {
    version: socket.getProtocol() ?? '',
    cipher: socket.getCipher()?.standardName ?? '',
    subject: certificate === undefined ? '' : rfc2253(certificate.subject),
    names: certificate === undefined ? [] : alternativeNames(certificate.subjectAltName ?? ''),
    chain: () => (certificate === undefined ? [] : issuers(certificate).map(String)),
    certificates: certificate === undefined ? [] : chainOf(certificate),
    first,
  };
}

/** Longer ones are no better trusted. */
const CHAIN_MAX = 8;

function chainOf(certificate: X509Certificate): PeerCertificate[] {
  return issuers(certificate).map((one) => ({
    subject: distinguishedName(one.subject),
    publicKeyDigest: publicKeyDigest(one),
    digest: createHash('sha256').update(one.raw).digest('hex'),
  }));
}

/** A certificate, who issued it, and so on. */
function issuers(certificate: X509Certificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  let one: X509Certificate | undefined = certificate;
  for (let left = CHAIN_MAX; one !== undefined && left > 0; left--) {
    chain.push(one);
    one = one.issuerCertificate === one ? undefined : one.issuerCertificate;
  }
  return chain;
}

/** Node has a part a line, the first in the certificate first. */
export function rfc2253(subject: string): string {
  return subject.split('\n').reverse().join(',');
}

/** The order that Go prints a name's attributes in, and so `/connz`; what it does not know comes before them. */
const ATTRIBUTES = ['serialNumber', 'CN', 'postalCode', 'street', 'ST', 'L', 'OU', 'O', 'C'];

/** A subject as nats-server shows it: RFC 2253, several values of one attribute joined by `+`. Node has one a line. */
export function distinguishedName(subject: string): string {
  const values = new Map<string, string[]>();
  for (const line of subject.split('\n').filter(Boolean)) {
    const name = line.slice(0, line.indexOf('='));
    values.set(name, [...(values.get(name) ?? []), line]);
  }
  const place = (name: string): number => ATTRIBUTES.indexOf(name);
  const names = [...values.keys()].sort((a, b) => place(a) - place(b));
  return names.map((name) => values.get(name)?.join('+')).join(',');
}

const KINDS = ['email:', 'DNS:', 'URI:'];

/** `DNS:a.org, email:"b, c"@d.org`: addresses first, then hosts, then URIs, the order that users are looked for in. */
export function alternativeNames(text: string): string[] {
  const entries = text.match(/(?:[^,"]|"(?:[^"\\]|\\.)*")+/g) ?? [];
  const trimmed = entries.map((entry) => entry.trim());
  return KINDS.flatMap((kind) =>
    trimmed.filter((entry) => entry.startsWith(kind)).map((entry) => unquote(entry.slice(kind.length))),
  );
}

/** Node writes names with unusual characters as JSON strings. */
function unquote(name: string): string {
  return name.startsWith('"') ? (JSON.parse(name) as string) : name;
}

/** Why a certificate is not among the pinned ones; undefined when it is, or none are. */
export function pinFailure(certificate: X509Certificate | undefined, pins: ReadonlySet<string>): string | undefined {
  if (pins.size === 0) return undefined;
  if (certificate === undefined) return 'Failed pinned cert test as client did not provide a certificate';
  const id = publicKeyDigest(certificate);
  return pins.has(id) ? undefined : `Failed pinned cert test for key id: ${id}`;
}

function publicKeyDigest({ publicKey }: X509Certificate): string {
  return createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex');
}
