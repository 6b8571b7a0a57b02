/** @import { TableOptions, Sorting } from './table.js' */
import { h } from './dom.js';
import { Pager } from './pager.js';
import { Refresher } from './refresher.js';
import { Table } from './table.js';

/**
 * What is asked for: one page of those that are like `search`.
 * @typedef {{ search: string, sorting: Sorting, offset: number, limit: number }} Wanted
 */

/**
 * @template Row
 * @typedef {{ total: number, rows: Row[], empty: string, trouble?: string }} Found
 */

/**
 * @template Row
 * @typedef {object} PagedListOptions
 * @property {number} pageSize
 * @property {number} intervalMs between two answers, while it is shown
 * @property {{ placeholder: string, 'aria-label': string, maxlength: string }} search
 * @property {Omit<TableOptions<Row>, 'sorted'>} table
 * @property {HTMLElement[]} [beside] what stands beside the search
 * @property {(wanted: Wanted) => Promise<Found<Row> | undefined>} load undefined: something else is wanted meanwhile
 */

/**
 * A list too long to be shown whole, of which the node sends one page: searched, sorted, and asked for anew.
 * @template Row
 */
export class PagedList {
  #options;
  #trouble = h('span', { class: 'trouble' });
  #pager;
  #refresher;
  /** @type {Table<Row>} */
  table;

  /** @param {PagedListOptions<Row>} options */
  constructor(options) {
    this.#options = options;
    this.#refresher = new Refresher(options.intervalMs, () => this.#load());
    this.#pager = new Pager(options.pageSize, () => this.#refresher.now());
    this.table = new Table({ ...options.table, sorted: () => this.changed() });
    this.search = h('input', { type: 'search', ...options.search, oninput: () => this.changed() });
    const tools = [this.search, ...(options.beside ?? []), this.#trouble, this.#pager.element];
    this.element = h('section', { class: 'card list' }, h('div', { class: 'toolbar' }, ...tools), this.table.element);
  }

  shown() {
    this.#refresher.start();
  }

  hidden() {
    this.#refresher.stop();
  }

  /** Something else is wanted: its first page. */
  changed() {
    this.#pager.offset = 0;
    this.#refresher.now();
  }

  async #load() {
    const { pageSize, load } = this.#options;
    const search = this.search.value.trim();
    try {
      const { sorting } = this.table;
      const found = await load({ search, sorting, offset: this.#pager.offset, limit: pageSize });
      if (found === undefined) return;
      this.#trouble.textContent = found.trouble ?? '';
      if (this.#pager.show(found.total)) this.#refresher.now();
      this.table.show(found.rows, found.empty);
    } catch (error) {
      this.#trouble.textContent = /** @type {Error} */ (error).message;
    }
  }
}
