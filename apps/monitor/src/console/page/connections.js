/** @import { GatewayConnection } from '../../gateway-connection.ts' */
/** @import { ConnectionPage } from '../../connection-pages.ts' */
/** @import { View, Context } from './app.js' */
/** @import { Wanted } from './paged-list.js' */
/** @import { ColumnOptions } from './table.js' */
import { showConnection } from './connection-detail.js';
import { h } from './dom.js';
import { formatBytes, formatCount, formatMoment, formatMs, formatSpan } from './format.js';
import { PagedList } from './paged-list.js';
import { slowness } from './slowness.js';

/** Every connection of every gateway: found, sorted, looked into. @implements {View} */
export class Connections {
  id = 'connections';
  title = 'Connections';
  #nowMs = Date.now();
  #pendingBytesMax = Number.POSITIVE_INFINITY;
  #state = /** @type {'open' | 'closed'} */ ('open');
  #context;
  #states = /** @type {const} */ (['open', 'closed']).map((state) =>
    h(
      'button',
      { type: 'button', 'aria-pressed': String(state === 'open'), onclick: () => this.#showState(state) },
      state === 'open' ? 'Open' : 'Closed',
    ),
  );
  /** @type {PagedList<GatewayConnection>} */
  #list = new PagedList({
    pageSize: 50,
    intervalMs: 2000,
    search: { placeholder: 'Name, user, address, id …', 'aria-label': 'Search connections', maxlength: '128' },
    beside: [h('div', { class: 'segments', role: 'group', 'aria-label': 'Which connections' }, ...this.#states)],
    table: {
      label: 'Connections',
      columns: this.#columns(),
      sorting: { key: 'cid', rising: true },
      id: ({ cid }) => String(cid),
      mark: (one) => slowness(one, this.#pendingBytesMax),
      open: (one) => showConnection(this.#context.client, one, this.#nowMs),
      empty: 'No connections.',
    },
    load: (wanted) => this.#load(wanted),
  });
  search = this.#list.search;
  element = this.#list.element;

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
  }

  shown() {
    this.#list.shown();
  }

  hidden() {
    this.#list.hidden();
  }

  /** @param {Context} context */
  update({ live }) {
    if (live === undefined) return;
    this.#nowMs = live.nowMs;
    this.#pendingBytesMax = live.limits.pendingBytes;
  }

  /** @param {'open' | 'closed'} state */
  #showState(state) {
    this.#state = state;
    this.#states.forEach((button, i) => {
      button.setAttribute('aria-pressed', String((i === 0) === (state === 'open')));
    });
    this.#list.table.setColumns(
      this.#columns(),
      state === 'open' ? { key: 'cid', rising: true } : { key: 'stop', rising: false },
    );
    this.#list.changed();
  }

  /** @param {Wanted} wanted */
  async #load({ search, sorting: { key, rising }, offset, limit }) {
    const state = this.#state;
    /** @type {ConnectionPage} */
    const { total, connections, silent } = await this.#context.client.get('console/api/connections', {
      ...{ state, sort: key, offset, limit, search },
      // The monitor's own order is falling for all but these.
      reverse: rising !== RISING.has(key),
    });
    if (state !== this.#state) return undefined;
    const trouble = silent > 0 ? `${silent} gateway${silent > 1 ? 's do' : ' does'} not answer` : '';
    const empty = search === '' ? 'No connections.' : 'No connection is like that.';
    return { total, rows: connections, empty, trouble };
  }

  /** @returns {ColumnOptions<GatewayConnection>[]} */
  #columns() {
    const isOpen = this.#state === 'open';
    const number = { number: true, sortable: true };
    /** @type {ColumnOptions<GatewayConnection>[]} */
    const columns = [
      { key: 'cid', title: 'Id', cell: ({ cid }) => cid, ...number, rising: true },
      { key: 'name', title: 'Name', cell: (one) => this.#name(one) },
      { key: 'user', title: 'User', cell: ({ user }) => user },
      { key: 'account', title: 'Account', cell: ({ account }) => account },
      { key: 'address', title: 'Address', cell: ({ ip, port }) => h('span', { class: 'number' }, `${ip}:${port}`) },
      { key: 'client', title: 'Client', cell: (one) => client(one) },
      { key: 'pending', title: 'Pending', cell: ({ pendingBytes }) => formatBytes(pendingBytes), ...number },
      { key: 'rtt', title: 'RTT', cell: ({ rttMs }) => (rttMs > 0 ? formatMs(rttMs) : '–'), ...number },
      { key: 'subs', title: 'Subs', cell: ({ subscriptions }) => formatCount(subscriptions), ...number },
      { key: 'msgs_from', title: 'Msgs in', cell: ({ inMsgs }) => formatCount(inMsgs), ...number },
      { key: 'msgs_to', title: 'Msgs out', cell: ({ outMsgs }) => formatCount(outMsgs), ...number },
      { key: 'bytes_from', title: 'Bytes in', cell: ({ inBytes }) => formatBytes(inBytes), ...number },
      { key: 'bytes_to', title: 'Bytes out', cell: ({ outBytes }) => formatBytes(outBytes), ...number },
    ];
    if (isOpen) {
      columns.push(
        {
          key: 'idle',
          title: 'Idle',
          cell: ({ lastActivityUnixMs }) => formatSpan(this.#nowMs - lastActivityUnixMs),
          ...number,
        },
        { key: 'uptime', title: 'Uptime', cell: ({ startUnixMs }) => formatSpan(this.#nowMs - startUnixMs), ...number },
      );
    } else {
      const ended = {
        key: 'stop',
        title: 'Ended',
        cell: (/** @type {GatewayConnection} */ one) => formatMoment(one.stopUnixMs ?? 0, this.#nowMs),
        ...number,
      };
      columns.splice(1, 0, ended, {
        key: 'reason',
        title: 'Reason',
        cell: ({ reason }) => reason,
        sortable: true,
        rising: true,
      });
    }
    return columns;
  }

  /** @param {GatewayConnection} one */
  #name(one) {
    const mark = one.stopUnixMs === undefined ? slowness(one, this.#pendingBytesMax) : '';
    return h(
      'span',
      { class: 'name' },
      one.name || h('span', { class: 'muted' }, 'unnamed'),
      mark !== '' && h('span', { class: `pill ${mark === 'critical' ? 'bad' : 'warn'}` }, mark),
      one.staleMs !== undefined && h('span', { class: 'pill' }, `as it was ${formatSpan(one.staleMs)} ago`),
    );
  }
}

const RISING = new Set(['cid', 'start', 'uptime', 'idle', 'reason']);

/** @param {GatewayConnection} connection */
const client = ({ lang, version, type, tlsVersion }) =>
  [`${lang} ${version}`.trim(), type === 'nats' ? '' : type, tlsVersion ? 'TLS' : '']
    .filter((part) => part !== '')
    .join(' · ');
