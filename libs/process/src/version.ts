/** Skein's own. */
export const productVersion = '0.1.0';
