import { h, replace } from './dom.js';

/**
 * @template Row
 * @typedef {object} ColumnOptions
 * @property {string} key
 * @property {string} title
 * @property {(row: Row) => import('./dom.js').Child} cell
 * @property {boolean} [number] to the right, in figures of one width
 * @property {boolean} [sortable]
 * @property {boolean} [rising] the order that the first press gives
 */

/** @typedef {{ key: string, rising: boolean }} Sorting */

/**
 * @template Row
 * @typedef {object} TableOptions
 * @property {string} label for who cannot see it
 * @property {ColumnOptions<Row>[]} columns
 * @property {Sorting} sorting
 * @property {(sorting: Sorting) => void} [sorted] the user wants another order
 * @property {(row: Row) => string} id rows with the same one are the same row
 * @property {(row: Row) => string} [mark] a class for the row
 * @property {(row: Row) => void} [open] a row was chosen
 * @property {string} empty shown when there is no row
 */

/**
 * A table whose headers sort and whose rows can be walked with the arrow keys and opened with Enter. It shows what it is given;
 * where rows come from and in what order is the view's affair.
 * @template Row
 */
export class Table {
  #options;
  #head = h('tr');
  #body = h('tbody');
  /** @type {Row[]} */
  #rows = [];
  /** @type {Sorting} */
  sorting;

  /** @param {TableOptions<Row>} options */
  constructor(options) {
    this.#options = options;
    this.sorting = options.sorting;
    this.element = h(
      'div',
      { class: 'table-scroll', tabindex: '-1' },
      h('table', { 'aria-label': options.label }, h('thead', {}, this.#head), this.#body),
    );
    this.#body.addEventListener('keydown', (event) => this.#keyed(event));
    this.#showHead();
  }

  /** @param {ColumnOptions<Row>[]} columns @param {Sorting} sorting */
  setColumns(columns, sorting) {
    this.#options.columns = columns;
    this.sorting = sorting;
    this.#showHead();
    this.show([]);
  }

  /** @param {Row[]} rows @param {string} [empty] */
  show(rows, empty = this.#options.empty) {
    const { columns, id, mark, open } = this.#options;
    // Somebody is about to copy something: the same rows stay as they are until they are done.
    if (isSelecting(this.#body) && rows.map(id).join() === this.#rows.map(id).join()) return;
    this.#rows = rows;
    const focused = /** @type {HTMLElement | null} */ (document.activeElement?.closest?.('tr[data-id]') ?? null)
      ?.dataset.id;
    if (rows.length === 0) {
      replace(this.#body, h('tr', { class: 'empty' }, h('td', { colspan: columns.length }, empty)));
      return;
    }
    const focusable = rows.some((row) => id(row) === focused) ? focused : id(rows[0]);
    const elements = rows.map((row) => {
      const attributes = {
        'data-id': id(row),
        class: mark?.(row),
        ...(open && {
          tabindex: id(row) === focusable ? '0' : '-1',
          onclick: () => isSelecting(this.#body) || open(row),
        }),
      };
      return h(
        'tr',
        attributes,
        ...columns.map((column) => h('td', { class: column.number && 'number' }, column.cell(row))),
      );
    });
    replace(this.#body, ...elements);
    // The rows are new: who stood on one goes on standing there.
    if (focused !== undefined && focused === focusable)
      this.#focus(
        rows.findIndex((row) => id(row) === focused),
        true,
      );
  }

  #showHead() {
    const { columns } = this.#options;
    replace(
      this.#head,
      ...columns.map((column) => {
        const isSorted = column.key === this.sorting.key;
        const order = this.sorting.rising ? 'ascending' : 'descending';
        return h(
          'th',
          {
            scope: 'col',
            class: column.number && 'number',
            'aria-sort': isSorted ? order : column.sortable ? 'none' : null,
          },
          column.sortable
            ? h(
                'button',
                { type: 'button', 'data-sort': column.key, onclick: () => this.#sortBy(column) },
                column.title,
              )
            : column.title,
        );
      }),
    );
  }

  /** @param {ColumnOptions<Row>} column */
  #sortBy({ key, rising = false }) {
    this.sorting = { key, rising: this.sorting.key === key ? !this.sorting.rising : rising };
    this.#showHead();
    /** @type {HTMLElement | null} */ (this.#head.querySelector(`[data-sort="${key}"]`))?.focus();
    this.#options.sorted?.(this.sorting);
  }

  /** @param {KeyboardEvent} event */
  #keyed(event) {
    const row = /** @type {HTMLElement} */ (event.target).closest('tr');
    const at = row === null ? -1 : [...this.#body.children].indexOf(row);
    if (at < 0 || this.#rows.length === 0) return;
    const moves = /** @type {Record<string, number>} */ ({
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: this.#rows.length - 1,
    });
    if (event.key === 'Enter') this.#options.open?.(this.#rows[at]);
    else if (event.key in moves) this.#focus(Math.min(this.#rows.length - 1, Math.max(0, moves[event.key])));
    else return;
    event.preventDefault();
  }

  /** @param {number} at @param {boolean} [preventScroll] */
  #focus(at, preventScroll = false) {
    for (const [i, row] of [...this.#body.children].entries()) row.setAttribute('tabindex', i === at ? '0' : '-1');
    /** @type {HTMLElement} */ (this.#body.children[at]).focus({ preventScroll });
  }
}

/** @param {Element} element */
function isSelecting(element) {
  const selection = getSelection();
  return selection !== null && !selection.isCollapsed && element.contains(selection.anchorNode);
}
