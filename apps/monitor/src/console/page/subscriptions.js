/** @import { View, Context } from './app.js' */
import { h } from './dom.js';
import { formatCount } from './format.js';
import { Pager } from './pager.js';
import { Refresher } from './refresher.js';
import { Table } from './table.js';

/**
 * One of `/subsz?subs=1`.
 * @typedef {{ account?: string, subject: string, qgroup?: string, sid: string, msgs: number, max?: number, cid: number }} Subscription
 */

const PAGE_SIZE = 100;

/** Who listens to what; or, given a subject, who would get a message on it. @implements {View} */
export class Subscriptions {
  id = 'subscriptions';
  title = 'Subscriptions';
  #context;
  search = h('input', {
    type: 'search',
    placeholder: 'A subject: who would get a message on it?',
    'aria-label': 'Subject to test',
    maxlength: '1024',
    oninput: () => this.#changed(),
  });
  #trouble = h('span', { class: 'trouble' });
  #pager = new Pager(PAGE_SIZE, () => this.#refresher.now());
  /** @type {Table<Subscription>} */
  #table = new Table({
    label: 'Subscriptions',
    columns: [
      { key: 'subject', title: 'Subject', cell: ({ subject }) => h('code', {}, subject) },
      { key: 'queue', title: 'Queue', cell: ({ qgroup }) => qgroup },
      { key: 'account', title: 'Account', cell: ({ account }) => account },
      { key: 'cid', title: 'Connection', cell: ({ cid }) => cid, number: true },
      { key: 'msgs', title: 'Messages', cell: ({ msgs }) => formatCount(msgs), number: true },
      { key: 'max', title: 'Ends after', cell: ({ max }) => (max ? formatCount(max) : ''), number: true },
    ],
    sorting: { key: '', rising: true },
    id: ({ cid, sid }) => `${cid} ${sid}`,
    empty: 'No subscriptions.',
  });
  #refresher = new Refresher(5000, () => this.#load());
  element = h(
    'section',
    { class: 'card list' },
    h('div', { class: 'toolbar' }, this.search, this.#trouble, this.#pager.element),
    this.#table.element,
  );

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

  #changed() {
    this.#pager.offset = 0;
    this.#refresher.now();
  }

  async #load() {
    const test = this.search.value.trim();
    try {
      const page = await this.#context.client.get('subsz', {
        ...{ subs: 1, offset: this.#pager.offset, limit: PAGE_SIZE },
        ...(test !== '' && { test }),
      });
      this.#trouble.textContent = '';
      if (this.#pager.show(page.total)) this.#refresher.now();
      this.#table.show(page.subscriptions_list ?? [], test === '' ? 'No subscriptions.' : 'Nobody listens to that.');
    } catch (error) {
      this.#trouble.textContent = /** @type {Error} */ (error).message;
    }
  }
}
