import { BlockList, isIP } from 'node:net';

/** Tells whether an address lies in one of some networks. */
export type SourceCheck = (host: string) => boolean;

const prefixBits = { ipv4: 32, ipv6: 128 } as const;

function familyOf(address: string): 'ipv4' | 'ipv6' | undefined {
  const version = isIP(address);
  return version === 0 ? undefined : version === 4 ? 'ipv4' : 'ipv6';
}

/** @param cidrs RFC 4632, RFC 4291 notation, none of them checked. Undefined when one is no network. */
export function compileSources(cidrs: readonly string[]): SourceCheck | undefined {
  const networks = new BlockList();
  for (const cidr of cidrs) {
    const parts = /^([^/%]+)\/(\d{1,3})$/.exec(cidr);
    const family = parts === null ? undefined : familyOf(parts[1]);
    if (parts === null || family === undefined || Number(parts[2]) > prefixBits[family]) return undefined;
    networks.addSubnet(parts[1], Number(parts[2]), family);
  }
  return (host) => {
    const family = familyOf(host);
    return family !== undefined && networks.check(host, family);
  };
}
