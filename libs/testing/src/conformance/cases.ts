import type { Case } from './case.ts';
import { accountCases } from './cases/accounts.ts';
import { authCases } from './cases/auth.ts';
import { connectCases } from './cases/connect.ts';
import { deliveryCases } from './cases/delivery.ts';
import { hpubCases } from './cases/hpub.ts';
import { limitCases } from './cases/limits.ts';
import { livenessCases } from './cases/liveness.ts';
import { permissionCases } from './cases/permissions.ts';
import { pubCases } from './cases/pub.ts';
import { subCases } from './cases/sub.ts';
import { tlsCases } from './cases/tls.ts';
import { unsubCases } from './cases/unsub.ts';
import { verbCases } from './cases/verbs.ts';

/** Every scripted case; what nats-server answered to each is in `recorded.json`, under the same name. */
export const cases: readonly Case[] = [
  ...verbCases,
  ...connectCases,
  ...pubCases,
  ...hpubCases,
  ...subCases,
  ...unsubCases,
  ...deliveryCases,
  ...limitCases,
  ...authCases,
  ...permissionCases,
  ...accountCases,
  ...livenessCases,
  ...tlsCases,
];
