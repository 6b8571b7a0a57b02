import { expect, it } from 'vitest';
import { Catalogue, type ListedStream } from './catalogue.ts';

const listed = (name: string, subjects: string[] = [name]): ListedStream =>
  ({ account: 'A', name, created: { seconds: 1, nanos: 2 }, config: { name, subjects } }) as unknown as ListedStream;

function fill() {
  const changes: string[] = [];
  const catalogue = new Catalogue((before, after) => changes.push(`${before?.name ?? ''}>${after?.name ?? ''}`));
  catalogue.replace(1, [listed('X'), listed('Y', ['y.>'])]);
  catalogue.replace(2, [listed('Z')]);
  return { catalogue, changes };
}

const names = (catalogue: Catalogue): string[] => [...catalogue.of('A')].map(({ name, seat }) => `${name}${seat}`);

it('knows what each store has said', () => {
  const { catalogue, changes } = fill();
  expect(names(catalogue)).toEqual(['X1', 'Y1', 'Z2']);
  expect([catalogue.told, catalogue.countOf(1), catalogue.countOf(2)]).toEqual([2, 2, 1]);
  expect(changes).toEqual(['>X', '>Y', '>Z']);
});

it('takes all that a store has in place of what it had, and leaves what others have', () => {
  const { catalogue, changes } = fill();
  catalogue.replace(1, [listed('Y'), listed('V')]);
  expect(names(catalogue).sort()).toEqual(['V1', 'Y1', 'Z2']);
  expect([catalogue.countOf(1), catalogue.countOf(2)]).toEqual([2, 1]);
  expect(changes.slice(3)).toEqual(['X>', 'Y>Y', '>V']);
});

it('finds who keeps a subject, as of now', () => {
  const { catalogue } = fill();
  expect(catalogue.keeper('A', 'y.1')?.name).toBe('Y');
  expect(catalogue.keeper('A', 'v')).toBeUndefined();
  catalogue.put(2, listed('V', ['v']));
  catalogue.remove(1, listed('Y'));
  expect(catalogue.keeper('A', 'v')?.seat).toBe(2);
  expect(catalogue.keeper('A', 'y.1')).toBeUndefined();
  expect(catalogue.keeper('B', 'v')).toBeUndefined();
});

it('finds a mirror that answers for its origin, as of now', () => {
  const { catalogue } = fill();
  const mirror = (mirror_direct: boolean): ListedStream => {
    const { config, ...rest } = listed('M');
    return { ...rest, config: { ...config, mirror: { name: 'O' }, mirror_direct } };
  };
  expect(catalogue.mirror('A', 'O')).toBeUndefined();
  catalogue.put(2, mirror(true));
  expect(catalogue.mirror('A', 'O')?.seat).toBe(2);
  expect([catalogue.mirror('B', 'O'), catalogue.mirror('A', 'M'), catalogue.keeper('A', 'O')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  catalogue.put(2, mirror(false));
  expect(catalogue.mirror('A', 'O')).toBeUndefined();
});

it('believes a store about its own streams alone', () => {
  const { catalogue } = fill();
  catalogue.remove(2, listed('X'));
  expect(names(catalogue)).toEqual(['X1', 'Y1', 'Z2']);
});
