import { readFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { Frame } from './stacks.ts';

/** Where a call is, as V8 says it: lines and columns from 0. */
export interface V8Call {
  functionName: string;
  url: string;
  lineNumber: number;
  columnNumber: number;
}

/**
 * Names places as the source has them: paths in place of URLs, and for a bundle the place that its source map tells. Maps
 * are read once, when first needed.
 */
export class SourceNames {
  private readonly maps = new Map<string, SourceMap | undefined>();

  frame({ functionName, url, lineNumber, columnNumber }: V8Call): Frame {
    const file = url.startsWith('file:') ? fileURLToPath(url) : url;
    const entry = this.mapOf(file)?.findEntry(lineNumber, columnNumber);
    const name = functionName || '(anonymous)';
    if (entry === undefined || !('originalSource' in entry)) {
      return { function: name, file, line: lineNumber + 1, column: columnNumber + 1 };
    }
    const { originalSource, originalLine, originalColumn } = entry;
    return { function: name, file: originalSource, line: originalLine + 1, column: originalColumn + 1 };
  }

  private mapOf(file: string): SourceMap | undefined {
    if (!file.endsWith('.mjs')) return undefined;
    if (!this.maps.has(file)) this.maps.set(file, readMap(file));
    return this.maps.get(file);
  }
}

function readMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(`${file}.map`, 'utf8')));
  } catch {
    // none was shipped: the places in the bundle have to do
    return undefined;
  }
}
