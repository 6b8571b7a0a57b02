import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

/**
 * The console's files, by name: what the browser runs is what stands in `page/`, and the chart library as its package has it.
 * The release puts their texts into the bundle in this module's place (`tools/release`).
 */
export async function consoleFiles(): Promise<Record<string, string>> {
  const files: Record<string, string> = {};
  const folder = new URL('./page/', import.meta.url);
  for (const name of (await readdir(folder)).sort()) {
    if (/^[\w-]+\.(html|css|js|svg)$/.test(name)) files[name] = await readFile(new URL(name, folder), 'utf8');
  }
  for (const name of ['uPlot.iife.min.js', 'uPlot.min.css']) {
    files[name] = await readFile(fileURLToPath(import.meta.resolve(`uplot/dist/${name}`)), 'utf8');
  }
  return files;
}
