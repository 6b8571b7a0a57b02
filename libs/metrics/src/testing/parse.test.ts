import { expect, it } from 'vitest';
import { parseExposition } from './parse.ts';

const head = '# HELP a help\n# TYPE a gauge\n';
const histogram = '# HELP h help\n# TYPE h histogram\n';

it('reads a metric', () => {
  expect(parseExposition('# HELP a a\\\\b\\nc\n# TYPE a counter\na{x="\\"\\\\n\\n",y=""} 1e+3\na +Inf\n')).toEqual([
    {
      name: 'a',
      type: 'counter',
      help: 'a\\b\nc',
      samples: [
        { labels: { x: '"\\n\n', y: '' }, value: 1000 },
        { labels: {}, value: Number.POSITIVE_INFINITY },
      ],
    },
  ]);
});

it.each([
  ['no line end', `${head}a 1`],
  ['no TYPE', '# HELP a help\na 1\n'],
  ['no HELP', '# TYPE a gauge\na 1\n'],
  ['an unknown type', '# HELP a help\n# TYPE a meter\n'],
  ['a metric in two blocks', `${head}a 1\n${head}a{x="1"} 1\n`],
  ["another metric's sample", `${head}b 1\n`],
  ['a series twice', `${head}a{x="1",y="2"} 1\na{y="2",x="1"} 1\n`],
  ['a label twice', `${head}a{x="1",x="1"} 1\n`],
  ['a line break in a label', `${head}a{x="1\n2"} 1\n`],
  ['a bad escape', `${head}a{x="\\t"} 1\n`],
  ['no quotes', `${head}a{x=1} 1\n`],
  ['no comma', `${head}a{x="1"y="2"} 1\n`],
  ['no value', `${head}a \n`],
  ['no number', `${head}a undefined\n`],
  ['hexadecimal', `${head}a 0x10\n`],
  ['two blanks', `${head}a  1\n`],
  ['a bad name', '# HELP a-b help\n# TYPE a-b gauge\n'],
  ['a histogram without +Inf', `${histogram}h_bucket{le="1"} 1\nh_sum 1\nh_count 1\n`],
  ['buckets that fall', `${histogram}h_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n`],
  ['a count that is not the last bucket', `${histogram}h_bucket{le="+Inf"} 1\nh_sum 1\nh_count 2\n`],
  ['no sum', `${histogram}h_bucket{le="+Inf"} 1\nh_count 1\n`],
])('refuses %s', (_, text) => {
  expect(() => parseExposition(text)).toThrow();
});
