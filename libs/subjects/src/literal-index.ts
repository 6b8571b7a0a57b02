import { hasWildcard } from './subject.ts';

class Node<T> {
  /** Null where none is needed: the last token of most subjects has nothing below it. */
  children: Map<string, Node<T>> | null = null;
  things: Set<T> | null = null;

  get isEmpty(): boolean {
    return this.children === null && this.things === null;
  }
}

/** Things by a subject without wildcards, found by patterns: the other way round than in a sublist. */
export class LiteralIndex<T> {
  readonly #root = new Node<T>();

  get isEmpty(): boolean {
    return this.#root.isEmpty;
  }

  add(subject: string, thing: T): void {
    let node = this.#root;
    for (const token of subject.split('.')) {
      node.children ??= new Map();
      let next = node.children.get(token);
      if (next === undefined) {
        next = new Node();
        node.children.set(token, next);
      }
      node = next;
    }
    node.things ??= new Set();
    node.things.add(thing);
  }

  /** Nothing happens when it is not there. */
  delete(subject: string, thing: T): void {
    const tokens = subject.split('.');
    const path: Node<T>[] = [this.#root];
    for (const token of tokens) {
      const next = path.at(-1)?.children?.get(token);
      if (next === undefined) return;
      path.push(next);
    }
    const { things } = path[tokens.length];
    things?.delete(thing);
    if (things?.size === 0) path[tokens.length].things = null;
    for (let i = tokens.length; i > 0 && path[i].isEmpty; i--) {
      const { children } = path[i - 1];
      children?.delete(tokens[i - 1]);
      if (children?.size === 0) path[i - 1].children = null;
    }
  }

  /** Those whose subject the pattern matches, which may be a subject itself. */
  *matching(pattern: string): Generator<T> {
    yield* find(this.#root, pattern.split('.'), 0, hasWildcard(pattern));
  }
}

function* find<T>(node: Node<T>, tokens: readonly string[], at: number, wild: boolean): Generator<T> {
  if (at === tokens.length) {
    if (node.things !== null) yield* node.things;
    return;
  }
  const token = tokens[at];
  if (node.children === null) return;
  if (wild && token === '>') yield* below(node);
  else if (wild && token === '*') for (const next of node.children.values()) yield* find(next, tokens, at + 1, wild);
  else {
    const next = node.children.get(token);
    if (next !== undefined) yield* find(next, tokens, at + 1, wild);
  }
}

function* below<T>(node: Node<T>): Generator<T> {
  for (const next of node.children?.values() ?? []) {
    if (next.things !== null) yield* next.things;
    yield* below(next);
  }
}
