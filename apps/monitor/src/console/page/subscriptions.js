/** @import { View, Context } from './app.js' */
/** @import { Wanted } from './paged-list.js' */
import { h } from './dom.js';
import { formatCount } from './format.js';
import { PagedList } from './paged-list.js';

/**
 * One of `/subsz?subs=1`.
 * @typedef {{ account?: string, subject: string, qgroup?: string, sid: string, msgs: number, max?: number, cid: number }} Subscription
 */

/** Who listens to what; or, given a subject, who would get a message on it. @implements {View} */
export class Subscriptions {
  id = 'subscriptions';
  title = 'Subscriptions';
  #context;
  /** @type {PagedList<Subscription>} */
  #list = new PagedList({
    pageSize: 100,
    intervalMs: 5000,
    search: {
      placeholder: 'A subject: who would get a message on it?',
      'aria-label': 'Subject to test',
      maxlength: '1024',
    },
    table: {
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

  /** @param {Wanted} wanted */
  async #load({ search: test, offset, limit }) {
    const page = await this.#context.client.get('subsz', { subs: 1, offset, limit, ...(test !== '' && { test }) });
    const empty = test === '' ? 'No subscriptions.' : 'Nobody listens to that.';
    return { total: page.total, rows: page.subscriptions_list ?? [], empty };
  }
}
