/** What a series is about when there may be any number of them. */
export type AssetKind = 'links' | 'accounts' | 'streams' | 'consumers' | 'connections';

/** Value of the labels that name an asset, for those that were not shown one by one. */
export const rolledUp = '_other';

/**
 * How many series about single assets one scrape may carry. Whoever asks first is served first: what there is least of, and
 * is missed most, comes first. The rest is shown as one sum (`rolledUp`) and counted as dropped.
 */
export class SeriesBudget {
  readonly #dropped: Map<AssetKind, number>;
  #left: number;

  /** `dropped`: series left out so far by kind, over all scrapes. */
  constructor(seriesMax: number, dropped: Map<AssetKind, number>) {
    this.#left = seriesMax;
    this.#dropped = dropped;
  }

  /** How many of `assets`, which make `seriesEach` series, may be shown; the others are taken for dropped. */
  take(kind: AssetKind, assets: number, seriesEach: number): number {
    const shown = Math.min(assets, Math.floor(this.#left / seriesEach));
    this.#left -= shown * seriesEach;
    this.#dropped.set(kind, (this.#dropped.get(kind) ?? 0) + (assets - shown) * seriesEach);
    return shown;
  }
}
