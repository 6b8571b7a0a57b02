import type { Frame } from './stacks.ts';

/** One call in a tree of calls, and what was measured while it was the innermost. */
export interface CallNode {
  /** Index of the caller, which comes earlier; -1: nobody. */
  parent: number;
  /** Index of the frame. */
  frame: number;
  values: number[];
}

/** What a profile consists of, whatever it counts. Plain JSON. */
export interface CallTree {
  frames: Frame[];
  nodes: CallNode[];
}

/** Puts a tree together; equal frames are kept once. */
export class CallTreeBuilder {
  readonly tree: CallTree = { frames: [], nodes: [] };
  private readonly known = new Map<string, number>();

  /** Gives the node's index. */
  add(parent: number, frame: Frame, values: number[]): number {
    return this.tree.nodes.push({ parent, frame: this.indexOf(frame), values }) - 1;
  }

  /** A stack as it was seen, innermost first. */
  addStack(frames: readonly Frame[], values: number[]): void {
    let parent = -1;
    for (let index = frames.length - 1; index >= 0; index--) {
      parent = this.add(parent, frames[index], index === 0 ? values : values.map(() => 0));
    }
  }

  private indexOf(frame: Frame): number {
    const key = `${frame.function}\n${frame.file}\n${frame.line}`;
    let index = this.known.get(key);
    if (index === undefined) {
      index = this.tree.frames.push(frame) - 1;
      this.known.set(key, index);
    }
    return index;
  }
}

/** A frame that stands for something that is no function: memory of a kind, a kind of thread. */
export const namedFrame = (name: string): Frame => ({ function: name, file: '', line: 0, column: 0 });
