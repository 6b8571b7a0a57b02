/** @import { GatewayConnection } from '../../gateway-connection.ts' */
/** @import { ConnectionPage } from '../../connection-pages.ts' */
/** @import { Client } from './client.js' */
import { factList, showDetail } from './detail.js';
import { h } from './dom.js';
import { formatBytes, formatMs, formatSpan, formatTime, formatWhole } from './format.js';

const LISTED_MAX = 500;

/** All that is known of one connection, and its subscriptions. @param {Client} client @param {GatewayConnection} connection @param {number} nowMs */
export async function showConnection(client, connection, nowMs) {
  const state = connection.stopUnixMs === undefined ? 'open' : 'closed';
  /** @type {ConnectionPage | undefined} */
  const page = await client.get('console/api/connections', { cid: connection.cid, state }).catch(() => undefined);
  const one = page?.connections[0] ?? connection;
  const until = one.stopUnixMs ?? nowMs;
  showDetail(
    one.name || `Connection ${one.cid}`,
    factList([
      ['Id', one.cid],
      ['Gateway', one.gateway === undefined ? '' : `gateway ${one.gateway}`],
      ['Ended', one.stopUnixMs === undefined ? '' : formatTime(one.stopUnixMs)],
      ['Reason', one.reason],
      ['User', one.user],
      ['Account', one.account],
      ['Address', `${one.ip}:${one.port}`],
      ['Client', `${one.lang} ${one.version}`.trim()],
      ['Transport', one.type],
      ['TLS', one.tlsVersion && `${one.tlsVersion} ${one.tlsCipher}`],
      ['Connected', formatTime(one.startUnixMs)],
      ['For', formatSpan(until - one.startUnixMs)],
      ['Idle', formatSpan(until - one.lastActivityUnixMs)],
      ['Round trip', one.rttMs > 0 ? formatMs(one.rttMs) : ''],
      ['Pending', formatBytes(one.pendingBytes)],
      ['In', `${formatWhole(one.inMsgs)} messages, ${formatBytes(one.inBytes)}`],
      ['Out', `${formatWhole(one.outMsgs)} messages, ${formatBytes(one.outBytes)}`],
    ]),
    ...subscriptions(one),
  );
}

/** @param {GatewayConnection} connection */
function subscriptions({ subscriptions: count, subscriptionsDetail: details = [] }) {
  if (details.length === 0) return [];
  const rows = details
    .slice(0, LISTED_MAX)
    .map(({ subject, queue, msgs }) =>
      h(
        'tr',
        {},
        h('td', {}, h('code', {}, subject)),
        h('td', {}, queue),
        h('td', { class: 'number' }, formatWhole(msgs)),
      ),
    );
  const head = h(
    'tr',
    {},
    h('th', { scope: 'col' }, 'Subject'),
    h('th', { scope: 'col' }, 'Queue'),
    h('th', { scope: 'col', class: 'number' }, 'Messages'),
  );
  return [
    h('h3', {}, `Subscriptions (${formatWhole(count)})`),
    h(
      'div',
      { class: 'table-scroll' },
      h('table', { 'aria-label': 'Subscriptions of the connection' }, h('thead', {}, head), h('tbody', {}, ...rows)),
    ),
    count > rows.length ? h('p', { class: 'muted' }, `The first ${formatWhole(rows.length)} are shown.`) : null,
  ];
}
