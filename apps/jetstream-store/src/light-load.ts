/** With less in memory alone there is little to apply again after a kill. */
const WORTH_BYTES = 1024 * 1024;
/** Of what comes between two looks. */
const LIGHT_BYTES = WORTH_BYTES / 2;

/** Says when what is in memory alone is better written before it has to be: there is much of it, and little comes. */
export class LightLoad {
  #seen = 0;

  /** To be asked every half second. */
  look(dirtyBytes: number): boolean {
    const grown = dirtyBytes - this.#seen;
    this.#seen = dirtyBytes;
    // After a flush there is less than before.
    return dirtyBytes > WORTH_BYTES && grown >= 0 && grown < LIGHT_BYTES;
  }
}
