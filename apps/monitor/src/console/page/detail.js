import { byId, h, replace } from './dom.js';

/** Shows facts in the panel at the side. @param {string} title @param {...import('./dom.js').Child} content */
export function showDetail(title, ...content) {
  const dialog = /** @type {HTMLDialogElement} */ (byId('detail-dialog'));
  replace(
    dialog,
    h(
      'form',
      { method: 'dialog' },
      h(
        'div',
        { class: 'card-head' },
        h('h2', { id: 'detail-title' }, title),
        h('button', { type: 'submit', class: 'quiet', 'aria-label': 'Close' }, '✕'),
      ),
    ),
    ...content,
  );
  if (!dialog.open) dialog.showModal();
}

/** @param {[string, import('./dom.js').Child][]} facts those without a value are left out */
export function factList(facts) {
  return h(
    'dl',
    { class: 'facts' },
    ...facts
      .filter(([, value]) => value !== '' && value !== undefined && value !== null)
      .map(([name, value]) => h('div', {}, h('dt', {}, name), h('dd', { class: 'number' }, value))),
  );
}
