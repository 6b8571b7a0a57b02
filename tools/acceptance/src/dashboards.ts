import { readdirSync, readFileSync } from 'node:fs';

export interface Target {
  expr: string;
  datasource: { uid: string };
}

const folder = new URL('../../../deploy/grafana/dashboards/', import.meta.url);

/** Grafana's dashboards, by file name, with what their panels ask for. */
export function dashboards(): [file: string, targets: Target[]][] {
  return readdirSync(folder).map((file) => {
    const { panels }: { panels: { targets: Target[] }[] } = JSON.parse(readFileSync(new URL(file, folder), 'utf8'));
    return [file, panels.flatMap(({ targets }) => targets)];
  });
}
