import type { Results, RowResult, Side } from './results.ts';
import { type Figure, type MessageRow, type Row, rowGroups, type ShapeRow } from './rows.ts';
import type { SelfCheck } from './self-check.ts';
import { spread } from './statistics.ts';

const BEGIN = '<!-- bench: begin -->';
const END = '<!-- bench: end -->';

const largeRows: readonly string[] = rowGroups['js-shapes'];

type Cells = string[];

/** The results as Markdown: the machine, then a table of the message rows, one of latencies, and one of the shapes. */
export function renderResults(results: Results, rows: Row[]): string {
  const found = rows.flatMap((row) => {
    const result = results.rows.find((each) => each.row === row.name);
    return result ? [{ row, result }] : [];
  });
  const sections = [
    machine(
      results,
      found.some(({ row }) => largeRows.includes(row.name)),
    ),
  ];
  const carried = found.filter((each): each is { row: MessageRow; result: RowResult } => each.row.kind === 'messages');
  const shapes = found.filter((each): each is { row: ShapeRow; result: RowResult } => each.row.kind === 'shape');
  if (carried.length > 0) sections.push(messageTable(carried));
  const others = carried.flatMap(({ row, result }) => figureLines({ ...row, figures: row.figures.slice(1) }, result));
  const lines = [...others, ...shapes.flatMap(({ row, result }) => figureLines(row, result))];
  if (lines.length > 0) {
    sections.push(table(['row', 'what', 'figure', 'Skein', 'nats-server', 'target', ''], lines, [3, 4]));
  }
  const split = carried.flatMap(({ row, result }) => (row.gateways > 1 ? processLines(row, result) : []));
  if (split.length > 0) sections.push(table(['row', 'process', 'CPU µs/msg'], split, [2]));
  const errors = found.filter(({ result }) => result.error).map(({ result }) => `- \`${result.row}\`: ${result.error}`);
  if (errors.length > 0) sections.push(`Not measured:\n\n${errors.join('\n')}`);
  return sections.join('\n\n');
}

/** The text of a page with what stands between its marks replaced. Throws where it has no marks. */
export function replaceBetweenMarks(page: string, content: string): string {
  const begin = page.indexOf(BEGIN);
  const end = page.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`the page has no ${BEGIN} followed by ${END}`);
  return `${page.slice(0, begin)}${BEGIN}\n\n${content}\n\n${page.slice(end)}`;
}

export function renderSelfCheck(checks: SelfCheck[]): string {
  return table(
    ['generator alone', 'payload', 'msgs/s', 'CPU µs/msg'],
    checks.map((each) => [each.role, `${each.payloadBytes} B`, integer(each.rate), each.cpuUs.toFixed(3)]),
    [2, 3],
  );
}

/** Whether a figure reaches its target; null where it has none, or nothing to compare with. */
export function reaches(figure: Figure, result: RowResult): boolean | null {
  const value = result.skein?.medians[figure.key];
  if (figure.target === undefined || value === undefined) return null;
  if ('max' in figure.target) return value <= figure.target.max;
  if ('min' in figure.target) return value >= figure.target.min;
  const ratio = result.ratios[figure.key];
  return ratio === undefined ? null : ratio >= figure.target.ratioMin;
}

/** Three significant digits, more only before the point: 0.0123, 4.56, 78.9, 1,234. */
export function figureText(value: number): string {
  if (value === 0 || Math.abs(value) >= 100) return integer(value);
  return String(Number(value.toPrecision(3)));
}

function machine({ machine: m, servers, options }: Results, hasLarge: boolean): string {
  const length =
    'seconds' in options.load ? `about ${options.load.seconds} s` : `${integer(options.load.count)} messages`;
  return [
    `- machine: ${m.cpu}, ${m.cores} cores, ${m.memoryGib} GiB, ${m.kernel}`,
    `- Skein: ${servers.skein}, on Node ${m.node}`,
    ...(servers.peer === null ? [] : [`- nats-server: ${servers.peer}`]),
    `- median of ${options.runs} alternating runs of ${length}; ± is half the range of the runs`,
    ...(hasLarge ? [`- large shapes at ${options.scale} of the size that they say`] : []),
  ].join('\n');
}

function messageTable(carried: { row: MessageRow; result: RowResult }[]): string {
  const head = ['row', 'what', 'Skein', 'nats-server', 'unit', 'ratio', 'target', '', 'CPU µs/msg', 'generator'];
  return table(
    head,
    carried.map(({ row, result }) => messageLine(row, result)),
    [2, 3, 5, 6],
  );
}

function messageLine(row: MessageRow, result: RowResult): Cells {
  const [figure] = row.figures;
  const ratio = result.ratios[figure.key];
  const cpu = (read: (cpu: NonNullable<Side['cpu']>) => number): string =>
    [result.skein, result.peer].flatMap((side) => (side?.cpu ? [figureText(read(side.cpu))] : [])).join(' : ');
  return [
    ...[row.name, row.title, sideText(result.skein, figure), sideText(result.peer, figure), figure.unit],
    ...[ratio === undefined ? '' : ratio.toFixed(2), targetText(figure), verdict(figure, result)],
    ...[cpu((each) => each.server), cpu((each) => each.generator)],
  ];
}

function figureLines(row: Row, result: RowResult): Cells[] {
  return row.figures.map((figure) => [
    ...[row.name, row.title, `${figure.label}${figure.unit === '' ? '' : `, ${figure.unit}`}`],
    ...[sideText(result.skein, figure), sideText(result.peer, figure), targetText(figure), verdict(figure, result)],
  ]);
}

function processLines(row: Row, result: RowResult): Cells[] {
  return Object.entries(result.skein?.cpu?.processes ?? {}).map(([name, used]) => [row.name, name, figureText(used)]);
}

function sideText(side: Side | null, figure: Figure): string {
  const value = side?.medians[figure.key];
  if (side === null || value === undefined) return '';
  const percent = Math.round(spread(side.runs[figure.key]) * 100);
  return `${figureText(value)} ±${Math.abs(percent)} %`;
}

function targetText(figure: Figure): string {
  if (figure.target === undefined) return '';
  if ('max' in figure.target) return `≤ ${integer(figure.target.max)}`;
  return `≥ ${'min' in figure.target ? figure.target.min : figure.target.ratioMin}`;
}

function verdict(figure: Figure, result: RowResult): string {
  const good = reaches(figure, result);
  if (good === null) return '';
  return good ? 'yes' : '**no**';
}

function integer(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

function table(head: Cells, lines: Cells[], right: number[]): string {
  const widths = head.map((title, column) =>
    Math.max(3, ...[title, ...lines.map((line) => line[column])].map((text) => text.length)),
  );
  const line = (cells: Cells): string =>
    `| ${cells.map((text, column) => (right.includes(column) ? text.padStart(widths[column]) : text.padEnd(widths[column]))).join(' | ')} |`;
  const rule = widths.map((width, column) =>
    right.includes(column) ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  );
  return [line(head), line(rule), ...lines.map(line)].join('\n');
}
