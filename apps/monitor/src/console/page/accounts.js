/** @import { View, Context } from './app.js' */
/** @import { Child } from './dom.js' */
import { factList, showDetail } from './detail.js';
import { h } from './dom.js';
import { factText } from './fact-text.js';
import { formatBytes, formatCount } from './format.js';
import { Refresher } from './refresher.js';
import { Table } from './table.js';

/**
 * One account of `/accstatz`, or of `/accountz` alone: then without figures.
 * @typedef {object} AccountRow
 * @property {string} name
 * @property {boolean} isSystem
 * @property {{ conns: number, total_conns: number, num_subscriptions: number, slow_consumers: number, sent: Moved, received: Moved } | undefined} figures
 */
/** @typedef {{ msgs: number, bytes: number }} Moved */

/** The accounts, with what their clients move. @implements {View} */
export class Accounts {
  id = 'accounts';
  title = 'Accounts';
  #context;
  /** @type {AccountRow[]} */
  #rows = [];
  search = h('input', {
    type: 'search',
    placeholder: 'Name of an account',
    'aria-label': 'Search accounts',
    oninput: () => this.#show(),
  });
  /** @type {Table<AccountRow>} */
  #table = new Table({
    label: 'Accounts',
    columns: [
      {
        key: 'name',
        title: 'Account',
        cell: ({ name, isSystem }) =>
          h('span', { class: 'name' }, h('code', {}, name), isSystem && h('span', { class: 'pill' }, 'system')),
        sortable: true,
        rising: true,
      },
      column('conns', 'Connections', (figures) => figures.conns),
      column('total', 'So far', (figures) => figures.total_conns),
      column('subs', 'Subscriptions', (figures) => figures.num_subscriptions),
      column('msgs_in', 'Msgs in', (figures) => figures.received.msgs),
      column('msgs_out', 'Msgs out', (figures) => figures.sent.msgs),
      column('bytes_in', 'Bytes in', (figures) => figures.received.bytes, formatBytes),
      column('bytes_out', 'Bytes out', (figures) => figures.sent.bytes, formatBytes),
      column('slow', 'Slow consumers', (figures) => figures.slow_consumers),
    ],
    sorting: { key: 'name', rising: true },
    sorted: () => this.#show(),
    id: ({ name }) => name,
    open: ({ name }) => void this.#open(name),
    empty: 'No accounts.',
  });
  #refresher = new Refresher(5000, () => this.#load());
  element = h('section', { class: 'card list' }, h('div', { class: 'toolbar' }, this.search), this.#table.element);

  /** @param {Context} context */
  constructor(context) {
    this.#context = context;
  }

  shown() {
    this.#refresher.start();
  }

  hidden() {
    this.#refresher.stop();
  }

  async #load() {
    const { client } = this.#context;
    const [{ accounts, system_account }, { account_statz }] = await Promise.all([
      client.get('accountz'),
      client.get('accstatz', { unused: 1 }),
    ]);
    /** @type {Map<string, AccountRow['figures']>} */
    const figures = new Map((account_statz ?? []).map((/** @type {{ acc: string }} */ one) => [one.acc, one]));
    this.#rows = accounts.map((/** @type {string} */ name) => ({
      name,
      isSystem: name === system_account,
      figures: figures.get(name),
    }));
    this.#show();
  }

  #show() {
    const wanted = this.search.value.trim().toLowerCase();
    const { key, rising } = this.#table.sorting;
    const value = values[key];
    const rows = this.#rows.filter(({ name }) => name.toLowerCase().includes(wanted));
    const sign = rising ? 1 : -1;
    this.#table.show(
      rows.toSorted(
        (a, b) => sign * (value === undefined ? 0 : value(a) - value(b)) || sign * a.name.localeCompare(b.name),
      ),
      wanted === '' ? 'No accounts.' : 'No account is called that.',
    );
  }

  /** @param {string} name */
  async #open(name) {
    const { account_detail } = await this.#context.client
      .get('accountz', { acc: name })
      .catch(() => ({ account_detail: undefined }));
    const facts = Object.entries(account_detail ?? {}).map(([key, value]) => [
      key.replaceAll('_', ' '),
      Array.isArray(value) ? h('ul', {}, ...value.map((one) => h('li', {}, factText(one)))) : factText(value),
    ]);
    showDetail(
      name,
      facts.length === 0
        ? h('p', { class: 'muted' }, 'Nothing more is known of it.')
        : factList(/** @type {[string, Child][]} */ (facts)),
    );
  }
}

/** @type {Record<string, (row: AccountRow) => number>} */
const values = {};

/**
 * @param {string} key @param {string} title @param {(figures: NonNullable<AccountRow['figures']>) => number} value
 * @param {(value: number | undefined) => string} [format]
 */
function column(key, title, value, format = formatCount) {
  values[key] = ({ figures }) => (figures === undefined ? -1 : value(figures));
  return {
    key,
    title,
    cell: (/** @type {AccountRow} */ { figures }) => format(figures && value(figures)),
    number: true,
    sortable: true,
  };
}
