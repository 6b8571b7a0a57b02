/**
 * What a process holds for a store that is away, a gateway as well as another store: for less long than clients wait (5 s), and bounded in
 * number and bytes. Each thing costs `itemBytes` beside its own.
 */
export const HOLDING = { ms: 4000, itemsMax: 10_000, bytesMax: 16 * 1024 * 1024, itemBytes: 256 } as const;
