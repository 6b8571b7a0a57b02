import type { AccountDefinition, Export, Import, Mapping, ServiceExport } from '@skein/accounts';
import { asPattern } from '@skein/subjects';

const API = '$JS.API.>';
const apiExport = { subject: API, type: 'service', response_type: 'Singleton' };
/** What follows `$JS.<domain>.API.` is where else. */
const domainSubjects = [
  ...['ACCOUNT.>', 'CONSUMER.>', 'DIRECT.>', 'INFO', 'META.>', 'SERVER.>', 'STREAM.>'].map((one) => [
    one,
    `$JS.API.${one}`,
  ]),
  ...['$KV.>', '$OBJ.>'].map((one) => [one, one]),
] as [under: string, subject: string][];

/** What JetStream is to an account, where the server has it. */
export interface AccountJetStream {
  isEnabled: boolean;
  domain?: string;
}

function domainMappings(jetstream: AccountJetStream | undefined): Mapping[] {
  const { isEnabled = false, domain } = jetstream ?? {};
  if (!isEnabled || domain === undefined) return [];
  return domainSubjects.map(([under, subject]) => ({
    source: `$JS.${domain}.API.${under}`,
    destinations: [{ subject, weight: 100 }],
  }));
}

/** What an account gives, takes and maps, in nats-server's fields and order. Lists that are empty are left out, as there. */
export function accountDetail(
  definition: AccountDefinition,
  others: readonly AccountDefinition[],
  system: string | undefined,
  jetstream: AccountJetStream | undefined = undefined,
) {
  const { name, exports, imports } = definition;
  const mappings = [...definition.mappings, ...domainMappings(jetstream)];
  const offered = [...exports.filter(isService), ...exports.filter((one) => !isService(one))].map(exportInfo);
  const taken = [...imports.filter((one) => one.kind === 'stream'), ...imports.filter((one) => one.kind === 'service')];
  const all = [...taken.map((one) => importInfo(one, others)), ...systemImports(name, system, jetstream !== undefined)];
  const own = jetstream === undefined ? systemExports : [...systemExports, apiExport];
  const given = name === system ? [...own, ...offered] : offered;
  return {
    ...(mappings.length > 0 && { mappings: mappingsInfo(mappings) }),
    ...(given.length > 0 && { exports: given }),
    ...(all.length > 0 && { imports: all }),
  };
}

const isService = (one: Export): one is ServiceExport => one.kind === 'service';

function exportInfo(one: Export) {
  return {
    subject: one.subject,
    type: one.kind,
    ...(isService(one) && { response_type: one.responseType }),
    ...(one.accounts !== undefined && one.accounts.length > 0 && { approved_accounts: one.accounts }),
    ...(isService(one) && one.latency !== undefined && { service_latency: latencyInfo(one.latency) }),
  };
}

const latencyInfo = ({ sampling, subject }: NonNullable<ServiceExport['latency']>) => ({ sampling, results: subject });

function importInfo(one: Import, others: readonly AccountDefinition[]) {
  const local = one.to === undefined ? one.subject : asPattern(one.to);
  const isShared = one.kind === 'service' && one.share;
  const latency = one.kind === 'service' ? latencyOf(one, others) : undefined;
  return {
    subject: one.subject,
    account: one.account,
    ...(one.kind === 'service' && { to: local }),
    local_subject: local,
    type: one.kind,
    // One that may not be had refuses the whole configuration.
    invalid: false,
    share: isShared,
    tracking: false,
    ...(latency !== undefined && { latency: latencyInfo(latency) }),
  };
}

function latencyOf({ account, subject }: Import, others: readonly AccountDefinition[]) {
  const exporter = others.find(({ name }) => name === account);
  return exporter?.exports.filter(isService).find((one) => one.subject === subject)?.latency;
}

/** What every account may ask of the system account. */
function systemImports(account: string, system: string | undefined, hasJetStream: boolean) {
  if (system === undefined) return [];
  const one = (subject: string, local: string, share: boolean) => ({
    subject: subject.replace('*', account),
    account: system,
    to: local,
    local_subject: local,
    type: 'service',
    invalid: false,
    share,
    tracking: false,
  });
  const userInfo = one('$SYS.REQ.USER.*.INFO', '$SYS.REQ.USER.INFO', true);
  if (account === system) return [userInfo];
  return [
    one('$SYS.REQ.ACCOUNT.*.CONNZ', '$SYS.REQ.ACCOUNT.PING.CONNZ', false),
    one('$SYS.REQ.ACCOUNT.*.CONNZ', '$SYS.REQ.SERVER.PING.CONNZ', false),
    one('$SYS.REQ.ACCOUNT.*.STATZ', '$SYS.REQ.ACCOUNT.PING.STATZ', false),
    userInfo,
    ...(hasJetStream ? [one(API, API, true)] : []),
  ];
}

const systemExports = [
  { subject: '$SYS.REQ.ACCOUNT.*.CONNZ', type: 'service', response_type: 'Streamed' },
  { subject: '$SYS.REQ.ACCOUNT.*.STATZ', type: 'service', response_type: 'Streamed' },
  { subject: '$SYS.DEBUG.SUBSCRIBERS', type: 'service', response_type: 'Singleton' },
  { subject: '$SYS.REQ.USER.*.INFO', type: 'service', response_type: 'Singleton' },
];

/**
 * By source. Weights add up: each destination shows its own and those before it, the lightest first. What is left of a hundred stays
 * on the source, but where destinations of one cluster alone are named it has a hundred of its own.
 */
function mappingsInfo(mappings: readonly Mapping[]): Record<string, object[]> {
  return Object.fromEntries(
    mappings.toSorted(bySource).map(({ source, destinations }) => {
      const clusters = [...new Set([undefined, ...destinations.map(({ cluster }) => cluster)])];
      return [source, clusters.flatMap((cluster) => weighed(source, destinations, cluster))];
    }),
  );
}

const bySource = (a: Mapping, b: Mapping): number => (a.source < b.source ? -1 : 1);

function weighed(source: string, destinations: Mapping['destinations'], cluster: string | undefined): object[] {
  const own = destinations.filter((one) => one.cluster === cluster);
  const left = 100 - own.reduce((sum, { weight }) => sum + weight, 0);
  const all = own.map(({ subject, weight }) => ({ subject, weight }));
  if (left > 0) all.push({ subject: source, weight: left });
  let sum = 0;
  return all
    .sort((a, b) => a.weight - b.weight)
    .map(({ subject, weight }) => {
      sum += weight;
      return { subject, weight: sum, ...(cluster !== undefined && { cluster }) };
    });
}
