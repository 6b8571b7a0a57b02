import { accountz } from './accountz.ts';
import { accstatz } from './accstatz.ts';
import { connz } from './connz.ts';
import type { Endpoint } from './endpoint.ts';
import { expvarz } from './expvarz.ts';
import { gatewayz } from './gatewayz.ts';
import { healthz } from './healthz.ts';
import { ipqueuesz } from './ipqueuesz.ts';
import { jsz } from './jsz.ts';
import { leafz } from './leafz.ts';
import { raftz } from './raftz.ts';
import { routez } from './routez.ts';
import { stacksz } from './stacksz.ts';
import { subsz } from './subsz.ts';
import { varz } from './varz.ts';

/**
 * Every page of the monitor that nats-server has too, each in a file of its own. HTTP serves them at their paths, and the system
 * services `$SYS.REQ.SERVER.<id>.<NAME>`, `$SYS.REQ.SERVER.PING.<NAME>` and `$SYS.REQ.ACCOUNT.<id>.<NAME>` answer from the same
 * table (`answerService`): a new page is added here and nowhere else.
 */
export const endpoints: readonly Endpoint[] = [
  varz,
  healthz,
  connz,
  subsz,
  routez,
  gatewayz,
  leafz,
  accountz,
  accstatz,
  jsz,
  raftz,
  ipqueuesz,
  expvarz,
  stacksz,
];
