/** Puts into a flush what is left of it, without a pause. */
export function takeAll(parts: Iterable<void>): void {
  for (const _ of parts);
}
