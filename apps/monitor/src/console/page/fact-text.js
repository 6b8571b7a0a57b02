/**
 * What a monitoring page says of something, in one line: of an object its parts by name, without what is empty or false.
 * @param {unknown} value @returns {string}
 */
export function factText(value) {
  if (value === null || typeof value !== 'object') return String(value ?? '');
  if (Array.isArray(value)) return value.map(factText).join(', ');
  return Object.entries(value)
    .filter(([, part]) => part !== '' && part !== false && part !== null && part !== undefined)
    .map(([name, part]) => `${name.replaceAll('_', ' ')} ${part === true ? 'yes' : factText(part)}`)
    .join(' · ');
}
