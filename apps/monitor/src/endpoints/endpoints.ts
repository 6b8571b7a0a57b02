import { accountz } from './accountz.ts';
import { accstatz } from './accstatz.ts';
import { connz } from './connz.ts';
import type { Endpoint } from './endpoint.ts';
import { gatewayz } from './gatewayz.ts';
import { healthz } from './healthz.ts';
import { jsz } from './jsz.ts';
import { leafz } from './leafz.ts';
import { routez } from './routez.ts';
import { subsz } from './subsz.ts';
import { varz } from './varz.ts';

/** All pages, by path. */
export const endpoints: Readonly<Record<string, Endpoint>> = {
  '/varz': varz,
  '/healthz': healthz,
  '/connz': connz,
  '/subsz': subsz,
  '/subscriptionsz': subsz,
  '/routez': routez,
  '/gatewayz': gatewayz,
  '/leafz': leafz,
  '/accountz': accountz,
  '/accstatz': accstatz,
  '/jsz': jsz,
};
