/** @import { StreamRow, ConsumersAnswer, ConsumerRow } from '@skein/jetstream-core' */
/** @import { View, Context } from './app.js' */
/** @import { Wanted } from './paged-list.js' */
import { factList, showDetail } from './detail.js';
import { h, replace } from './dom.js';
import { formatBytes, formatCount, formatSpan } from './format.js';
import { PagedList } from './paged-list.js';

const PAGE_SIZE = 100;
/** A message that nobody has acknowledged for so long is marked. */
const OLD_MS = 60_000;

/** The streams of all accounts, and how far their consumers are behind. @implements {View} */
export class Streams {
  id = 'streams';
  title = 'Streams';
  #context;
  /** @type {PagedList<StreamRow>} */
  #list = new PagedList({
    pageSize: PAGE_SIZE,
    intervalMs: 5000,
    search: { placeholder: 'Name of a stream or account', 'aria-label': 'Search streams', maxlength: '256' },
    table: {
      label: 'Streams',
      columns: [
        {
          key: 'name',
          title: 'Stream',
          cell: ({ stream, storage }) =>
            h(
              'span',
              { class: 'name' },
              h('code', {}, stream),
              storage === 'memory' && h('span', { class: 'pill' }, 'memory'),
            ),
          sortable: true,
          rising: true,
        },
        { key: 'account', title: 'Account', cell: ({ account }) => account },
        column('messages', 'Messages', ({ messages }) => formatCount(messages)),
        column('bytes', 'Size', ({ bytes }) => formatBytes(bytes)),
        column('last', 'Newest', ({ lastMs }) => (lastMs === 0 ? '' : `${this.#ago(lastMs)} ago`)),
        column('consumers', 'Consumers', ({ consumers }) => formatCount(consumers)),
        column('behind', 'Behind', ({ consumers, behind }) => (consumers === 0 ? '' : formatCount(behind))),
        column('unacknowledged', 'Unacknowledged', ({ consumers, unacknowledged }) =>
          consumers === 0 ? '' : formatCount(unacknowledged),
        ),
      ],
      sorting: { key: 'name', rising: true },
      id: ({ account, stream }) => `${account} ${stream}`,
      open: (row) => void this.#open(row),
      empty: 'No streams.',
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
  async #load({ search, sorting, offset, limit }) {
    const { enabled, total, rows } = await this.#context.client.get('console/api/streams', {
      sort: sorting.key,
      rising: Number(sorting.rising),
      search,
      offset,
      limit,
    });
    const none = search === '' ? 'No streams.' : 'No stream is called that.';
    return { total, rows, empty: enabled ? none : 'This node has no JetStream: start it with -js.' };
  }

  /** @param {StreamRow} row */
  async #open({ account, stream }) {
    /** @type {ConsumersAnswer} */
    const { total, consumers } = await this.#context.client
      .get('console/api/consumers', { account, stream, limit: PAGE_SIZE })
      .catch(() => ({ total: 0, consumers: [] }));
    const more = total > consumers.length && h('p', { class: 'muted' }, `and ${total - consumers.length} more`);
    const list = h('div', { class: 'consumers' });
    replace(list, ...consumers.map((one) => this.#consumer(one)), more);
    showDetail(stream, total === 0 ? h('p', { class: 'muted' }, 'It has no consumers.') : list);
  }

  /** @param {ConsumerRow} one */
  #consumer({ name, isPush, isPaused, filters, pending, unacknowledged, redelivered, waiting, oldestMs }) {
    const isOld = oldestMs > 0 && this.#now() - oldestMs > OLD_MS;
    /** @type {[string, import('./dom.js').Child][]} */
    const facts = [
      ['to deliver', formatCount(pending)],
      ['unacknowledged', formatCount(unacknowledged)],
      ['oldest of them', oldestMs === 0 ? '' : h('span', { class: isOld && 'trouble' }, `${this.#ago(oldestMs)} old`)],
      ['redelivered', redelivered === 0 ? '' : formatCount(redelivered)],
      ['waiting requests', isPush ? '' : formatCount(waiting)],
      ['subjects', filters.join(', ')],
    ];
    return h(
      'section',
      {},
      h(
        'h3',
        { class: 'name' },
        h('code', {}, name),
        h('span', { class: 'pill' }, isPush ? 'push' : 'pull'),
        isPaused && h('span', { class: 'pill warn' }, 'paused'),
      ),
      factList(facts),
    );
  }

  /** The node's clock: what it tells is by that. */
  #now() {
    return this.#context.live?.nowMs ?? Date.now();
  }

  /** @param {number} unixMs */
  #ago(unixMs) {
    return formatSpan(this.#now() - unixMs);
  }
}

/** @param {string} key @param {string} title @param {(row: StreamRow) => string} cell */
const column = (key, title, cell) => ({ key, title, cell, number: true, sortable: true });
